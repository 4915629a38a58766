/** Milliseconds: as long as in Node.js. */
export const defaultHandshakeTimeout = 120_000

/** Milliseconds that a transport may take for the last bytes, an alert among them, after the end was told. */
export const lingerTime = 1000

/** Bytes that are decrypted and not yet read, beyond which the transport is not read. */
export const readAhead = 65_536

/** Bytes that are sealed or sent at a time; as many may wait for the transport before a write has to. */
export const sliceLength = 65_536
