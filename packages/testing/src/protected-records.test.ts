import { ascii, concat, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { finishedVerifyData, nextTrafficSecret, protectorOf } from './protected-records.ts'
import { parseRecords } from './records.ts'
import { rfc8448, rfc8448Titles } from './rfc8448.ts'

const sha256Suite = 0x1301
const secret = new Uint8Array(32).fill(1)

test.each(rfc8448Titles)('the protected records of RFC 8448, %s, are written byte for byte', (title) => {
  const trace = rfc8448()[title]
  const handshake = protectorOf(sha256Suite, trace.bytes('server', 'derive secret "tls13 s hs traffic"', 'expanded'))
  const flight = trace.records('server').find(({ record }) => record[0] === 23)
  expect(toHex(handshake.seal(22, flight?.payload as Uint8Array))).toBe(toHex(flight?.record as Uint8Array))

  const application = protectorOf(sha256Suite, trace.bytes('server', 'derive secret "tls13 s ap traffic"', 'expanded'))
  const later = trace
    .records('server')
    .filter(({ record }) => record[0] === 23)
    .slice(1)
  expect(later.length).toBeGreaterThan(0)
  for (const { type, payload, record } of later) {
    const number = { handshake: 22, application_data: 23, alert: 21, change_cipher_spec: 20 }[type]
    expect(toHex(application.seal(number, payload))).toBe(toHex(record))
  }
})

test('the Finished of RFC 8448 is what the transcript gives', () => {
  const trace = rfc8448()['Simple 1-RTT Handshake']
  const transcript = concat(
    trace.bytes('client', 'construct a ClientHello', 'ClientHello'),
    trace.bytes('server', 'construct a ServerHello', 'ServerHello'),
    trace.bytes('server', 'construct an EncryptedExtensions', 'EncryptedExtensions'),
    trace.bytes('server', 'construct a Certificate ', 'Certificate'),
    trace.bytes('server', 'construct a CertificateVerify', 'CertificateVerify'),
  )
  const traffic = trace.bytes('server', 'derive secret "tls13 s hs traffic"', 'expanded')
  expect(toHex(finishedVerifyData(sha256Suite, traffic, transcript))).toBe(
    toHex(trace.bytes('server', 'calculate finished', 'finished')),
  )
})

describe.each([0x1301, 0x1302, 0x1303, 0x1304, 0x1305])('suite %i', (suite) => {
  test('what is sealed opens under its number only', () => {
    const protector = protectorOf(suite, secret)
    protector.seal(23, ascii('first'))
    const sealed = protector.seal(22, ascii('second'), { padding: 3 })
    expect(protector.sequence).toBe(2)
    expect(protector.open(sealed, 1)).toEqual({ type: 22, content: ascii('second'), padding: 3 })
    expect(protector.open(sealed, 0)).toBeUndefined()
    expect(protectorOf(suite, nextTrafficSecret(suite, secret)).open(sealed, 1)).toBeUndefined()
    sealed[7] = (sealed[7] as number) ^ 1
    expect(protector.open(sealed, 1)).toBeUndefined()
  })
})

test('a sealed record can be wrong in each way that has a name', () => {
  const protector = protectorOf(sha256Suite, secret)
  const shape = (bytes: Uint8Array): unknown => {
    const [{ type, version, fragment }] = parseRecords(bytes).records as [ReturnType<typeof parseRecords>['records'][0]]
    return [type, version, fragment.length]
  }
  expect(shape(protector.seal(23, ascii('abc')))).toEqual([23, 0x0303, 3 + 1 + 16])
  expect(shape(protector.seal(23, ascii('abc'), { outerType: 22, version: 0x0301 }))).toEqual([22, 0x0301, 20])
  const zeros = protector.seal(23, ascii('abc'), { inner: new Uint8Array(9) })
  expect(protector.open(zeros, 2)).toEqual({ type: 0, content: new Uint8Array(), padding: 9 })
  expect(protector.open(protector.seal(23, ascii('abc'), { corrupt: true }), 3)).toBeUndefined()
})

test('an unknown suite is refused', () => {
  expect(() => protectorOf(0xc02f, secret)).toThrow('0xc02f')
})
