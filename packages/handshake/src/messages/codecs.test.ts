import fc from 'fast-check'
import { expect, test } from 'vitest'
import { messages, openMessages } from '../../test/arbitrary-messages.ts'
import { testMessages } from '../../test/message-properties.ts'
import { decodeMessage, encodeMessage, tls13Messages } from './handshake-message.ts'

testMessages({
  set: tls13Messages,
  bodies: messages,
  open: openMessages,
  expectSame: (_type, read, body) => expect(read).toMatchObject(withoutOrder(body)),
})

test('a CertificateRequest asks for a staple with an empty extension, not as a ClientHello does', () => {
  const asking = Uint8Array.of(13, 0, 0, 15, 0, 0, 12, 0, 5, 0, 0, 0, 13, 0, 4, 0, 2, 4, 3)
  const request = decodeMessage('certificate_request', asking)
  expect(request.body.extensions.status_request).toEqual({})
  const withBody = Uint8Array.of(13, 0, 0, 20, 0, 0, 17, 0, 5, 0, 5, 1, 0, 0, 0, 0, 0, 13, 0, 4, 0, 2, 4, 3)
  expect(() => decodeMessage('certificate_request', withBody)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_DECODE_TRAILING' }),
  )
})

test('what cannot be written is refused, not cut', () => {
  const hello = fc.sample(messages.server_hello, { seed: 1, numRuns: 1 })[0] as never
  for (const wrong of [
    { random: new Uint8Array(31) },
    { legacySessionIdEcho: new Uint8Array(33) },
    { cipherSuite: 0x1_0000 },
  ]) {
    expect(() => encodeMessage('server_hello', { ...(hello as object), ...wrong } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE' }),
    )
  }
})

/** `order` is what the reader adds; what was not there stays away. */
function withoutOrder(body: unknown): object {
  return JSON.parse(JSON.stringify(body, keep), revive) as object
}

function keep(_key: string, value: unknown): unknown {
  return value instanceof Uint8Array ? { bytes: [...value] } : value
}

function revive(_key: string, value: unknown): unknown {
  const { bytes } = (value ?? {}) as { bytes?: number[] }
  return bytes === undefined ? value : Uint8Array.from(bytes)
}
