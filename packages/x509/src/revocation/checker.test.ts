import { createAuthority } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { makeCrl } from '../../test/crl-bytes.ts'
import { makeOcspResponse } from '../../test/ocsp-bytes.ts'
import { statusOf } from '../../test/status-of.ts'
import { CertificateList } from './certificate-list.ts'
import { createRevocationChecker } from './checker.ts'
import type { RevocationSource } from './source.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['example.org'] })
const path = [leaf, root]
const [nonce, other] = [Uint8Array.of(1, 2, 3), Uint8Array.of(3, 2, 1)]
const response = (options: object = {}): Uint8Array =>
  makeOcspResponse({ issuer: root, singles: [{ certificate: leaf }], ...options })

describe('a source', () => {
  const refuse = (): never => {
    throw new TlsError('ERR_TLS_REVOCATION_FETCH', 'the network is down')
  }

  test('is asked only when nothing at hand decides', () => {
    const source: RevocationSource = { ocspResponse: refuse, crls: refuse }
    expect(statusOf({ path, source, crls: [makeCrl({ issuer: root })] })).toBe('good')
    expect(statusOf({ path, source, staple: response() })).toBe('good')
    expect(statusOf({ path, source })).toBe('revocation.unknown')
    expect(statusOf({ path, source, mode: 'soft-fail' })).toBe('unknown')
  })

  test('is asked for an OCSP response, then for CRLs', () => {
    const crls = (): CertificateList[] => [
      CertificateList.parse(makeCrl({ issuer: root, revoked: [{ certificate: leaf }] })),
    ]
    const good = { response: response(), nonce: undefined }
    expect(statusOf({ path, source: { crls } })).toBe('revocation.revoked')
    expect(statusOf({ path, source: { ocspResponse: refuse, crls } })).toBe('revocation.revoked')
    expect(statusOf({ path, source: { ocspResponse: () => good, crls } })).toBe('good')
    const revoked = response({ singles: [{ certificate: leaf, status: { revokedOn: new Date('2026-10-01') } }] })
    expect(statusOf({ path, source: { ocspResponse: () => ({ ...good, response: revoked }) } })).toBe(
      'revocation.revoked',
    )
    expect(statusOf({ path, source: {} })).toBe('revocation.unknown')
  })

  test.each([
    ['that is repeated', nonce, false, 'good'],
    ['that is missing', undefined, false, 'good'],
    ['that is missing though it must not', undefined, true, 'revocation.unknown'],
    ['that is another', other, false, 'revocation.unknown'],
  ])('gives a response with a nonce %s', (_, repeated, requireNonce, status) => {
    const answer = response(repeated === undefined ? {} : { nonce: repeated })
    const source = { ocspResponse: () => ({ response: answer, nonce }) }
    expect(statusOf({ path, source, requireNonce })).toBe(status)
  })

  test('is told when what it gave does not count', () => {
    let rejected = 0
    const source: RevocationSource = {
      ocspResponse: () => ({ response: response({ faults: ['wrong-signature'] }), nonce: undefined }),
      crls: () => [CertificateList.parse(makeCrl({ issuer: root, faults: ['wrong-signature'] }))],
      reject: () => {
        rejected++
      },
    }
    expect(statusOf({ path, source })).toBe('crl.signature')
    expect(rejected).toBe(2)
  })

  test('that fails otherwise ends the question', () => {
    const source = {
      crls: (): never => {
        throw new RangeError('a mistake')
      },
    }
    expect(() => statusOf({ path, source })).toThrow(RangeError)
  })
})

describe('a checker is refused', () => {
  const codeOf = (options: object): unknown => {
    try {
      return createRevocationChecker(options)
    } catch (error) {
      return (error as TlsError).code
    }
  }

  test.each([
    ['a CRL that cannot be read', { crls: [Uint8Array.of(1)] }, 'ERR_TLS_CRL_PARSE'],
    ['a responder that cannot be read', { trustedResponders: [Uint8Array.of(1)] }, 'ERR_TLS_CERTIFICATE_PARSE'],
    ['a CRL issuer that cannot be read', { crlIssuers: [Uint8Array.of(1)] }, 'ERR_TLS_CERTIFICATE_PARSE'],
    ['a negative skew', { clockSkew: -1 }, 'ERR_TLS_OPTIONS'],
    ['an age that is not a number', { maxAgeWithoutNextUpdate: NaN }, 'ERR_TLS_OPTIONS'],
  ])('with %s', (_, options, code) => {
    expect(codeOf(options)).toBe(code)
  })
})
