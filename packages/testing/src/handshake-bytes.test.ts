import { ascii, concat } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { flight, handshakeMessage, parseHandshake, plaintextHandshake } from './handshake-bytes.ts'
import { contentType, parseRecords, record, recordsOf } from './records.ts'
import { rfc8448 } from './rfc8448.ts'

const extensions = handshakeMessage('encrypted_extensions', Uint8Array.of(0, 0))
const certificate = handshakeMessage('certificate', ascii('certificate'))
const proof = handshakeMessage('certificate_verify', ascii('proof'))
const finished = handshakeMessage('finished', new Uint8Array(32))
const whole = flight([extensions, certificate, proof, finished])

test('a message is its type, 24 bits of length, and its body', () => {
  expect([...extensions.raw]).toEqual([8, 0, 0, 2, 0, 0])
  expect([...handshakeMessage(99, Uint8Array.of(7), 0x010203).raw]).toEqual([99, 1, 2, 3, 7])
})

test('a stream comes apart into messages, and half a one is the rest', () => {
  const { messages, rest } = parseHandshake(concat(whole.bytes, certificate.raw.subarray(0, 9)))
  expect(messages).toEqual(whole.messages)
  expect(rest).toHaveLength(9)
  expect(() => flight(certificate.raw.subarray(0, 9))).toThrow(RangeError)
})

test('any messages survive being joined, cut into records and read again', () => {
  const messages = fc.array(
    fc.tuple(fc.nat(255), fc.uint8Array()).map(([type, body]) => handshakeMessage(type, body)),
    { maxLength: 5 },
  )
  fc.assert(
    fc.property(
      messages,
      fc.array(fc.nat(20), { maxLength: 4 }),
      fc.integer({ min: 1, max: 50 }),
      (list, sizes, last) => {
        expect(plaintextHandshake(flight(list).records([...sizes, last]))).toEqual(list)
      },
    ),
  )
})

test('plaintext messages are read up to the first protected record', () => {
  const stream = concat(
    recordsOf(contentType.handshake, extensions.raw, [4, 10]),
    record(contentType.change_cipher_spec, Uint8Array.of(1)),
    recordsOf(contentType.handshake, certificate.raw),
    record(contentType.application_data, finished.raw),
    recordsOf(contentType.handshake, proof.raw),
  )
  expect(plaintextHandshake(stream)).toEqual([extensions, certificate])
})

test('the hellos of RFC 8448 are found in their records', () => {
  const trace = rfc8448()['HelloRetryRequest']
  const sent = (who: 'client' | 'server'): Uint8Array => concat(...trace.records(who).map((one) => one.record))
  expect(plaintextHandshake(sent('client')).map(({ type }) => type)).toEqual([1, 1])
  expect(flight(plaintextHandshake(sent('server'))).types).toEqual(['server_hello', 'server_hello'])
})

describe('a flight', () => {
  test('can lose, repeat, swap, gain and exchange messages', () => {
    expect(whole.types).toEqual(['encrypted_extensions', 'certificate', 'certificate_verify', 'finished'])
    expect(whole.without('certificate_verify').messages).toEqual([extensions, certificate, finished])
    expect(whole.before('certificate_verify').messages).toEqual([extensions, certificate])
    expect(whole.repeating('certificate').messages).toEqual([extensions, certificate, certificate, proof, finished])
    expect(whole.swapping('certificate', 'finished').messages).toEqual([extensions, finished, proof, certificate])
    const odd = handshakeMessage(77, new Uint8Array())
    expect(whole.inserting(odd, 'finished').types).toEqual([
      'encrypted_extensions',
      'certificate',
      'certificate_verify',
      77,
      'finished',
    ])
    expect(whole.inserting(odd).messages.at(-1)).toBe(odd)
    expect(whole.replacing('finished', odd).messages.at(-1)).toBe(odd)
    expect(whole.messages).toHaveLength(4)
  })

  test('can change bodies, and lengths follow', () => {
    expect(whole.corrupting('encrypted_extensions', 1).message('encrypted_extensions').body).toEqual(
      Uint8Array.of(0, 255),
    )
    expect(whole.corrupting('finished', -1, 1).message('finished').body.at(-1)).toBe(1)
    expect([...whole.truncating('encrypted_extensions', 1).message('encrypted_extensions').raw]).toEqual([
      8, 0, 0, 1, 0,
    ])
    expect(whole.truncating('finished', -1).message('finished').body).toHaveLength(31)
    expect([...whole.extending('encrypted_extensions', 9).message('encrypted_extensions').raw]).toEqual([
      8, 0, 0, 3, 0, 0, 9,
    ])
    // The original is not touched.
    expect([...whole.message('finished').body]).toEqual(new Array(32).fill(0))
  })

  test('says what it does not have', () => {
    expect(() => whole.without('server_hello')).toThrow('no server_hello, only encrypted_extensions, certificate')
    expect(() => whole.corrupting('encrypted_extensions', 2)).toThrow('no byte 2')
    expect(() => whole.corrupting('encrypted_extensions', -3)).toThrow(RangeError)
  })

  test('goes into records of any sizes', () => {
    const { records } = parseRecords(whole.records([1, 5], { version: 0x0301 }))
    expect(records.map(({ type, version, fragment }) => [type, version, fragment.length]).slice(0, 2)).toEqual([
      [22, 0x0301, 1],
      [22, 0x0301, 5],
    ])
    expect(parseRecords(whole.records()).records).toHaveLength(1)
  })
})
