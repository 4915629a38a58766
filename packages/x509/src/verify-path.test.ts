import { nodeCrypto } from '@typetls/crypto-node'
import { createAuthority } from '@typetls/testing'
import { describe, expect, test, vi } from 'vitest'
import { Certificate } from './certificate.ts'
import { certificatePolicies } from './certificate-policies.ts'
import { tls } from './profile.ts'
import type { RevocationQuery } from './revocation.ts'
import type { InvalidPath, PathQuestion, ValidPath } from './verify-path.ts'
import { verifyPath } from './verify-path.ts'
import { webpki } from './webpki.ts'

const time = Date.UTC(2026, 10, 21)
const root = createAuthority()
const rootCertificate = Certificate.parse(root.certificate)

describe('a verdict', () => {
  test('has the path, the anchor and the name that matched', () => {
    const [leaf, ...intermediates] = root.issueIntermediate().issue({ dns: ['*.example.org'] }).chain as [Uint8Array]
    const verdict = valid({ certificate: leaf, intermediates, identity: 'a.example.org' })
    expect(verdict.path).toHaveLength(3)
    expect(verdict.anchor).toBe(verdict.path[2])
    expect(verdict).toMatchObject({ matchedName: '*.example.org', policies: [], revocation: [] })
  })

  test.each([
    ['an email address', { type: 'email', value: 'a@EXAMPLE.org' }, { email: ['a@example.org'] }, 'a@example.org'],
    ['a URI', { type: 'uri', value: 'urn:x' }, { uri: ['urn:x'] }, 'urn:x'],
    ['an address', { type: 'ip', value: Uint8Array.of(192, 0, 2, 1) }, { ip: ['192.0.2.1'] }, '192.0.2.1'],
    ['a host', { type: 'dns', value: 'EXAMPLE.org.' }, { dns: ['example.org'] }, 'example.org'],
    ['a directory name', { type: 'directory', value: rootCertificate.subject }, {}, undefined],
  ] as const)('tells of %s', (_, identity, names, matched) => {
    const certificate = root.issue(names).certificate
    if (matched === undefined) expect(invalid({ certificate, identity }).error.code).toBe('ERR_TLS_CERTIFICATE_NAME')
    else expect(valid({ certificate, identity }).matchedName).toBe(matched)
  })

  test('has all that is wrong, as plain data, what tells most first', () => {
    const certificate = root.issueIntermediate().issue({
      dns: ['example.com'],
      notAfter: new Date(time - 1000),
      extendedKeyUsage: ['clientAuth'],
      signatureHash: 'sha1',
    }).certificate
    const { failures, error } = invalid({ certificate, purpose: 'server', identity: 'example.org' })
    expect(failures.map(({ rule }) => rule)).toEqual([
      'validity.not-after',
      'extended-key-usage',
      'signature.weak',
      'path.trust-anchor',
      'host-name.mismatch',
    ])
    expect(error.code).toBe('ERR_TLS_CERTIFICATE_EXPIRED')
    expect(JSON.parse(JSON.stringify(failures))).toEqual(failures)
    for (const failure of failures) expect(failure).toMatchObject({ index: 0, reference: expect.any(String) as string })
  })
})

describe('what cannot be read', () => {
  test.each([
    ['its authorityKeyIdentifier', { extensions: [{ oid: '2.5.29.35', value: Uint8Array.of(5, 0) }] }],
    ['its issuer', { alterTbs: (tbs: Uint8Array) => altered(tbs, utf8String) }],
  ])('of a leaf, as %s, is told of', (_, options) => {
    const { certificate } = root.issue({ without: ['authorityKeyIdentifier'], ...options })
    const anchors = [rootCertificate, createAuthority({ key: 'fresh' }).certificate]
    expect(invalid({ certificate, anchors }).failures[0]).toMatchObject({ rule: 'encoding', index: 0 })
  })

  test('of a certificate that nobody needs, as its key, does not matter', () => {
    const good = root.issueIntermediate({ subject: 'Twin' })
    const alterTbs = (tbs: Uint8Array): Uint8Array => altered(tbs, positiveModulus)
    const bad = root.issueIntermediate({ subject: 'Twin', keyType: 'rsa', alterTbs }).certificate
    expect(() => Certificate.parse(bad).publicKey).toThrow('modulus is negative')
    const { certificate } = good.issue({})
    expect(valid({ certificate, intermediates: [bad, good.certificate] }).path).toHaveLength(3)
  })

  test('is described once, wherever in the search it was met', () => {
    const one = createAuthority({ name: 'Twin' })
    const other = createAuthority({ name: 'Twin', key: 'fresh' })
    const noNames = [{ oid: '2.5.29.17', value: Uint8Array.of(0x30, 0) }]
    const bad = Certificate.parse(createAuthority({ name: 'Twin', key: 'fresh', extensions: noNames }).certificate)
    const { certificate } = one.issue({})
    const summary = vi.spyOn(bad, 'summary')
    const { failures } = invalid({ certificate, intermediates: [one.certificate, other.certificate, bad] })
    expect(failures.filter(({ rule }) => rule === 'encoding')).toHaveLength(1)
    expect(summary).toHaveBeenCalledTimes(1)
  })

  /** With the highest bit of the last octet of `pattern` set where it stands first. */
  function altered(tbs: Uint8Array, pattern: readonly (number | undefined)[]): Uint8Array {
    const at = tbs.findIndex((_, i) => pattern.every((octet, j) => octet === undefined || tbs[i + j] === octet))
    expect(at).toBeGreaterThan(0)
    const last = at + pattern.length - 1
    return tbs.map((octet, i) => (i === last ? octet | 0x80 : octet))
  }

  const utf8String = [0x0c, undefined, undefined]
  /** The INTEGER of 257 octets with its first one, which says that it is positive. */
  const positiveModulus = [0x02, 0x82, 0x01, 0x01, 0x00]
})

