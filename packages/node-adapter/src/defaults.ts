/** Milliseconds a handshake may take once the transport is there. As node:tls has it for servers; we have it for clients too. */
export const defaultHandshakeTimeout = 120_000

/**
 * Bytes of plaintext that are sealed and handed to the transport at once; the next ones wait until these are flushed.
 * A write of any size so costs this much memory, and 256 KiB is beyond the size where a larger one is faster.
 */
export const sliceLength = 0x40000

/** Bytes up to which outputs that leave together are copied into one: below, a copy costs less than a vectored write. */
export const joinLength = 0x4000

/** Bytes from which an output array is kept for the next output: less comes cheap from Node's own pool. */
export const smallestSpareLength = 0x8000

/** Output arrays that are kept: with `sliceLength` at most 1 MiB for all sockets of a thread. */
export const maxSpareArrays = 4

/**
 * Bytes of the buffer that sockets read into. More than the 64 KiB that Node reads at once: fewer records are cut in two
 * and have to be put together again.
 */
export const sharedInputLength = 0x40000

/**
 * Milliseconds a transport is kept for the peer to read what we sent last: closing a TCP socket with unread input
 * resets the connection, and the reset may overtake an alert or the end of our data.
 */
export const lingerTime = 1000

/** Milliseconds between an alert and the end of the transport. */
export const pauseBeforeEnd = 20

/** Bytes of its input that are read meanwhile: more than two sides have under way that are about to end. */
export const lingerLength = 262144

/** ALPN of an HTTPS server. */
export const httpsProtocols: readonly string[] = ['http/1.1']
