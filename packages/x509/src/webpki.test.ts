import { createPublicKey } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import type { AuthorityOptions, CertificateOptions, OwnExtension, RawExtension } from '@typetls/testing'
import { createAuthority } from '@typetls/testing'
import { ascii, concat, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { derElement, DerReader, explicit, generalizedTime, implicit, sequence, utcTime } from '@typetls/wire/der'
import * as extensionIds from './extension-ids.ts'
import { tls } from './profile.ts'
import { verifyPath } from './verify-path.ts'
import { webpki } from './webpki.ts'

/** What a root, an intermediate and a leaf are made like. */
interface Chain {
  readonly root?: AuthorityOptions
  readonly intermediate?: AuthorityOptions
  readonly leaf?: CertificateOptions
  /** Rules that nothing can break this one without; switched off. */
  readonly off?: readonly string[]
  /** What it is refused by, if not by the rule of its name. */
  readonly told?: string
}

const of = (name: keyof typeof extensionIds, value: string | Uint8Array, critical = false): readonly RawExtension[] => [
  { oid: extensionIds[name], value: typeof value === 'string' ? fromHex(value) : value, critical },
]
const leaf = (options: CertificateOptions): Chain => ({ leaf: options })
const intermediate = (options: AuthorityOptions): Chain => ({ intermediate: options })
const without = (...names: readonly OwnExtension[]): Pick<CertificateOptions, 'without'> => ({ without: names })

const uri = derElement(implicit(6), ascii('http://a.example'))
const access = derElement(sequence, derElement(sequence, fromHex('06082b06010505073001'), uri))
const keyIdentifier = derElement(implicit(0), Uint8Array.of(7))
const issuerAndSerial = concat(derElement(explicit(1), uri), derElement(implicit(2), Uint8Array.of(1)))
const aki = (...fields: readonly Uint8Array[]): CertificateOptions => ({
  ...without('authorityKeyIdentifier'),
  extensions: of('authorityKeyIdentifier', derElement(sequence, ...fields)),
})
const policyConstraints = (critical: boolean): Chain =>
  intermediate({ extensions: of('policyConstraints', '3003810100', critical) })
const inhibitAnyPolicy = (critical: boolean): Chain =>
  intermediate({ extensions: of('inhibitAnyPolicy', '020105', critical) })
const basicConstraints = (hex: string, critical: boolean): Pick<AuthorityOptions, 'without' | 'extensions'> => ({
  ...without('basicConstraints'),
  extensions: of('basicConstraints', hex, critical),
})
const validity = (notBefore: string, notAfter: string): Chain =>
  leaf({ alterTbs: (tbs) => withField(tbs, 4, derElement(sequence, timeOf(notBefore), timeOf(notAfter))) })

/** For each rule a chain that it lets pass, and one that breaks it and nothing else. */
const rules: Readonly<Record<string, readonly [kept: Chain, broken: Chain]>> = {
  version: [{}, { ...leaf({ version: 1 }), off: ['authority-key-identifier.present', 'subject-alt-name.present'] }],
  'validity.utc-time': [validity('200101000000Z', '20500101000000Z'), validity('200101000000Z', '20491231235959Z')],
  'authority-key-identifier.present': [leaf(aki(keyIdentifier)), leaf(without('authorityKeyIdentifier'))],
  'authority-key-identifier.form': [leaf(aki(keyIdentifier)), leaf(aki(keyIdentifier, issuerAndSerial))],
  'subject-key-identifier.present': [
    leaf(without('subjectKeyIdentifier')),
    intermediate(without('subjectKeyIdentifier')),
  ],
  'basic-constraints.critical': [
    intermediate(basicConstraints('30030101ff', true)),
    intermediate(basicConstraints('30030101ff', false)),
  ],
  'basic-constraints.consistent': [leaf({}), leaf({ keyUsage: ['digitalSignature', 'keyCertSign'] })],
  'policy-constraints.critical': [{}, policyConstraints(false)],
  'inhibit-any-policy.critical': [inhibitAnyPolicy(true), inhibitAnyPolicy(false)],
  'name-constraints.authority': [
    intermediate({ nameConstraints: { permitted: { dns: ['example.org'] } } }),
    leaf({ nameConstraints: { permitted: { dns: ['example.org'] } } }),
  ],
  'authority-info-access': [
    leaf({ extensions: of('authorityInfoAccess', access) }),
    { ...leaf({ extensions: of('authorityInfoAccess', '3000') }), told: 'encoding' },
  ],
  'subject-alt-name.present': [{}, leaf({ dns: [], subject: 'example.org' })],
  'subject-alt-name.dns': [leaf({ dns: ['*.example.org'] }), leaf({ dns: ['a*.example.org'] })],
  'subject-alt-name.criticality': [
    leaf({ subject: {}, dns: [], extensions: of('subjectAltName', '300d820b6578616d706c652e6f7267', true) }),
    leaf({ dns: [], subject: 'example.org', extensions: of('subjectAltName', '300d820b6578616d706c652e6f7267', true) }),
  ],
  'common-name.spelling': [leaf({ subject: 'example.org' }), leaf({ subject: 'Example.org' })],
  'extended-key-usage.any': [
    leaf({ extendedKeyUsage: ['serverAuth'] }),
    leaf({ extendedKeyUsage: ['serverAuth', '2.5.29.37.0'] }),
  ],
  'extended-key-usage.criticality': [
    leaf({ extendedKeyUsage: [], extensions: of('extendedKeyUsage', '300a06082b06010505070301') }),
    leaf({ extendedKeyUsage: [], extensions: of('extendedKeyUsage', '300a06082b06010505070301', true) }),
  ],
  'extended-key-usage.anchor': [
    intermediate({ extendedKeyUsage: ['serverAuth'] }),
    { root: { extendedKeyUsage: ['serverAuth'] } },
  ],
  'key.rsa-form': [leaf({ keyType: 'rsa' }), leaf({ alterTbs: (tbs) => withField(tbs, 6, oddRsaKey()) })],
  'common-name': [leaf({ subject: 'example.org' }), leaf({ subject: 'other.example' })],
  'extended-key-usage.present': [leaf({ extendedKeyUsage: ['serverAuth'] }), leaf({ extendedKeyUsage: [] })],
  'basic-constraints.leaf': [{}, leaf({ isCa: true })],
  'key-usage.present': [leaf({ keyUsage: [] }), intermediate({ keyUsage: [] })],
}

const own = Object.keys({ ...webpki.rules, ...webpki.optional }).filter((name) => !(name in tls.rules))

describe('a rule of the Web PKI', () => {
  test('is tested by a chain that keeps and one that breaks it', () => {
    expect(Object.keys(rules).sort()).toEqual(own.sort())
  })

  test.each(own)('lets pass what keeps it, refuses what breaks it, and can be switched off: %s', (name) => {
    const [kept, broken] = rules[name] as readonly [Chain, Chain]
    expect(failures(kept, { [name]: true })).toEqual([])
    expect(failures(broken, { [name]: true })).toEqual([broken.told ?? name])
    expect(failures(broken, { [name]: false })).toEqual([])
  })
})

/** The rules that a chain of root, intermediate and leaf breaks. */
function failures(chain: Chain, rules: Readonly<Record<string, boolean>>): readonly string[] {
  const root = createAuthority(chain.root)
  const made = root.issueIntermediate(chain.intermediate).issue({ dns: ['example.org'], ...chain.leaf })
  const [certificate, ...intermediates] = made.chain as [Uint8Array]
  const verdict = verifyPath({
    certificate,
    intermediates,
    anchors: [root.certificate],
    time: Date.UTC(2026, 10, 21),
    crypto: nodeCrypto,
    purpose: 'server',
    profile: webpki,
    rules: { ...rules, ...Object.fromEntries((chain.off ?? []).map((name) => [name, false])) },
  })
  if (verdict instanceof Promise) throw new TypeError('a synchronous provider must give a synchronous verdict')
  return verdict.valid ? [] : verdict.failures.map(({ rule }) => rule)
}

/** Field 4 is the validity, 6 the key. */
function withField(tbs: Uint8Array, index: number, field: Uint8Array): Uint8Array {
  const reader = new DerReader(tbs, 'ERR_TLS_CERTIFICATE_PARSE').enter(sequence, 'tbsCertificate')
  const fields: Uint8Array[] = []
  while (reader.peek() !== undefined) fields.push(reader.element(undefined, fields.length))
  fields[index] = field
  return derElement(sequence, ...fields)
}

function timeOf(text: string): Uint8Array {
  return derElement(text.length > 13 ? generalizedTime : utcTime, ascii(text))
}

/** SubjectPublicKeyInfo with a modulus of 2052 bits; nobody has its private key. */
function oddRsaKey(): Uint8Array {
  const modulus = concat(Uint8Array.of(0x0f), new Uint8Array(256).fill(0xff))
  const key = { kty: 'RSA', n: Buffer.from(modulus).toString('base64url'), e: 'AQAB' }
  return new Uint8Array(createPublicKey({ key, format: 'jwk' }).export({ type: 'spki', format: 'der' }))
}
