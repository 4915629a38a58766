import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider, SignatureAlgorithm } from '@typetls/crypto-provider'
import type { Authority, AuthorityOptions, CertificateOptions, TestCertificate } from '@typetls/testing'
import { createAuthority, createSelfSigned, testKeyTypes } from '@typetls/testing'
import { fromHex, TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { thrownBy } from '../test/thrown.ts'
import { describe, expect, test } from 'vitest'
import { Certificate } from './certificate.ts'
import type { PeerVerdict, VerifyContext } from './chain-verifier.ts'
import { createPathVerifier } from './path-verifier.ts'
import { pemText } from './pem.ts'
import { pemCertificates } from './pem-certificates.ts'
import type { VerifierOptions } from './verifier.ts'
import { createVerifier } from './verifier.ts'

const now = Date.UTC(2026, 10, 21)
const root = createAuthority()
const host = { dns: ['example.org'] }

describe('a chain is accepted', () => {
  test.each(testKeyTypes)('when an %s authority signed an %s certificate', (keyType) => {
    const authority = createAuthority({ keyType })
    const leaf = authority.issue({ ...host, keyType })
    const verdict = verify([leaf.certificate], { anchors: [authority.certificate] })
    expect(verdict).toMatchObject({ authorized: true, failure: undefined, facts: { matchedName: 'example.org' } })
    expect(verdict.publicKey).toMatchObject({ keyType, spki: leaf.spki })
    expect(verdict.facts.path.map(({ der }) => der)).toEqual([leaf.certificate, authority.certificate])
  })

  test.each(testKeyTypes)('when it is of %s keys and the noble backend checks it', (keyType) => {
    const authority = createAuthority({ keyType })
    const leaf = authority.issue({ ...host, keyType }).certificate
    const question = { anchors: [authority.certificate], crypto: nobleCrypto }
    expect(verify([leaf], question).authorized).toBe(true)
    const wrong = authority.issue({ ...host, keyType, faults: ['wrong-signature'] }).certificate
    expect(codeOf(() => verify([wrong], question))).toBe('ERR_TLS_CERTIFICATE_SIGNATURE')
  })

  test.each([
    ['P-384 with SHA-256', { keyType: 'ec-secp384r1' }, { signatureHash: 'sha256' }],
    ['P-256 with SHA-512', { keyType: 'ec-secp256r1' }, { signatureHash: 'sha512' }],
    ['RSA with PKCS #1 and SHA-384', { keyType: 'rsa' }, { signatureHash: 'sha384' }],
    ['RSA with PSS and SHA-512', { keyType: 'rsa' }, { signatureHash: 'sha512', rsaPadding: 'pss' }],
  ] as const)('when it is signed by %s', (_, ca, signing) => {
    const authority = createAuthority(ca)
    expect(
      verify([authority.issue({ ...host, ...signing }).certificate], { anchors: [authority.pem] }).authorized,
    ).toBe(true)
  })

  test('over intermediates in any order, with others that nobody needs, readable or not', () => {
    const upper = root.issueIntermediate()
    const lower = upper.issueIntermediate()
    const leaf = lower.issue(host)
    const noise = [createAuthority({ key: 'fresh', name: 'noise' }).certificate, Uint8Array.of(1, 2, 3)]
    const [, ...intermediates] = leaf.chain
    const verdict = verify([leaf.certificate, ...noise, ...intermediates.toReversed(), root.certificate])
    expect(verdict.facts.path.map(String)).toEqual(
      [leaf, lower, upper, root].map(({ certificate }) => String(Certificate.parse(certificate))),
    )
  })

  test('when the anchor is the leaf itself, authority or not', () => {
    for (const isCa of [false, true]) {
      const alone = createSelfSigned({ ...host, isCa, keyUsage: ['digitalSignature', 'keyCertSign'] })
      const verdict = verify([alone.certificate], { anchors: [alone.certificate] })
      expect(verdict.facts.path).toHaveLength(1)
    }
  })

  test('when the anchor is an intermediate', () => {
    const intermediate = root.issueIntermediate()
    const verdict = verify(intermediate.issue(host).chain, { anchors: [intermediate.certificate] })
    expect(verdict.facts.path).toHaveLength(2)
  })

  test('past a candidate with the issuer’s name that is expired, or has another key', () => {
    const expired = root.issueIntermediate({ notAfter: new Date(now - 86_400_000) })
    const other = root.issueIntermediate({ key: 'fresh' })
    const valid = root.issueIntermediate()
    const leaf = valid.issue({ ...host, without: ['authorityKeyIdentifier'] })
    const chain = [leaf, expired, other, valid].map(({ certificate }) => certificate)
    expect(verify(chain).facts.path).toHaveLength(3)
  })

  test('over a cross-signed authority, where only the other root is trusted', () => {
    const other = createAuthority({ name: 'other root', key: 5 })
    const intermediate = root.issueIntermediate()
    const cross = other.issueIntermediate({ name: 'typetls test intermediate 1', key: intermediate.privateKey })
    const chain = [intermediate.issue(host), intermediate, cross].map(({ certificate }) => certificate)
    expect(verify(chain, { anchors: [other.certificate] }).facts.path).toHaveLength(3)
    expect(codeOf(() => verify(chain.slice(0, 2), { anchors: [other.certificate] }))).toBe(
      'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
    )
  })

  test('in the first and the last second of its validity', () => {
    const leaf = root.issue({ ...host, notBefore: new Date(now), notAfter: new Date(now + 5000) })
    expect(verify([leaf.certificate], { now }).authorized).toBe(true)
    expect(verify([leaf.certificate], { now: now + 5999 }).authorized).toBe(true)
    expect(codeOf(() => verify([leaf.certificate], { now: now - 1 }))).toBe('ERR_TLS_CERTIFICATE_NOT_YET_VALID')
    expect(codeOf(() => verify([leaf.certificate], { now: now + 6000 }))).toBe('ERR_TLS_CERTIFICATE_EXPIRED')
  })

  test('for a client without any name, if it is for clients', () => {
    const leaf = root.issue({ subject: 'alice', extendedKeyUsage: ['clientAuth'] })
    expect(verify([leaf.certificate], { peer: 'client', name: undefined })).toMatchObject({
      authorized: true,
      facts: { matchedName: undefined },
    })
  })

  test.each([
    ['for an IP address', { ip: ['192.0.2.1'] }, '192.0.2.1', '192.0.2.1'],
    ['by wildcard', { dns: ['*.example.org'] }, 'a.example.org', '*.example.org'],
  ])('%s, and the verdict tells the name', (_, options, name, matchedName) => {
    expect(verify([root.issue(options).certificate], { name }).facts).toMatchObject({ matchedName })
  })

  test.each<[string, AuthorityOptions, CertificateOptions]>([
    ['within pathLen', { pathLength: 0 }, host],
    ['without keyUsage anywhere', { keyUsage: [] }, { ...host, keyUsage: [] }],
    ['without extendedKeyUsage', {}, { ...host, extendedKeyUsage: [] }],
    [
      'with every purpose',
      { extendedKeyUsage: ['anyExtendedKeyUsage'] },
      { ...host, extendedKeyUsage: ['anyExtendedKeyUsage'] },
    ],
    [
      'with a critical policy',
      {},
      { ...host, extensions: [{ oid: '2.5.29.32', critical: true, value: fromHex('30063004 06022a03') }] },
    ],
    ['with an unknown extension', {}, { ...host, extensions: [{ oid: '1.2.3', value: fromHex('0500') }] }],
    ['under a permitted domain', { nameConstraints: { permitted: { dns: ['org'], ip: ['0.0.0.0/0'] } } }, host],
    ['beside an excluded domain', { nameConstraints: { excluded: { dns: ['a.example.org', 'ample.org'] } } }, host],
    [
      'under a directory',
      { nameConstraints: { permitted: { directory: [{ O: 'Ex' }] } } },
      { ...host, subject: { O: 'EX', CN: 'a' } },
    ],
  ])('%s', (_, intermediate, leaf) => {
    expect(verify(root.issueIntermediate(intermediate).issue(leaf).chain).authorized).toBe(true)
  })
})

describe('a chain is refused', () => {
  type Refusal = [
    when: string,
    chain: () => readonly Uint8Array[],
    code: string,
    rule: string,
    index: number | undefined,
  ]

  const constraint = 'ERR_TLS_CERTIFICATE_CONSTRAINT'
  const refusals: readonly Refusal[] = [
    leafRefusal(
      'it has expired',
      { notAfter: new Date(now - 1000) },
      'ERR_TLS_CERTIFICATE_EXPIRED',
      'validity.not-after',
    ),
    leafRefusal(
      'it is not valid yet',
      { notBefore: new Date(now + 1000) },
      'ERR_TLS_CERTIFICATE_NOT_YET_VALID',
      'validity.not-before',
    ),
    leafRefusal(
      'its signature is wrong',
      { faults: ['wrong-signature'] },
      'ERR_TLS_CERTIFICATE_SIGNATURE',
      'signature.value',
    ),
    leafRefusal(
      'another key signed it',
      { faults: ['wrong-signer'] },
      'ERR_TLS_CERTIFICATE_SIGNATURE',
      'signature.value',
    ),
    leafRefusal(
      'it is signed with SHA-1',
      { signatureHash: 'sha1' },
      'ERR_TLS_CERTIFICATE_SIGNATURE',
      'signature.weak',
    ),
    leafRefusal(
      'it has a critical extension that we do not know',
      { faults: ['unknown-critical-extension'] },
      'ERR_TLS_CERTIFICATE_UNSUPPORTED',
      'extensions.unknown-critical',
    ),
    leafRefusal(
      'its key is not for signatures',
      { keyUsage: ['keyEncipherment'] },
      'ERR_TLS_CERTIFICATE_KEY_USAGE',
      'key-usage.digital-signature',
    ),
    leafRefusal(
      'it is for clients',
      { extendedKeyUsage: ['clientAuth'] },
      'ERR_TLS_CERTIFICATE_PURPOSE',
      'extended-key-usage',
    ),
    leafRefusal(
      'its issuer is unknown',
      { faults: ['wrong-issuer'] },
      'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
      'path.trust-anchor',
    ),
    leafRefusal('its serial number is zero', { serial: 0n }, constraint, 'serial-number'),
    leafRefusal('its serial number is negative', { serial: -5n }, constraint, 'serial-number'),
    leafRefusal('its serial number has 21 octets', { serial: 2n ** 160n }, constraint, 'serial-number'),
    leafRefusal('it is for another name', { dns: ['example.com'] }, 'ERR_TLS_CERTIFICATE_NAME', 'host-name.mismatch'),
    leafRefusal(
      'it has its name in the common name only',
      { dns: [], subject: 'example.org' },
      'ERR_TLS_CERTIFICATE_NAME',
      'host-name.mismatch',
    ),
    leafRefusal('it is of version 1', { version: 1 }, 'ERR_TLS_CERTIFICATE_NAME', 'host-name.mismatch'),
    leafRefusal(
      'its key identifier is critical',
      {
        without: ['subjectKeyIdentifier'],
        extensions: [{ oid: '2.5.29.14', critical: true, value: fromHex('040101') }],
      },
      constraint,
      'extensions.criticality',
    ),
    [
      'it is self-signed and unknown',
      () => createSelfSigned(host).chain,
      'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
      'path.trust-anchor',
      0,
    ],
    [
      'its intermediate is missing',
      () => root.issueIntermediate().issue(host).chain.slice(0, 1),
      'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
      'path.trust-anchor',
      0,
    ],
    [
      'an authority of the same name signed it',
      () => createAuthority({ key: 5 }).issue(host).chain,
      'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
      'path.trust-anchor',
      0,
    ],
    [
      'the path ends at an unknown root',
      () => createAuthority({ name: 'stranger', key: 5 }).issueIntermediate().issue(host).chain,
      'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
      'path.trust-anchor',
      1,
    ],
    ['an ordinary certificate issued it', () => belowLeaf(), constraint, 'basic-constraints.ca', 1],
    authorityRefusal(
      'an authority says that it is none',
      { isCa: false, pathLength: 0, without: ['keyUsage'] },
      constraint,
      'basic-constraints.ca',
    ),
    authorityRefusal(
      'an authority does not say that it is one',
      { without: ['basicConstraints'] },
      constraint,
      'basic-constraints.ca',
    ),
    authorityRefusal('an authority is of version 1', { version: 1 }, constraint, 'basic-constraints.ca'),
    authorityRefusal(
      'an authority may not sign certificates',
      { keyUsage: ['cRLSign'] },
      constraint,
      'key-usage.cert-sign',
    ),
    authorityRefusal(
      'an authority is for other purposes',
      { extendedKeyUsage: ['clientAuth', 'emailProtection'] },
      'ERR_TLS_CERTIFICATE_PURPOSE',
      'extended-key-usage',
    ),
    authorityRefusal(
      'an authority has expired',
      { notAfter: new Date(now - 1000) },
      'ERR_TLS_CERTIFICATE_EXPIRED',
      'validity.not-after',
    ),
    authorityRefusal(
      'an authority is not valid yet',
      { notBefore: new Date(now + 1000) },
      'ERR_TLS_CERTIFICATE_NOT_YET_VALID',
      'validity.not-before',
    ),
    authorityRefusal(
      'an authority has a critical extension that we do not know',
      { faults: ['unknown-critical-extension'] },
      'ERR_TLS_CERTIFICATE_UNSUPPORTED',
      'extensions.unknown-critical',
    ),
    authorityRefusal(
      'an authority has policy constraints',
      { extensions: [{ oid: '2.5.29.36', critical: true, value: fromHex('3003800100') }] },
      'ERR_TLS_CERTIFICATE_UNSUPPORTED',
      'extensions.unknown-critical',
    ),
    authorityRefusal(
      'an authority’s signature is wrong',
      { faults: ['wrong-signature'] },
      'ERR_TLS_CERTIFICATE_SIGNATURE',
      'signature.value',
    ),
    authorityRefusal('an authority has no name', { subject: {} }, constraint, 'issuer.empty', 0),
    [
      'there are more intermediates than pathLen',
      () => root.issueIntermediate({ pathLength: 0 }).issueIntermediate().issue(host).chain,
      constraint,
      'basic-constraints.path-length',
      2,
    ],
    constrained('not under the permitted domain', { permitted: { dns: ['example.com'] } }, host, 'permitted'),
    constrained('under an excluded domain', { excluded: { dns: ['org'] } }, host, 'excluded'),
    constrained(
      'a wildcard over an excluded host',
      { excluded: { dns: ['a.example.org'] } },
      { dns: ['example.org', '*.example.org'] },
      'excluded',
    ),
    constrained('a name that only ends like the domain', { permitted: { dns: ['ample.org'] } }, host, 'permitted'),
    constrained(
      'one bad name among good ones',
      { permitted: { dns: ['example.org'] } },
      { dns: ['example.org', 'example.com'] },
      'permitted',
    ),
    constrained(
      'a name that is none',
      { permitted: { dns: ['example.org'] } },
      { dns: ['example.org', 'a b.example.org'] },
      'unsupported',
    ),
    constrained(
      'an excluded address',
      { excluded: { ip: ['192.0.2.0/24'] } },
      { ...host, ip: ['192.0.2.9'] },
      'excluded',
    ),
    constrained(
      'an address of the other family',
      { permitted: { ip: ['192.0.2.0/24'] } },
      { ...host, ip: ['2001:db8::1'] },
      'permitted',
    ),
    constrained(
      'an address outside',
      { permitted: { ip: ['2001:db8::/33'] } },
      { ...host, ip: ['2001:db8:8000::1'] },
      'permitted',
    ),
    constrained(
      'a mailbox of another host',
      { permitted: { email: ['example.org'] } },
      { ...host, email: ['a@b.example.org'] },
      'permitted',
    ),
    constrained(
      'a mailbox below an excluded domain',
      { excluded: { email: ['.example.org'] } },
      { ...host, email: ['a@b.example.org'] },
      'excluded',
    ),
    constrained(
      'another mailbox',
      { permitted: { email: ['A@example.org'] } },
      { ...host, email: ['a@example.org'] },
      'permitted',
    ),
    constrained(
      'a URI of an excluded host',
      { excluded: { uri: ['.example.org'] } },
      { ...host, uri: ['https://u@a.example.org:8443/?x#y'] },
      'excluded',
    ),
    constrained(
      'a URI without a host',
      { permitted: { uri: ['example.org'] } },
      { ...host, uri: ['urn:example'] },
      'unsupported',
    ),
    constrained(
      'a subject in another directory',
      { permitted: { directory: [{ O: 'Ex' }] } },
      { ...host, subject: { O: 'Why' } },
      'permitted',
    ),
  ]

  test.each(refusals)('when %s', (_, chain, code, rule, index) => {
    const failure = thrownBy(() => verify(chain()))
    expect(failure).toMatchObject({ code, details: { rule, index } })
    expect(failure?.details).toHaveProperty('certificate.subject')
    expect(failure?.details).toHaveProperty('reference', expect.stringMatching(/^(RFC \d+ section|option)/))
    expect(JSON.parse(JSON.stringify(failure?.details))).toEqual({ ...(failure?.details as object) })
  })

  test('when the root has expired, although it is trusted', () => {
    const expired = createAuthority({ notAfter: new Date(now - 1000) })
    expect(thrownBy(() => verify([expired.issue(host).certificate], { anchors: [expired.pem] }))).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_EXPIRED',
      details: { index: undefined },
    })
  })

  test('when it breaks a name constraint of the root', () => {
    const authority = createAuthority({ nameConstraints: { permitted: { dns: ['example.com'] } } })
    const chain = authority.issueIntermediate().issue(host).chain
    expect(thrownBy(() => verify(chain, { anchors: [authority.pem] }))).toMatchObject({
      details: { rule: 'name-constraints.permitted' },
    })
  })

  test('when an RSA key is smaller than wanted, anywhere', () => {
    const authority = createAuthority({ keyType: 'rsa' })
    const options = { minRsaBits: 2049 }
    const rsaLeaf = root.issue({ ...host, keyType: 'rsa' }).certificate
    expect(thrownBy(() => verify([rsaLeaf], { options }))).toMatchObject({
      details: { rule: 'key.rsa-size', index: 0 },
    })
    const ecLeaf = authority.issue(host).certificate
    expect(thrownBy(() => verify([ecLeaf], { options, anchors: [authority.pem] }))).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_CONSTRAINT',
      details: { rule: 'key.rsa-size', index: undefined },
    })
    expect(verify([rsaLeaf]).authorized).toBe(true)
  })

  test('when the provider lacks the algorithm', () => {
    const crypto = {
      ...nodeCrypto,
      signature: { 'ecdsa-sha384': nodeCrypto.signature['ecdsa-sha384'] },
    } as CryptoProvider
    expect(codeOf(() => verify([root.issue(host).certificate], { crypto }))).toBe('ERR_TLS_CERTIFICATE_UNSUPPORTED')
  })

  test('when there is no trust anchor', () => {
    expect(codeOf(() => verify([root.issue(host).certificate], { anchors: [] }))).toBe('ERR_TLS_CERTIFICATE_UNKNOWN_CA')
  })

  test('when no name was dialled, unless that is asked for', () => {
    const chain = [root.issue(host).certificate]
    expect(thrownBy(() => verify(chain, { name: undefined }))).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME' })
    const options = { dangerouslySkipNameCheck: true }
    expect(verify(chain, { name: undefined, options }).authorized).toBe(true)
    expect(verify(chain, { name: 'example.com', options }).authorized).toBe(true)
  })

  test('when it is a client’s and only for servers', () => {
    const leaf = root.issue({ ...host, extendedKeyUsage: ['serverAuth'] })
    expect(codeOf(() => verify([leaf.certificate], { peer: 'client' }))).toBe('ERR_TLS_CERTIFICATE_PURPOSE')
  })

  test('when the leaf cannot be read, with the field', () => {
    expect(thrownBy(() => verify([root.issue({ faults: ['trailing-byte'] }).certificate]))).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_PARSE',
      path: 'Certificate',
    })
  })

  test('when an intermediate that it needs cannot be read, and that is the reason given', () => {
    const [leaf, intermediate] = root.issueIntermediate().issue(host).chain as [Uint8Array, Uint8Array]
    expect(codeOf(() => verify([leaf, intermediate.subarray(1)]))).toBe('ERR_TLS_CERTIFICATE_PARSE')
    const badNames = root.issueIntermediate({ extensions: [{ oid: '2.5.29.17', value: fromHex('3000') }] }).issue(host)
    expect(thrownBy(() => verify(badNames.chain))?.path).toContain('extensions[4].extnValue')
  })

  test('and says to a person what was wrong', () => {
    const leaf = root.issue({ dns: ['a.example', 'b.example'], ip: ['192.0.2.1'] })
    expect(thrownBy(() => verify([leaf.certificate]))?.message).toBe(
      'the certificate CN=a.example is for a.example, b.example, 192.0.2.1, not for example.org',
    )
    const expired = root.issueIntermediate({ notAfter: new Date('2021-02-03T04:05:06Z') }).issue(host)
    expect(thrownBy(() => verify(expired.chain))?.message).toBe(
      'the CA certificate (#1) CN=typetls test intermediate 1 expired on 2021-02-03T04:05:06.000Z',
    )
  })

  function leafRefusal(when: string, leaf: CertificateOptions, code: string, rule: string): Refusal {
    return [when, () => [root.issue({ ...host, ...leaf }).certificate], code, rule, 0]
  }

  function authorityRefusal(when: string, ca: AuthorityOptions, code: string, rule: string, index = 1): Refusal {
    return [`${when}`, () => root.issueIntermediate(ca).issue(host).chain, code, rule, index]
  }

  function constrained(
    what: string,
    nameConstraints: NonNullable<CertificateOptions['nameConstraints']>,
    leaf: CertificateOptions,
    rule: string,
  ): Refusal {
    const chain = (): readonly Uint8Array[] => root.issueIntermediate({ nameConstraints }).issue(leaf).chain
    return [`its authority may not vouch for ${what}`, chain, constraint, `name-constraints.${rule}`, 0]
  }
})

