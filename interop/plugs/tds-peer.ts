import type { Duplex } from 'node:stream'
import { Duplex as DuplexStream } from 'node:stream'
import tls from 'node:tls'

/**
 * As much of SQL Server as a client needs to log in and to have every query answered by one text.
 * https://learn.microsoft.com/en-us/openspecs/windows_protocols/ms-tds/b46a581a-39de-4745-b076-ec4dbb7d13ec
 *
 * @param identity TLS is asked for within the protocol, as of TDS 7; otherwise the stream is secure already, as of TDS 8
 */
export function serveTds(stream: Duplex, text: string, identity?: { cert: string; key: string }): void {
  stream.on('error', () => {})
  if (identity === undefined) serveMessages(stream, text)
  else upgrade(stream, identity, (cleartext) => serveMessages(cleartext, text))
}

/** The handshake goes in packets of PRELOGIN, one for each flight; what comes after it goes without. */
function upgrade(
  transport: Duplex,
  identity: { cert: string; key: string },
  secured: (cleartext: Duplex) => void,
): void {
  const written: Buffer[] = []
  let inPackets = true
  let isDone = false
  const flush = (): void => {
    const flight = Buffer.concat(written.splice(0))
    if (flight.length > 0) transport.write(inPackets ? packet(types.prelogin, flight, true) : flight)
    if (isDone) inPackets = false
  }
  const encrypted = new DuplexStream({
    read() {},
    write(chunk: Buffer, _encoding, callback) {
      written.push(chunk)
      setImmediate(flush)
      callback()
    },
  })
  const messages = messagesOf((type, payload) => {
    if (type !== types.prelogin) transport.destroy()
    else if (cleartext === undefined) {
      cleartext = new tls.TLSSocket(encrypted, { ...identity, isServer: true, maxVersion: 'TLSv1.2' })
      cleartext.on('error', () => transport.destroy())
      cleartext.once('secure', () => {
        isDone = true
        secured(cleartext!)
      })
      transport.write(packet(types.response, prelogin(1), true))
    } else encrypted.push(payload)
  })
  let cleartext: tls.TLSSocket | undefined
  transport.on('data', (chunk: Buffer) => void (inPackets ? messages(chunk) : encrypted.push(chunk)))
}

function serveMessages(stream: Duplex, text: string): void {
  stream.on(
    'data',
    messagesOf((type, payload) => {
      if (type === types.prelogin) stream.write(packet(types.response, prelogin(0), true))
      else if (type === types.login) reply(stream, Buffer.concat([loginAcknowledged, done]))
      else reply(stream, payload.toString('utf16le').includes('select') ? Buffer.concat([row(text), done]) : done)
    }),
  )
}

/** In packets of 4096 bytes. */
function reply(stream: Duplex, tokens: Buffer): void {
  for (let at = 0; at < tokens.length; at += 4088) {
    stream.write(packet(types.response, tokens.subarray(at, at + 4088), at + 4088 >= tokens.length))
  }
}

/** Puts messages together again of packets, and packets of what comes. */
function messagesOf(take: (type: number, payload: Buffer) => void): (chunk: Buffer) => void {
  let left = Buffer.alloc(0)
  let payload: Buffer[] = []
  return (chunk) => {
    left = Buffer.concat([left, chunk])
    while (left.length >= 8 && left.length >= left.readUInt16BE(2)) {
      const length = left.readUInt16BE(2)
      const [type, status] = left as unknown as [number, number]
      payload.push(left.subarray(8, length))
      left = left.subarray(length)
      if ((status & 1) === 0) continue
      const message = Buffer.concat(payload)
      payload = []
      take(type, message)
    }
  }
}

function packet(type: number, payload: Buffer, isLast: boolean): Buffer {
  const header = Buffer.from([type, isLast ? 1 : 0, 0, 0, 0, 0, 1, 0])
  header.writeUInt16BE(8 + payload.length, 2)
  return Buffer.concat([header, payload])
}

/** VERSION and ENCRYPTION. */
function prelogin(encryption: number): Buffer {
  return Buffer.from([0, 0, 11, 0, 6, 1, 0, 17, 0, 1, 0xff, 16, 0, 0, 0, 0, 0, encryption])
}

/** One column, nvarchar(max), and one row. */
function row(text: string): Buffer {
  const value = Buffer.from(text, 'utf16le')
  const type = [0xe7, 0xff, 0xff, 0x09, 0x04, 0xd0, 0x00, 0x34]
  const metadata = Buffer.from([0x81, 1, 0, 0, 0, 0, 0, 0, 0, ...type, 1, 0x74, 0])
  const lengths = Buffer.alloc(13)
  lengths[0] = 0xd1
  lengths.writeUInt32LE(value.length, 1)
  lengths.writeUInt32LE(value.length, 9)
  return Buffer.concat([metadata, lengths, value, Buffer.alloc(4)])
}

const done = Buffer.from([0xfd, ...Buffer.alloc(12)])

/** Of TDS 7.4, by a program named `x`, of version 16. */
const loginAcknowledged = Buffer.from([0xad, 12, 0, 1, 0x74, 0, 0, 4, 1, 0x78, 0, 16, 0, 0, 0])

const types = { login: 0x10, prelogin: 0x12, response: 0x04 }
