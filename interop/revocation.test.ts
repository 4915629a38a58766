import { nodeCrypto } from '@typetls/crypto-node'
import { createAuthority } from '@typetls/testing'
import type { RawExtension, TestCertificate } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import type { CertificateFailure } from '@typetls/x509'
import { Certificate, createVerifier } from '@typetls/x509'
import { createRevocationFetcher } from '@typetls/x509/fetch'
import type { OcspRequest, RevocationOptions } from '@typetls/x509/revocation'
import { CertificateList, createOcspRequest, createRevocationChecker } from '@typetls/x509/revocation'
import { afterAll, describe, expect, test } from 'vitest'
import { Child, freePort, Scope } from './child.ts'
import type { Issued } from './issuer-program.ts'
import { crlByProgram, responderArguments, responseByProgram } from './issuer-program.ts'
import { openssl } from './openssl.ts'

const lacking = openssl.version === undefined ? ': skipped, there is no openssl' : ''
const root = createAuthority({ name: 'revocation root' })
const leaf = root.issue({ dns: ['localhost'] })
const other = root.issue({ dns: ['localhost'] })
const impostor = createAuthority({ name: 'revocation root', key: 'fresh' })
const months = 60 * 86_400_000

describe.skipIf(lacking !== '')(`by a CRL of openssl ca a certificate is${lacking}`, () => {
  test('good', async () => {
    const pem = crlByProgram(root, [{ certificate: leaf }, { certificate: other, revokedFor: 'superseded' }])
    expect(CertificateList.parse(pem).revokedCertificates.count).toBe(1)
    expect(await verdict({ crls: [pem] })).toBe('good')
  })

  test('revoked', async () => {
    const crls = [crlByProgram(root, [{ certificate: leaf, revokedFor: 'keyCompromise' }])]
    expect(await verdict({ crls })).toBe('ERR_TLS_CERTIFICATE_REVOKED revocation.revoked')
    expect(await verdict({ crls, mode: 'soft-fail' })).toBe('ERR_TLS_CERTIFICATE_REVOKED revocation.revoked')
  })

  test('unknown without one, when it expired, and when somebody else signed it', async () => {
    const good: Issued[] = [{ certificate: leaf }]
    expect(await verdict({})).toBe('ERR_TLS_CERTIFICATE_STATUS_UNKNOWN revocation.unknown')
    expect(await verdict({ mode: 'soft-fail' })).toBe('good')
    const crls = [crlByProgram(root, good)]
    expect(await verdict({ crls }, { later: months })).toBe('ERR_TLS_CERTIFICATE_STATUS_UNKNOWN crl.expired')
    const wrong = [crlByProgram(impostor, good)]
    expect(await verdict({ crls: wrong })).toBe('ERR_TLS_CERTIFICATE_STATUS_UNKNOWN crl.signature')
  })
})