test('a chain in which any single byte was changed is refused by both verifiers, and by a TlsError with an alert', () => {
  const chain = root.issueIntermediate().issue(host).chain
  fc.assert(
    fc.property(fc.nat({ max: 1 }), fc.nat(), fc.integer({ min: 1, max: 255 }), (which, at, change) => {
      const changed = chain.map((der) => der.slice())
      const target = changed[which] as Uint8Array
      target[at % target.length] = (target[at % target.length] as number) ^ change
      // Not always for the same reason: what became an extension of policies is not read in pages.
      for (const one of [verifier(), createPathVerifier({ trustAnchors: [root.certificate] })]) {
        const failure = thrownBy(() => one.verify(peerChain(changed), context({})))
        expect(failure?.code).toMatch(/^ERR_TLS_CERTIFICATE_/)
        expect(failure?.alert).toBeDefined()
      }
    }),
    { numRuns: 1000 },
  )
})

describe('hostile chains end quickly', () => {
  test('when all authorities of one name could have signed each other', () => {
    const name = 'loop'
    const certificates: Uint8Array[] = []
    const keys = [1, 2, 3, 4, 5].map((key) => createAuthority({ name, key }))
    for (const above of keys) {
      for (const below of keys) {
        if (above === below) continue
        certificates.push(
          above.issueIntermediate({ name, key: below.privateKey, without: ['authorityKeyIdentifier'] }).certificate,
        )
      }
    }
    const leaf = (keys[0] as Authority).issue({ ...host, without: ['authorityKeyIdentifier'] })
    let checks = 0
    const counting = withSignature((algorithm) => ({
      ...algorithm,
      verify: (...args) => {
        checks++
        return algorithm.verify(...args)
      },
    }))
    expect(thrownBy(() => verify([leaf.certificate, ...certificates], { crypto: counting }))).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT',
      details: { rule: 'path.signature-checks' },
    })
    expect(checks).toBeLessThanOrEqual(100)
  })

  test('when the chain is longer than a path may be', () => {
    let authority = root
    for (let i = 0; i < 9; i++) authority = authority.issueIntermediate({ name: `intermediate ${i}` })
    const chain = authority.issue(host).chain
    expect(thrownBy(() => verify(chain))).toMatchObject({ details: { rule: 'path.length' } })
    expect(verify(chain, { options: { maxPathLength: 11 } }).facts.path).toHaveLength(11)
  })

  test('when there are very many certificates, or very large ones', () => {
    const { certificate } = root.issue(host)
    const many = new Array<Uint8Array>(65).fill(certificate)
    expect(thrownBy(() => verify(many))).toMatchObject({ details: { rule: 'chain.size' } })
    const large = [certificate, new Uint8Array(256 * 1024)]
    expect(thrownBy(() => verify(large))).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_WORK_LIMIT' })
  })

  test('when very many names meet very many constraints', () => {
    const dns = Array.from({ length: 600 }, (_, i) => `a${i}.example.org`)
    const leaf = root
      .issueIntermediate({ nameConstraints: { excluded: { dns } } })
      .issue({ dns: ['example.org', ...dns] })
    expect(thrownBy(() => verify(leaf.chain))).toMatchObject({ details: { rule: 'path.name-comparisons' } })
  })
})

