// What both ends do with a connection: send a stream and check the other's. The client says first what it will be.
import { chance, within } from './random.js'
import { StreamCheck, streamBytes } from './stream.js'

export const headerLength = 12

/** What a client announces: where its stream begins, and the bytes that go up and down. */
export function header({ seed, up, down }) {
  const bytes = Buffer.alloc(headerLength)
  bytes.writeUInt32BE(seed, 0)
  bytes.writeUInt32BE(up, 4)
  bytes.writeUInt32BE(down, 8)
  return bytes
}

export function readHeader(bytes) {
  return { seed: bytes.readUInt32BE(0), up: bytes.readUInt32BE(4), down: bytes.readUInt32BE(8) }
}

/**
 * Ends a connection on which nothing moves for that many seconds: a length that was harmed on the way makes both ends
 * wait for the other.
 */
export function giveUp(socket, seconds) {
  socket.setTimeout(1000 * seconds, () => {
    socket.destroy(Object.assign(new Error('nothing moves any more'), { code: 'ETIMEDOUT' }))
  })
}

/** Writes a stream in pieces of any size as the socket takes it, then ends. */
export function sendStream(socket, seed, length) {
  let sent = 0
  const more = () => {
    while (sent < length) {
      const end = Math.min(length, sent + within(1, 40_000))
      const room = socket.write(streamBytes(seed, sent, end))
      sent = end
      if (socket.destroyed) return
      if (!room) return socket.once('drain', more)
    }
    socket.end()
  }
  more()
}

/**
 * Watches a socket to its end.
 *
 * @returns what came of it: `ended` (the peer's close_notify), `received`, `right`, `codes` of the errors, and `wrong`,
 *   what must never be, whatever happened to the bytes
 */
export function watch(socket, { seed, length }, done) {
  const check = new StreamCheck(seed)
  const result = { ended: false, received: 0, length, right: true, codes: [], wrong: undefined }
  socket.on('data', (bytes) => {
    check.add(bytes)
    // A reader that sometimes does not read.
    if (chance(0.02)) {
      socket.pause()
      setTimeout(() => socket.resume(), within(1, 50))
    }
  })
  socket.on('end', () => (result.ended = true))
  socket.on('error', (error) => result.codes.push(error.code ?? String(error)))
  let closed = 0
  socket.on('close', () => {
    if (++closed > 1) return void (result.wrong = 'close twice')
    result.received = check.length
    result.right = check.right
    result.wrong = impossible(result, length)
    done(result)
  })
}

function impossible({ ended, received, right, codes }, length) {
  if (!right) return 'a byte that was not sent'
  if (codes.length > 1) return `errors ${codes.join(', ')}`
  if (codes.some((code) => !/^[A-Z][A-Z0-9_]+$/.test(code))) return `an error without a code: ${codes[0]}`
  if (ended && codes.length === 0 && received !== length) return `an end after ${received} of ${length} bytes`
  if (received > length) return 'more than was sent'
  return undefined
}
