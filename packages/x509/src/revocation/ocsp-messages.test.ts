import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider, createAuthority } from '@typetls/testing'
import { concat, fromHex, toHex } from '@typetls/wire'
import { expectNothingBut } from '../../test/damaged.ts'
import { thrownBy } from '../../test/thrown.ts'
import { describe, expect, test } from 'vitest'
import { failed, makeBasic, makeOcspResponse, nonceExtension, successful } from '../../test/ocsp-bytes.ts'
import { Certificate } from '../certificate.ts'
import { derElement, explicit, octetString, sequence } from '@typetls/wire/der'
import type { OcspRequest } from './ocsp-request.ts'
import { createOcspRequest } from './ocsp-request.ts'
import { parseOcspResponse } from './ocsp-response.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['example.org'] })
const issuer = Certificate.parse(root.certificate)
const certificate = Certificate.parse(leaf.certificate)
const nonce = fromHex('00010203')

describe('an OCSP response', () => {
  test('says who answers, when, and what', () => {
    const status = { revokedOn: new Date('2026-10-01T00:00:00Z'), reason: 4 }
    const der = makeOcspResponse({
      issuer: root,
      nonce,
      singles: [{ certificate: leaf, status }],
      certificates: [leaf],
    })
    const { responseStatus, basic } = parseOcspResponse(der)
    expect(responseStatus).toBe('successful')
    expect(basic).toMatchObject({ producedAt: Date.UTC(2026, 10, 20), nonce, certificates: [leaf.certificate] })
    expect(basic?.responderId.type === 'name' && basic.responderId.name.equals(issuer.subject)).toBe(true)
    expect(basic?.responses).toMatchObject([
      {
        certId: { hashAlgorithm: '1.3.14.3.2.26', serialNumber: certificate.serialNumber },
        status: 'revoked',
        revocationTime: Date.UTC(2026, 9, 1),
        revocationReason: 'superseded',
        thisUpdate: Date.UTC(2026, 10, 20),
        nextUpdate: Date.UTC(2026, 10, 27),
      },
    ])
  })

  test.each([
    [1, 'malformedRequest'],
    [2, 'internalError'],
    [3, 'tryLater'],
    [5, 'sigRequired'],
    [6, 'unauthorized'],
  ])('without an answer has the status %i, %s', (number, responseStatus) => {
    expect(parseOcspResponse(failed(number))).toEqual({ responseStatus, basic: undefined })
  })

  const good = makeOcspResponse({ issuer: root, singles: [{ certificate: leaf }] })
  const basic = makeBasic({ issuer: root, singles: [{ certificate: leaf }] })
  const body = (type: string, content: Uint8Array): Uint8Array =>
    derElement(explicit(0), derElement(sequence, derElement(6, fromHex(type)), derElement(octetString, content)))
  const status = (value: number): Uint8Array => Uint8Array.of(0x0a, 1, value)

  test.each([
    ['bytes behind it', concat(good, Uint8Array.of(0)), 'OCSPResponse'],
    ['an unknown status', failed(4), 'OCSPResponse.responseStatus'],
    ['no answer though it is successful', failed(0), 'OCSPResponse.responseBytes'],
    [
      'an answer though it is not',
      derElement(sequence, status(3), body('2b0601050507300101', basic)),
      'OCSPResponse.responseBytes',
    ],
    [
      'an answer of another type',
      derElement(sequence, status(0), body('2b0601050507300102', basic)),
      'OCSPResponse.responseBytes.responseType',
    ],
    ['bytes behind the answer', successful(concat(basic, Uint8Array.of(0))), 'BasicOCSPResponse'],
    [
      'a nonce that is none',
      makeOcspResponse({ issuer: root, singles: [], extensions: [nonceExtension(nonce), nonceExtension(nonce)] }),
      'BasicOCSPResponse.tbsResponseData.responseExtensions[1]',
    ],
    ['more than 256 KiB', new Uint8Array(256 * 1024 + 1), 'OCSPResponse'],
  ])('is refused with %s', (_, bytes, path) => {
    const error = thrownBy(() => parseOcspResponse(bytes))
    expect(error).toMatchObject({ code: 'ERR_TLS_OCSP_PARSE', alert: 'bad_certificate_status_response', path })
  })

  test('is refused with nothing but our error, whatever was done to its bytes', () => {
    const whole = makeOcspResponse({
      issuer: root,
      nonce,
      singles: [{ certificate: leaf, status: { revokedOn: new Date('2026-10-01T00:00:00Z'), reason: 1 } }],
      certificates: [leaf],
    })
    expectNothingBut('ERR_TLS_OCSP_PARSE', whole, parseOcspResponse, 2000)
  })
})

describe('an OCSP request', () => {
  const options = { certificate, issuer, crypto: nodeCrypto, nonce }

  test('names the certificate by hashes of its issuer and its number, and repeats the nonce', () => {
    const { der, nonce: sent } = createOcspRequest(options) as OcspRequest
    expect(sent).toEqual(nonce)
    const answer = parseOcspResponse(makeOcspResponse({ issuer: root, singles: [{ certificate: leaf }] }))
    const certId = answer.basic?.responses[0]?.certId
    for (const part of [certId?.issuerNameHash, certId?.issuerKeyHash, certId?.serialNumber, nonce]) {
      expect(toHex(der)).toContain(toHex(part as Uint8Array))
    }
  })

  test('has 32 random bytes as nonce unless told otherwise', () => {
    const { nonce: drawn } = createOcspRequest({ certificate, issuer, crypto: nodeCrypto }) as OcspRequest
    expect(drawn).toHaveLength(32)
    const without = createOcspRequest({ ...options, nonce: false }) as OcspRequest
    expect(without.nonce).toBeUndefined()
    expect(without.der.length).toBeLessThan((createOcspRequest(options) as OcspRequest).der.length)
  })

  test('waits for a provider that answers later', async () => {
    const later = createOcspRequest({ ...options, crypto: asyncProvider(nodeCrypto) })
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toEqual(createOcspRequest(options))
  })

  test('uses SHA-256 where there is no SHA-1, and refuses a hash that is not there', () => {
    const { sha1: _, ...hash } = nodeCrypto.hash
    const crypto = { ...nodeCrypto, hash }
    expect(createOcspRequest({ ...options, crypto })).toEqual(createOcspRequest({ ...options, hash: 'sha256' }))
    expect(thrownBy(() => createOcspRequest({ ...options, crypto, hash: 'sha1' }))?.code).toBe('ERR_TLS_UNSUPPORTED')
  })

  test.each([0, 129])('is refused with a nonce of %i bytes', (length) => {
    expect(thrownBy(() => createOcspRequest({ ...options, nonce: new Uint8Array(length) }))?.code).toBe(
      'ERR_TLS_OPTIONS',
    )
  })
})