describe('a verifier that accepts any certificate', () => {
  const options = { dangerouslyAcceptAnyCertificate: true }

  test('says that the peer is not authorized, and why', () => {
    const alone = createSelfSigned({ dns: ['a.example'] })
    const verdict = verify(alone.chain, { options })
    expect(verdict).toMatchObject({ authorized: false, failure: { code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' } })
    expect(verdict.publicKey.spki).toEqual(alone.spki)
    expect(verdict.facts.path).toHaveLength(1)
  })

  test('still says that a good chain is authorized', () => {
    expect(verify([root.issue(host).certificate], { options }).authorized).toBe(true)
  })

  test('still refuses a leaf without a key that can be read', () => {
    const { certificate } = root.issue(host)
    expect(codeOf(() => verify([certificate.subarray(1)], { options }))).toBe('ERR_TLS_CERTIFICATE_PARSE')
  })

  test('does not take a failure of the provider for one of the certificate', () => {
    const broken = withSignature((algorithm) => ({
      ...algorithm,
      verify() {
        throw new TlsError('ERR_TLS_CRYPTO', 'out of order')
      },
    }))
    expect(codeOf(() => verify([root.issue(host).certificate], { options, crypto: broken }))).toBe('ERR_TLS_CRYPTO')
  })
})

describe('with an asynchronous provider', () => {
  const later = withSignature((algorithm) => ({
    ...algorithm,
    verify: async (...args) => {
      await new Promise((resolve) => setTimeout(resolve, 1))
      return algorithm.verify(...args)
    },
  }))

  test('a verdict is a promise of the same', async () => {
    const chain = root.issueIntermediate().issue(host).chain
    const verdict = verifier().verify(peerChain(chain), context({ crypto: later }))
    expect(verdict).toBeInstanceOf(Promise)
    expect(await verdict).toMatchObject({ authorized: true })
  })

  test('a refusal is a rejection', async () => {
    const chain = [root.issue({ ...host, faults: ['wrong-signature'] }).certificate]
    const verdict = verifier().verify(peerChain(chain), context({ crypto: later }))
    await expect(verdict).rejects.toMatchObject({ code: 'ERR_TLS_CERTIFICATE_SIGNATURE' })
  })
})

describe('a verifier remembers', () => {
  test('signatures it checked, but neither validity, nor name, nor purpose', () => {
    let checks = 0
    const crypto = withSignature((algorithm) => ({
      ...algorithm,
      verify: (...args) => {
        checks++
        return algorithm.verify(...args)
      },
    }))
    const chain = root.issueIntermediate().issue({ ...host, extendedKeyUsage: ['serverAuth'] }).chain
    const one = verifier()
    const ask = (change: Partial<VerifyContext>): unknown =>
      one.verify(peerChain(chain.map((der) => der.slice())), context({ crypto, ...change }))
    ask({})
    expect(checks).toBe(2)
    expect(ask({})).toMatchObject({ authorized: true })
    expect(checks).toBe(2)
    expect(codeOf(() => ask({ now: Date.UTC(2060, 0) }))).toBe('ERR_TLS_CERTIFICATE_EXPIRED')
    expect(codeOf(() => ask({ name: 'example.com' }))).toBe('ERR_TLS_CERTIFICATE_NAME')
    expect(codeOf(() => ask({ peer: 'client' }))).toBe('ERR_TLS_CERTIFICATE_PURPOSE')
  })

  test('no signature that was wrong, nor one of a certificate that ends with the same bytes', () => {
    const [leaf] = root.issue(host).chain as [Uint8Array]
    const forged = leaf.slice()
    const at = Buffer.from(leaf).lastIndexOf('example.org')
    forged.set(Buffer.from('example.com'), at)
    const one = verifier()
    const ask = (der: Uint8Array, name: string): unknown => one.verify(peerChain([der]), context({ name }))
    expect(ask(leaf, 'example.org')).toMatchObject({ authorized: true })
    for (let i = 0; i < 2; i++) expect(codeOf(() => ask(forged, 'example.com'))).toBe('ERR_TLS_CERTIFICATE_SIGNATURE')
    expect(ask(leaf, 'example.org')).toMatchObject({ authorized: true })
  })
})

test('options that make no sense are refused', () => {
  expect(codeOf(() => createVerifier({ trustAnchors: [], minRsaBits: 0.5 }))).toBe('ERR_TLS_OPTIONS')
  expect(codeOf(() => createVerifier({ trustAnchors: ['-----BEGIN CERTIFICATE-----'] }))).toBe(
    'ERR_TLS_CERTIFICATE_PARSE',
  )
  expect(codeOf(() => createVerifier({ trustAnchors: [Uint8Array.of(0x30, 0)] }))).toBe('ERR_TLS_CERTIFICATE_PARSE')
  expect(codeOf(() => createVerifier({ trustAnchors: [{} as Certificate] }))).toBe('ERR_TLS_OPTIONS')
})

test('for pages, trust anchors are DER or parsed, and policies are not read', () => {
  expect(codeOf(() => createPathVerifier({ trustAnchors: [root.pem as never] }))).toBe('ERR_TLS_OPTIONS')
  expect(codeOf(() => createPathVerifier({ trustAnchors: [Uint8Array.of(0x30, 0)] }))).toBe('ERR_TLS_CERTIFICATE_PARSE')
  const one = createPathVerifier({ trustAnchors: [root.certificate], dangerouslyAcceptAnyCertificate: true })
  const [leaf] = createAuthority({ name: 'other', key: 5 }).issue(host).chain as [Uint8Array]
  expect(one.verify(peerChain([leaf]), context({}))).toMatchObject({ authorized: false })
  const unread = root.issue({ ...host, extensions: [{ oid: '2.5.29.32', value: fromHex('3000') }] }).certificate
  expect(
    createPathVerifier({ trustAnchors: [root.certificate] }).verify(peerChain([unread]), context({})),
  ).toMatchObject({
    authorized: true,
  })
  expect(codeOf(() => verify([unread], { options: {} }))).toBe('ERR_TLS_CERTIFICATE_PARSE')
})

interface Question extends Partial<VerifyContext> {
  readonly anchors?: VerifierOptions['trustAnchors']
  readonly options?: Partial<VerifierOptions>
}

function verify(chain: readonly Uint8Array[], question: Question = {}): PeerVerdict {
  const { anchors, options, ...change } = question
  const ask = (one: Pick<ReturnType<typeof createPathVerifier>, 'verify'>): unknown =>
    one.verify(peerChain(chain), context(change))
  if (options === undefined && change.crypto === undefined)
    expectTheSame(
      () => ask(createPathVerifier({ trustAnchors: ders(anchors) })),
      () => ask(verifier(anchors)),
    )
  const verdict = ask(verifier(anchors, options)) as PeerVerdict
  if (verdict instanceof Promise) throw new TypeError('a synchronous provider must give a synchronous verdict')
  return verdict
}

/** Pages judge by another verifier: what one of them says of a chain, the other says. */
function expectTheSame(inPages: () => unknown, elsewhere: () => unknown): void {
  const [one, other] = [inPages, elsewhere].map((act) => {
    try {
      const { authorized, facts } = act() as PeerVerdict
      return { authorized, path: facts.path.map(String), matchedName: facts.matchedName }
    } catch (error) {
      const { code, message, details } = error as TlsError
      return { code, message, details }
    }
  })
  expect(one).toEqual(other)
}

function ders(anchors: VerifierOptions['trustAnchors'] = [root.pem]): Uint8Array[] {
  return anchors.flatMap((one) => {
    if (typeof one === 'string') return pemCertificates(one)
    const text = one instanceof Uint8Array ? pemText(one) : undefined
    if (text !== undefined) return pemCertificates(text)
    return one instanceof Uint8Array ? one : (one as Certificate)
  }) as Uint8Array[]
}

function verifier(
  anchors: VerifierOptions['trustAnchors'] = [root.pem],
  options: Partial<VerifierOptions> = {},
): ReturnType<typeof createVerifier> {
  return createVerifier({ trustAnchors: anchors, ...options })
}

function peerChain(certificates: readonly Uint8Array[]): Parameters<ReturnType<typeof createVerifier>['verify']>[0] {
  return { certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined }
}

function context(change: Partial<VerifyContext>): VerifyContext {
  return { peer: 'server', name: 'example.org', now, crypto: nodeCrypto, signatureSchemes: [], ...change }
}

function withSignature(change: (algorithm: SignatureAlgorithm) => SignatureAlgorithm): CryptoProvider {
  const entries = Object.entries(nodeCrypto.signature).map(([name, row]) => [name, change(row as SignatureAlgorithm)])
  return { ...nodeCrypto, signature: Object.fromEntries(entries) as CryptoProvider['signature'] } as CryptoProvider
}

/** A chain in which a certificate of a server issued another. */
function belowLeaf(): readonly Uint8Array[] {
  const middle: TestCertificate = root.issue({ ...host, subject: 'middle' })
  const fake = createAuthority({ name: 'middle', key: middle.privateKey })
  return [fake.issue(host).certificate, middle.certificate]
}

function codeOf(act: () => unknown): string | undefined {
  return thrownBy(act)?.code
}
