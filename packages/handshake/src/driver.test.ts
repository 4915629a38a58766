import { nodeCrypto } from '@typetls/crypto-node'
import { concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { CommonParameters, HandshakeCarrier, HandshakeMessageType, Program, HandshakeObserver } from './index.ts'
import { Handshake, HandshakeDriver, encodeMessage, helloRetryRequestRandom, nextExpected } from './index.ts'

const carrier: HandshakeCarrier = {
  send() {},
  changeCipherSpec() {},
  installKeys() {},
  protect() {},
  earlyDataDeclined() {},
  peerRecordSizeLimit() {},
  ownRecordSizeLimit() {},
}

const parameters: CommonParameters = {
  crypto: nodeCrypto,
  cipherSuites: [],
  groups: [],
  signatureSchemes: [],
  signingSchemes: [],
  verifyOnResumption: false,
  applicationProtocols: [],
  verifier: undefined,
  credentials: undefined,
  allowPskWithoutKeyExchange: false,
  recordSizeLimit: undefined,
  maxCertificateListSize: 50_000,
  now: () => 0,
  observer: undefined,
  details: undefined,
}

function handshake(changed: Partial<CommonParameters> = {}): Handshake {
  return new Handshake('client', { ...parameters, ...changed }, carrier)
}

const numbers: Record<HandshakeMessageType, number> = {
  client_hello: 1,
  server_hello: 2,
  hello_retry_request: 2,
  new_session_ticket: 4,
  encrypted_extensions: 8,
  certificate: 11,
  certificate_request: 13,
  certificate_verify: 15,
  finished: 20,
  key_update: 24,
}

const finished = encodeMessage('finished', { verifyData: new Uint8Array(32) })

describe.each<readonly HandshakeMessageType[]>([
  [],
  ['client_hello'],
  ['server_hello'],
  ['server_hello', 'hello_retry_request'],
  ['encrypted_extensions'],
  ['certificate_request', 'certificate'],
  ['certificate'],
  ['certificate_verify'],
  ['finished'],
  ['new_session_ticket', 'key_update'],
  ['new_session_ticket', 'key_update', 'certificate_request'],
  ['key_update'],
  ['key_update', 'certificate'],
])('where %s %s %s may come', (...types) => {
  const expected = types.filter((type) => type !== undefined)

  test('every other type of the 256 is refused by its first byte', () => {
    for (let id = 0; id < 256; id++) {
      if (expected.some((type) => numbers[type] === id)) continue
      const hs = handshake()
      hs.assembler.push(Uint8Array.of(id))
      expect(() => nextExpected(hs, expected), `type ${id}`).toThrow(
        expect.objectContaining({ code: 'ERR_TLS_UNEXPECTED_MESSAGE', alert: 'unexpected_message', expected }),
      )
    }
  })

  test('those are waited for', () => {
    for (const type of expected) {
      const hs = handshake()
      expect(nextExpected(hs, expected)).toBeUndefined()
      hs.assembler.push(Uint8Array.of(numbers[type], 0, 0))
      expect(nextExpected(hs, expected)).toBeUndefined()
    }
  })

  test('none may be too large, which its header says', () => {
    for (const type of expected) {
      const limit = expected.includes('certificate') ? 50_000 : type === 'client_hello' ? 131_396 : 16_384
      for (const length of [limit, limit + 1, 0xffffff]) {
        const hs = handshake()
        hs.assembler.push(Uint8Array.of(numbers[type], length >>> 16, length >>> 8, length))
        const next = (): unknown => nextExpected(hs, expected)
        if (length <= limit) expect(next()).toBeUndefined()
        else expect(next).toThrow(expect.objectContaining({ code: 'ERR_TLS_MESSAGE_TOO_LARGE', expected: limit }))
      }
    }
  })
})

test('a HelloRetryRequest is no ServerHello, though it has its number', () => {
  const body = {
    legacyVersion: 0x0303,
    random: helloRetryRequestRandom,
    legacySessionIdEcho: new Uint8Array(),
    cipherSuite: 0x1301,
    legacyCompressionMethod: 0,
    extensions: { supported_versions: 0x0304, key_share: 0x17 },
  }
  const hs = handshake()
  hs.assembler.push(encodeMessage('hello_retry_request', body))
  expect(() => nextExpected(hs, ['server_hello'])).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_UNEXPECTED_MESSAGE', received: 'hello_retry_request' }),
  )
  const other = handshake()
  other.assembler.push(encodeMessage('hello_retry_request', body))
  expect(nextExpected(other, ['server_hello', 'hello_retry_request'])).toMatchObject({ type: 'hello_retry_request' })
})

describe('a driver', () => {
  function* two(hs: Handshake): Program<number> {
    const first = yield* hs.receive('finished')
    const second = yield* hs.receive('finished')
    return first.raw.length + second.raw.length
  }

  test('delivers what is there, says what it waits for, and comes to an end', () => {
    const messages: string[] = []
    const message = (direction: string, type: string) => void messages.push(`${direction} ${type}`)
    const hs = handshake({ observer: { message } as unknown as HandshakeObserver })
    const driver = new HandshakeDriver(hs, two(hs))
    expect(driver.start()).toEqual({ kind: 'receive', types: ['finished'] })
    expect(driver.advance()).toEqual({ kind: 'receive', types: ['finished'] })
    const stream = concat(finished, finished)
    for (const byte of stream.subarray(0, -1)) {
      hs.assembler.push(Uint8Array.of(byte))
      expect(driver.advance().kind).toBe('receive')
    }
    hs.assembler.push(stream.subarray(-1))
    expect(driver.advance()).toEqual({ kind: 'done', value: stream.length })
    expect(messages).toEqual(['received finished', 'received finished'])
  })

  test('puts what it delivers into the transcript, as it came', () => {
    const hs = handshake()
    const driver = new HandshakeDriver(hs, two(hs))
    driver.start()
    hs.assembler.push(concat(finished, finished))
    driver.advance()
    hs.transcript.useHash('sha256')
    const hash = hs.transcript.hash().next().value
    expect(hash).toEqual(nodeCrypto.hash['sha256']?.digest(concat(finished, finished)))
  })

  test('goes through when everything is there', () => {
    const hs = handshake()
    hs.assembler.push(concat(finished, finished))
    const driver = new HandshakeDriver(hs, two(hs))
    driver.start()
    expect(driver.advance()).toMatchObject({ kind: 'done' })
  })
})