describe('an anchor without a certificate', () => {
  const { subject, publicKey } = rootCertificate
  const leaf = root.issueIntermediate().issue({ dns: ['example.org'] })
  const [certificate, ...intermediates] = leaf.chain as [Uint8Array]

  test('ends a path, of which it is no part', () => {
    const anchor = { subject, publicKey }
    const verdict = valid({ certificate, intermediates, anchors: [anchor] })
    expect(verdict.path).toHaveLength(2)
    expect(verdict.anchor).toBe(anchor)
  })

  test('limits the path below it', () => {
    const anchors = [{ subject, publicKey, pathLength: 0 }]
    expect(ruleOf({ certificate, intermediates, anchors })).toBe('basic-constraints.path-length')
  })

  test('vouches for the names it may vouch for', () => {
    const nameConstraints = { permitted: [{ type: 'dns', value: 'example.com' }], excluded: [] } as const
    const anchors = [{ subject, publicKey, nameConstraints }]
    expect(ruleOf({ certificate, intermediates, anchors })).toBe('name-constraints.permitted')
  })
})

describe('a profile', () => {
  test('adds rules, each of which can be switched off', () => {
    const { certificate } = root.issue({ dns: ['example.org'], without: ['authorityKeyIdentifier'] })
    expect(valid({ certificate, profile: tls }).valid).toBe(true)
    const profile = webpki
    expect(ruleOf({ certificate, profile })).toBe('authority-key-identifier.present')
    const rules = { 'authority-key-identifier.present': false }
    expect(valid({ certificate, profile, rules }).valid).toBe(true)
  })

  test('has rules that are off unless asked for', () => {
    const { certificate } = root.issue({ dns: ['example.org'], subject: 'another.example', extendedKeyUsage: [] })
    const question = { certificate, profile: webpki, purpose: 'server' }
    expect(valid(question).valid).toBe(true)
    const rules = { 'common-name': true, 'extended-key-usage.present': true }
    expect(
      invalid({ ...question, rules })
        .failures.map(({ rule }) => rule)
        .sort(),
    ).toEqual(Object.keys(rules))
  })
})

test('a wildcard over a public suffix speaks for nobody', () => {
  const { certificate } = root.issue({ dns: ['*.co.uk'] })
  const question = { certificate, identity: 'example.co.uk' }
  expect(valid(question).matchedName).toBe('*.co.uk')
  expect(ruleOf({ ...question, isPublicSuffix: (domain) => domain === 'co.uk' })).toBe('host-name.mismatch')
})

test('intermediates that are not self-issued are counted', () => {
  const [certificate, ...intermediates] = root.issueIntermediate().issueIntermediate().issue({}).chain as [Uint8Array]
  expect(valid({ certificate, intermediates, maxIntermediates: 2 }).path).toHaveLength(4)
  expect(ruleOf({ certificate, intermediates, maxIntermediates: 1 })).toBe('path.intermediates')
})

test('policies that are mapped back and forth cost no more than their number', () => {
  const policies = ['1.2.1', '1.2.2', '1.2.3']
  const authority = {
    isSelfIssued: false,
    certificatePolicies: policies.map((policy) => ({ policy, qualifiers: [] })),
    policyMappings: policies.flatMap((one) =>
      policies.map((other) => ({ issuerDomainPolicy: one, subjectDomainPolicy: other })),
    ),
  } as unknown as Certificate
  const path = new Array<Certificate>(64).fill(authority)
  expect(certificatePolicies({ acceptable: ['1.2.2', '1.2.9'], requireExplicit: true })(path)).toEqual({
    policies: ['1.2.2'],
  })
})

test('revocation is asked from the anchor down, and its problems refuse the path', () => {
  const [certificate, ...intermediates] = root.issueIntermediate().issue({}).chain as [Uint8Array]
  const asked: RevocationQuery[] = []
  const checker = (bad: number): PathQuestion['revocation'] & {} => ({
    check(query) {
      asked.push(query)
      const problems = query.index === bad ? [{ rule: 'revocation.revoked', problem: 'was revoked' } as const] : []
      return { status: query.index === bad ? 'revoked' : 'good', problems }
    },
  })
  expect(valid({ certificate, intermediates, revocation: checker(-1) }).revocation).toEqual(['good', 'good'])
  expect(asked.map(({ index }) => index)).toEqual([1, 0])
  expect(asked[1]?.issuer).toBe(asked[0]?.certificate)
  const { failures } = invalid({ certificate, intermediates, revocation: checker(1) })
  expect(failures[0]).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REVOKED', index: 1 })
})

type Question = Partial<PathQuestion> & Pick<PathQuestion, 'certificate'>

function verdict(question: Question): ValidPath | InvalidPath {
  const answer = verifyPath({ anchors: [root.pem], time, crypto: nodeCrypto, ...question })
  if (answer instanceof Promise) throw new TypeError('a synchronous provider must give a synchronous verdict')
  return answer
}

function valid(question: Question): ValidPath {
  const answer = verdict(question)
  if (answer.valid) return answer
  throw answer.error
}

function invalid(question: Question): InvalidPath {
  const answer = verdict(question)
  if (answer.valid) throw new TypeError('the path is valid')
  return answer
}

function ruleOf(question: Question): string | undefined {
  return invalid(question).failures[0]?.rule
}
