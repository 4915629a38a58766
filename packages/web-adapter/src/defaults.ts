/** Milliseconds: as long as in Node.js. */
export const defaultHandshakeTimeout = 120_000

/** Milliseconds that a transport may take for the last bytes, an alert among them, after the end was told. */
export const lingerTime = 1000

/** Bytes that are decrypted and not yet read, beyond which the transport is not read. */
export const readAhead = 65_536

/** Bytes that are written to the connection or sent at a time. */
export const sliceLength = 65_536

/**
 * Bytes that may be on their way in each direction, being opened, or sealed and sent: with less an asynchronous provider
 * would often have nothing to do. As much as the record layer opens ahead, and as is given to the connection at a time.
 */
export const inFlight = 262_144