describe.skipIf(lacking !== '')(`by a response of openssl ocsp a certificate is${lacking}`, () => {
  const responder = root.issue({ subject: 'responder', extendedKeyUsage: ['OCSPSigning'] })
  const bystander = root.issue({ subject: 'bystander' })
  const ask = (certificate = leaf): OcspRequest =>
    createOcspRequest({
      certificate: Certificate.parse(certificate.certificate),
      issuer: Certificate.parse(root.certificate),
      crypto: nodeCrypto,
    }) as OcspRequest
  const answer = (issued: Issued, by: { issuer?: TestCertificate; responder?: TestCertificate } = {}): Uint8Array =>
    responseByProgram({ issuer: root, issued: [issued], request: ask(issued.certificate).der, ...by })

  test('good, by its issuer or who it delegated to', async () => {
    expect(await verdict({}, { staple: answer({ certificate: leaf }) })).toBe('good')
    expect(await verdict({}, { staple: answer({ certificate: leaf }, { responder }) })).toBe('good')
  })

  test('revoked', async () => {
    const staple = answer({ certificate: leaf, revokedFor: 'keyCompromise' })
    expect(await verdict({}, { staple })).toBe('ERR_TLS_CERTIFICATE_REVOKED revocation.revoked')
  })

  test('not judged by one that does not count', async () => {
    const good = answer({ certificate: leaf })
    const code = 'ERR_TLS_CERTIFICATE_STATUS'
    expect(await verdict({}, { staple: good, later: months })).toBe(`${code} ocsp.expired`)
    expect(await verdict({}, { staple: answer({ certificate: other }) })).toBe(`${code} ocsp.certificate`)
    const unknown = responseByProgram({ issuer: root, issued: [{ certificate: other }], request: ask().der })
    expect(await verdict({}, { staple: unknown })).toBe(`${code} ocsp.unknown`)
    const undelegated = answer({ certificate: leaf }, { responder: bystander })
    expect(await verdict({}, { staple: undelegated })).toBe(`${code} ocsp.responder`)
    const wrong = answer({ certificate: leaf }, { responder: impostor })
    expect(await verdict({}, { staple: wrong })).toBe(`${code} ocsp.responder`)
  })

  test('known only with the nonce of the request', async () => {
    const { der, nonce } = ask()
    const response = responseByProgram({ issuer: root, issued: [{ certificate: leaf }], request: der })
    const options = { requireNonce: true }
    expect(await verdict({ ...options, source: { ocspResponse: () => ({ response, nonce }) } })).toBe('good')
    const stale = { ocspResponse: () => ({ response, nonce: ask().nonce }) }
    const refused = 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN revocation.unknown'
    expect(await verdict({ source: stale })).toBe(refused)
    const bare = ask()
    const without = createOcspRequest({
      certificate: Certificate.parse(leaf.certificate),
      issuer: Certificate.parse(root.certificate),
      crypto: nodeCrypto,
      nonce: false,
    }) as OcspRequest
    const silent = responseByProgram({ issuer: root, issued: [{ certificate: leaf }], request: without.der })
    const source = { ocspResponse: () => ({ response: silent, nonce: bare.nonce }) }
    expect(await verdict({ ...options, source })).toBe(refused)
    expect(await verdict({ source })).toBe('good')
  })

  test('refused without a staple that it demands', async () => {
    const feature: RawExtension = { oid: '1.3.6.1.5.5.7.1.24', value: Uint8Array.of(0x30, 3, 2, 1, 5) }
    const must = root.issue({ dns: ['localhost'], extensions: [feature] })
    const question = { mode: 'soft-fail' } as const
    expect(await verdict(question, { certificate: must })).toBe('ERR_TLS_CERTIFICATE_STATUS ocsp.must-staple')
    expect(await verdict(question, { certificate: must, staple: answer({ certificate: must }) })).toBe('good')
  })
})

describe.skipIf(lacking !== '')(`a responder that listens${lacking}`, () => {
  const scope = new Scope()
  afterAll(() => scope.end())

  test('is asked over HTTP', async () => {
    const port = await freePort()
    const uri = new TextEncoder().encode(`http://127.0.0.1:${port}/`)
    const location = Uint8Array.of(0x30, 10 + 2 + uri.length, 6, 8, 43, 6, 1, 5, 5, 7, 48, 1, 0x86, uri.length, ...uri)
    const extensions = [{ oid: '1.3.6.1.5.5.7.1.1', value: Uint8Array.of(0x30, location.length, ...location) }]
    const certificate = root.issue({ dns: ['localhost'], extensions })
    const revoked = root.issue({ dns: ['localhost'], extensions })
    const issued = [{ certificate }, { certificate: revoked, revokedFor: 'keyCompromise' }]
    const child = new Child(scope, 'openssl', responderArguments(port, root, issued))
    await child.hear('waiting for OCSP client connections')
    const source = createRevocationFetcher({ fetch, signal: () => AbortSignal.timeout(30_000), nonce: true })
    expect(await verdict({ source, requireNonce: true }, { certificate })).toBe('good')
    expect(await verdict({ source }, { certificate: revoked })).toBe('ERR_TLS_CERTIFICATE_REVOKED revocation.revoked')
  })
})

interface Circumstances {
  readonly certificate?: TestCertificate
  readonly staple?: Uint8Array
  /** Milliseconds from now. */
  readonly later?: number
}

/** `good`, or the code and the rule that refused the certificate. */
async function verdict(options: RevocationOptions, circumstances: Circumstances = {}): Promise<string> {
  const { certificate = leaf, staple, later = 0 } = circumstances
  const verifier = createVerifier({ trustAnchors: [root.pem], revocation: createRevocationChecker(options) })
  const chain = {
    certificates: [certificate.certificate],
    ocspResponse: staple,
    signedCertificateTimestamps: undefined,
  }
  const context = { peer: 'server', name: 'localhost', crypto: nodeCrypto, signatureSchemes: [] } as const
  try {
    await verifier.verify(chain, { ...context, now: Date.now() + later })
    return 'good'
  } catch (error) {
    if (!(error instanceof TlsError)) throw error
    return `${error.code} ${(error.details as CertificateFailure).rule}`
  }
}
