import type { KeyObject } from 'node:crypto'
import { createHash, createPublicKey, constants, randomBytes, sign, X509Certificate } from 'node:crypto'
import { isIPv4, isIPv6 } from 'node:net'
import { concat } from '@typetls/wire'
import {
  bitString,
  boolean,
  explicit,
  ia5String,
  implicit,
  integer,
  namedBits,
  nullValue,
  objectIdentifier,
  octetString,
  printableString,
  sequence,
  setOf,
  tagged,
  time,
  utf8String,
} from './der.ts'
import type { TestKeyType } from '@typetls/test-keys'
import { freshKey, testKey, testKeyCount } from '@typetls/test-keys'

/**
 * A root certificate authority, self-signed. All it makes is deterministic but for serial numbers and the signatures
 * of algorithms that need randomness: keys are the fixed ones of `@typetls/test-keys` unless asked otherwise.
 */
export function createAuthority(options: AuthorityOptions = {}): Authority {
  const { name = 'typetls test root', ...rest } = options
  const made = makeCertificate(undefined, { subject: name, isCa: true, ...rest }, 0)
  return authority(made, 0, [])
}

/** A certificate signed by its own key that is not an authority, unless `isCa` says so. */
export function createSelfSigned(options: CertificateOptions = {}): TestCertificate {
  const made = makeCertificate(undefined, options, firstLeafKey)
  return { ...made, chain: [made.certificate], chainPem: made.pem }
}

/** A certificate authority of a test. */
export interface Authority extends TestCertificate {
  /** A certificate for a server or client: valid for TLS both ways unless `extendedKeyUsage` says otherwise. */
  issue(options?: CertificateOptions): TestCertificate
  /** An authority below this one. */
  issueIntermediate(options?: AuthorityOptions): Authority
}

export interface TestCertificate {
  /** DER. */
  readonly certificate: Uint8Array
  /** The certificate alone. */
  readonly pem: string
  /** DER: this certificate, then the intermediates up to but without the root. */
  readonly chain: readonly Uint8Array[]
  /** `chain` as PEM. */
  readonly chainPem: string
  readonly keyType: TestKeyType
  readonly privateKey: KeyObject
  /** PKCS#8. */
  readonly privateKeyPem: string
  /** PKCS#8. */
  readonly privateKeyDer: Uint8Array
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** The subject's Name, DER. */
  readonly subjectDer: Uint8Array
  /** Node's view of it. Throws for a certificate that Node cannot parse. */
  x509(): X509Certificate
}

/** As `CertificateOptions`, with `name` for the subject's common name. */
export interface AuthorityOptions extends CertificateOptions {
  readonly name?: string
}

export interface CertificateOptions {
  /** A common name, or attributes by their short names. Default: the first DNS name, or no attributes. */
  readonly subject?: string | Subject
  /** subjectAltName entries. */
  readonly dns?: readonly string[]
  /** IPv4 and IPv6 addresses as text, for subjectAltName. */
  readonly ip?: readonly string[]
  readonly email?: readonly string[]
  readonly uri?: readonly string[]
  /** Default `ec-secp256r1`. */
  readonly keyType?: TestKeyType
  /**
   * Which key: the number of a fixed one, `fresh`, or a key of your own. Default: fixed, another for each level of
   * authorities, and taking turns among the last three for what an authority issues.
   */
  readonly key?: number | 'fresh' | KeyObject
  /** Default 2020-01-01. */
  readonly notBefore?: Date
  /** Default 2049-12-31. */
  readonly notAfter?: Date
  readonly isCa?: boolean
  readonly pathLength?: number
  /** Default: `keyCertSign` and `cRLSign` for an authority, otherwise `digitalSignature`. Critical. `[]`: left out. */
  readonly keyUsage?: readonly KeyUsage[]
  /** Names or dotted object identifiers. Default: none for an authority, otherwise both TLS purposes. `[]`: left out. */
  readonly extendedKeyUsage?: readonly (ExtendedKeyUsage | (string & {}))[]
  /** Critical. */
  readonly nameConstraints?: { readonly permitted?: NameForms; readonly excluded?: NameForms }
  /** Further extensions, behind our own. */
  readonly extensions?: readonly RawExtension[]
  /** Extensions of ours that are left out. */
  readonly without?: readonly OwnExtension[]
  /** Default: 16 random bytes, positive. Bytes are the INTEGER's content as it stands. */
  readonly serial?: bigint | Uint8Array
  /** Default: as strong as the issuer's curve, SHA-256 for other keys. Ed25519 and Ed448 have their own. */
  readonly signatureHash?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
  /** How an `rsa` issuer signs. Default `pkcs1`. */
  readonly rsaPadding?: 'pkcs1' | 'pss'
  /** Default 3. Version 1 has no extensions. */
  readonly version?: 1 | 3
  /** What shall be wrong with it. */
  readonly faults?: readonly CertificateFault[]
  /** Any other fault: changes the TBSCertificate before it is signed. */
  readonly alterTbs?: (tbs: Uint8Array) => Uint8Array
}

/** Attributes in the order given; each in a relative name of its own. */
export type Subject = Readonly<Partial<Record<keyof typeof attributeTypes, string>>>

export type KeyUsage = keyof typeof keyUsageBits

export type ExtendedKeyUsage = keyof typeof purposes

export type OwnExtension =
  | 'basicConstraints'
  | 'keyUsage'
  | 'extendedKeyUsage'
  | 'subjectAltName'
  | 'subjectKeyIdentifier'
  | 'authorityKeyIdentifier'

export interface RawExtension {
  readonly oid: string
  readonly critical?: boolean
  /** DER: the content of extnValue. */
  readonly value: Uint8Array
}

/** Addresses are `192.0.2.0/24` or `2001:db8::/32`. */
export interface NameForms {
  readonly dns?: readonly string[]
  readonly ip?: readonly string[]
  readonly email?: readonly string[]
  readonly uri?: readonly string[]
  readonly directory?: readonly (string | Subject)[]
}

export type CertificateFault =
  /** The last bit of the signature is flipped. */
  | 'wrong-signature'
  /** Signed by another key of the issuer's kind. */
  | 'wrong-signer'
  /** The issuer's name is another's. */
  | 'wrong-issuer'
  /** The outer signatureAlgorithm is not the inner one. */
  | 'other-outer-algorithm'
  /** The signature's BIT STRING says that its last bit is unused. */
  | 'unused-signature-bits'
  /** A critical extension that nobody knows (1.3.6.1.4.1.99999.1). */
  | 'unknown-critical-extension'
  /** The last extension stands there twice. */
  | 'duplicate-extension'
  /** A byte behind the end. */
  | 'trailing-byte'
  /** The last byte is missing. */
  | 'truncated'
  /** The outermost length takes one octet more than DER allows. */
  | 'long-length'

type Made = Omit<TestCertificate, 'chain' | 'chainPem'>

interface Issuer {
  readonly subjectDer: Uint8Array
  readonly privateKey: KeyObject
  readonly keyType: TestKeyType
  readonly spki: Uint8Array
}

const firstLeafKey = 3

function authority(made: Made, depth: number, above: readonly Uint8Array[]): Authority {
  const chain = [made.certificate, ...above]
  // A root is not sent, so it is in nobody's chain but its own.
  const chainBelow = depth === 0 ? [] : chain
  let issued = 0
  return {
    ...made,
    chain,
    chainPem: pemOf(chain),
    issue(options = {}) {
      const leafKeys = testKeyCount - firstLeafKey
      const leaf = makeCertificate(made, options, firstLeafKey + (issued++ % leafKeys))
      const leafChain = [leaf.certificate, ...chainBelow]
      return { ...leaf, chain: leafChain, chainPem: pemOf(leafChain) }
    },
    issueIntermediate(options = {}) {
      const { name = `typetls test intermediate ${depth + 1}`, ...rest } = options
      const key = depth + 1 < firstLeafKey ? depth + 1 : 'fresh'
      const below = makeCertificate(made, { subject: name, isCa: true, ...rest }, key)
      return authority(below, depth + 1, chainBelow)
    },
  }
}

function makeCertificate(issuer: Issuer | undefined, options: CertificateOptions, defaultKey: number | 'fresh'): Made {
  const { key: keyChoice = defaultKey, faults = [] } = options
  const keyType = typeof keyChoice === 'object' ? keyTypeOf(keyChoice) : (options.keyType ?? 'ec-secp256r1')
  const privateKey =
    typeof keyChoice === 'object' ? keyChoice : keyChoice === 'fresh' ? freshKey(keyType) : testKey(keyType, keyChoice)
  const spki = new Uint8Array(createPublicKey(privateKey).export({ format: 'der', type: 'spki' }))
  const subjectDer = name(options.subject ?? options.dns?.[0] ?? {})
  const self: Issuer = { subjectDer, privateKey, keyType, spki }
  const signer = issuer ?? self

  const hash = options.signatureHash ?? defaultHash(signer.keyType)
  const pss = signer.keyType === 'rsa-pss' || (signer.keyType === 'rsa' && options.rsaPadding === 'pss')
  const algorithm = algorithmIdentifier(signer.keyType, hash, pss)
  const tbs = tbsCertificate(self, signer, algorithm, options)
  const signed = options.alterTbs === undefined ? tbs : options.alterTbs(tbs)

  const signingKey = faults.includes('wrong-signer') ? otherKey(signer) : signer.privateKey
  const signature = signatureOf(signed, signingKey, signer.keyType, hash, pss)
  if (faults.includes('wrong-signature')) signature[signature.length - 1] = (signature.at(-1) as number) ^ 1

  const outerAlgorithm = faults.includes('other-outer-algorithm')
    ? algorithmIdentifier(signer.keyType === 'ed25519' ? 'ed448' : 'ed25519', hash, false)
    : algorithm
  const proof = faults.includes('unused-signature-bits')
    ? tagged(0x03, Uint8Array.of(1), signature)
    : bitString(signature)
  const certificate = framed(concat(signed, outerAlgorithm, proof), faults)

  return {
    certificate,
    pem: pemOf([certificate]),
    keyType,
    privateKey,
    privateKeyPem: privateKey.export({ format: 'pem', type: 'pkcs8' }).toString(),
    privateKeyDer: new Uint8Array(privateKey.export({ format: 'der', type: 'pkcs8' })),
    spki,
    subjectDer,
    x509: () => new X509Certificate(certificate),
  }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1 */
function tbsCertificate(
  subject: Issuer,
  issuer: Issuer,
  algorithm: Uint8Array,
  options: CertificateOptions,
): Uint8Array {
  const { version = 3, faults = [], notBefore = defaultNotBefore, notAfter = defaultNotAfter } = options
  const issuerDer = faults.includes('wrong-issuer') ? name('typetls test stranger') : issuer.subjectDer
  const fields = [
    serialNumber(options.serial),
    algorithm,
    issuerDer,
    sequence(time(notBefore), time(notAfter)),
    subject.subjectDer,
    subject.spki,
  ]
  if (version === 1) return sequence(...fields)
  const extensions = extensionsOf(subject, issuer, options)
  if (faults.includes('duplicate-extension')) extensions.push(extensions.at(-1) as Uint8Array)
  const block = extensions.length === 0 ? [] : [explicit(3, sequence(...extensions))]
  return sequence(explicit(0, integer(2)), ...fields, ...block)
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1 */
function extensionsOf(subject: Issuer, issuer: Issuer, options: CertificateOptions): Uint8Array[] {
  const { isCa = false, without = [], faults = [] } = options
  const own: Partial<Record<OwnExtension | 'nameConstraints', Uint8Array>> = {}

  if (isCa || options.pathLength !== undefined) {
    const pathLength = options.pathLength === undefined ? [] : [integer(options.pathLength)]
    own.basicConstraints = extension('2.5.29.19', true, sequence(...(isCa ? [boolean(true)] : []), ...pathLength))
  }
  const usage = options.keyUsage ?? (isCa ? ['keyCertSign', 'cRLSign'] : ['digitalSignature'])
  if (usage.length > 0) {
    own.keyUsage = extension('2.5.29.15', true, namedBits(usage.map((use) => keyUsageBits[use])))
  }
  const extended = options.extendedKeyUsage ?? (isCa ? [] : ['serverAuth', 'clientAuth'])
  if (extended.length > 0) {
    const ids = extended.map((purpose) => objectIdentifier(purposes[purpose as ExtendedKeyUsage] ?? purpose))
    own.extendedKeyUsage = extension('2.5.29.37', false, sequence(...ids))
  }
  const names = generalNames(options, ipAddress)
  if (names.length > 0) {
    // "If the subject field contains an empty sequence, … the subjectAltName extension MUST be critical."
    own.subjectAltName = extension('2.5.29.17', subject.subjectDer.length === 2, sequence(...names))
  }
  if (options.nameConstraints !== undefined) {
    const { permitted, excluded } = options.nameConstraints
    const trees = [
      ...(permitted === undefined ? [] : [explicit(0, ...subtrees(permitted))]),
      ...(excluded === undefined ? [] : [explicit(1, ...subtrees(excluded))]),
    ]
    own.nameConstraints = extension('2.5.29.30', true, sequence(...trees))
  }
  own.subjectKeyIdentifier = extension('2.5.29.14', false, octetString(keyIdentifier(subject.spki)))
  own.authorityKeyIdentifier = extension('2.5.29.35', false, sequence(implicit(0, keyIdentifier(issuer.spki))))

  const kept = Object.keys(own).filter((key) => !without.includes(key as OwnExtension)) as (keyof typeof own)[]
  const raw = (options.extensions ?? []).map(({ oid, critical = false, value }) => extension(oid, critical, value))
  if (faults.includes('unknown-critical-extension')) raw.push(extension('1.3.6.1.4.1.99999.1', true, nullValue()))
  return [...kept.map((key) => own[key] as Uint8Array), ...raw]
}

function extension(oid: string, critical: boolean, value: Uint8Array): Uint8Array {
  return sequence(objectIdentifier(oid), ...(critical ? [boolean(true)] : []), octetString(value))
}

function generalNames(names: NameForms, address: (text: string) => Uint8Array): Uint8Array[] {
  return [
    ...(names.email ?? []).map((text) => implicit(1, bytesOf(text))),
    ...(names.dns ?? []).map((text) => implicit(2, bytesOf(text))),
    ...(names.directory ?? []).map((subject) => explicit(4, name(subject))),
    ...(names.uri ?? []).map((text) => implicit(6, bytesOf(text))),
    ...(names.ip ?? []).map((text) => implicit(7, address(text))),
  ]
}

function subtrees(names: NameForms): Uint8Array[] {
  return generalNames(names, ipRange).map((base) => sequence(base))
}

function ipAddress(text: string): Uint8Array {
  if (isIPv4(text)) return Uint8Array.from(text.split('.'), Number)
  if (!isIPv6(text)) throw new RangeError(`${text} is not an IP address`)
  // The URL parser writes the address in hexadecimal groups with at most one "::".
  const [head = '', tail] = new URL(`http://[${text}]/`).hostname.slice(1, -1).split('::')
  const before = head === '' ? [] : head.split(':')
  const after = tail === undefined || tail === '' ? [] : tail.split(':')
  const zeros = new Array<string>(8 - before.length - after.length).fill('0')
  const groups = [...before, ...zeros, ...after].map((group) => Number.parseInt(group, 16))
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]))
}

function ipRange(text: string): Uint8Array {
  const [base = '', bits = ''] = text.split('/')
  const address = ipAddress(base)
  const mask = address.map((_, i) => 0xff & ~(0xff >>> Math.min(8, Math.max(0, Number(bits) - 8 * i))))
  return concat(address, mask)
}

function name(subject: string | Subject): Uint8Array {
  const attributes = typeof subject === 'string' ? { CN: subject } : subject
  const relative = Object.entries(attributes).map(([type, value]) => {
    const text =
      type === 'C'
        ? printableString(value)
        : type === 'DC' || type === 'emailAddress'
          ? ia5String(value)
          : utf8String(value)
    return setOf(sequence(objectIdentifier(attributeTypes[type as keyof typeof attributeTypes]), text))
  })
  return sequence(...relative)
}

function serialNumber(serial: bigint | Uint8Array | undefined): Uint8Array {
  if (typeof serial === 'bigint') return integer(serial)
  if (serial !== undefined) return tagged(0x02, serial)
  const random = new Uint8Array(randomBytes(16))
  random[0] = 0x40 | ((random[0] as number) & 0x3f)
  return tagged(0x02, random)
}

function algorithmIdentifier(keyType: TestKeyType, hash: HashName, pss: boolean): Uint8Array {
  if (keyType === 'ed25519') return sequence(objectIdentifier('1.3.101.112'))
  if (keyType === 'ed448') return sequence(objectIdentifier('1.3.101.113'))
  const row = hashes[hash]
  if (keyType.startsWith('ec-')) return sequence(objectIdentifier(row.ecdsa))
  if (!pss) return sequence(objectIdentifier(row.rsaPkcs1), nullValue())
  const digest = sequence(objectIdentifier(row.oid), nullValue())
  const mask = sequence(objectIdentifier('1.2.840.113549.1.1.8'), digest)
  const parameters = sequence(explicit(0, digest), explicit(1, mask), explicit(2, integer(row.length)))
  return sequence(objectIdentifier('1.2.840.113549.1.1.10'), parameters)
}

function signatureOf(data: Uint8Array, key: KeyObject, keyType: TestKeyType, hash: HashName, pss: boolean): Uint8Array {
  const padding = pss ? { padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: hashes[hash].length } : {}
  return new Uint8Array(sign(keyType.startsWith('ed') ? null : hash, data, { key, ...padding }))
}

function framed(content: Uint8Array, faults: readonly CertificateFault[]): Uint8Array {
  let der = sequence(content)
  if (faults.includes('long-length')) {
    const octets = der.length - content.length - 2
    der = concat(Uint8Array.of(0x30, 0x80 | (octets + 1), 0), der.subarray(2))
  }
  if (faults.includes('trailing-byte')) der = concat(der, Uint8Array.of(0))
  return faults.includes('truncated') ? der.slice(0, -1) : der
}

function otherKey({ privateKey, keyType }: Issuer): KeyObject {
  const first = testKey(keyType, 0)
  return first.equals(privateKey) ? testKey(keyType, 1) : first
}

function keyTypeOf(key: KeyObject): TestKeyType {
  const type = key.asymmetricKeyType
  if (type === 'rsa' || type === 'rsa-pss' || type === 'ed25519' || type === 'ed448') return type
  const curve = key.asymmetricKeyDetails?.namedCurve?.replace('prime256v1', 'secp256r1')
  if (type === 'ec' && (curve === 'secp256r1' || curve === 'secp384r1' || curve === 'secp521r1')) return `ec-${curve}`
  throw new RangeError(`the certificate maker does not know keys of type ${type} ${curve ?? ''}`)
}

function defaultHash(keyType: TestKeyType): HashName {
  return keyType === 'ec-secp384r1' ? 'sha384' : keyType === 'ec-secp521r1' ? 'sha512' : 'sha256'
}

/** https://www.rfc-editor.org/rfc/rfc7093#section-2, method 1: the leftmost 160 bits of a SHA-256. */
function keyIdentifier(spki: Uint8Array): Uint8Array {
  return new Uint8Array(createHash('sha256').update(spki).digest().subarray(0, 20))
}

function pemOf(certificates: readonly Uint8Array[]): string {
  let text = ''
  for (const der of certificates) {
    const lines = Buffer.from(der)
      .toString('base64')
      .match(/.{1,64}/g) as string[]
    text += `-----BEGIN CERTIFICATE-----\n${lines.join('\n')}\n-----END CERTIFICATE-----\n`
  }
  return text
}

function bytesOf(text: string): Uint8Array {
  return new Uint8Array(Buffer.from(text, 'latin1'))
}

type HashName = keyof typeof hashes

const defaultNotBefore = /* @__PURE__ */ new Date('2020-01-01T00:00:00Z')
const defaultNotAfter = /* @__PURE__ */ new Date('2049-12-31T23:59:59Z')

const hashes = {
  sha1: { length: 20, oid: '1.3.14.3.2.26', ecdsa: '1.2.840.10045.4.1', rsaPkcs1: '1.2.840.113549.1.1.5' },
  sha256: {
    length: 32,
    oid: '2.16.840.1.101.3.4.2.1',
    ecdsa: '1.2.840.10045.4.3.2',
    rsaPkcs1: '1.2.840.113549.1.1.11',
  },
  sha384: {
    length: 48,
    oid: '2.16.840.1.101.3.4.2.2',
    ecdsa: '1.2.840.10045.4.3.3',
    rsaPkcs1: '1.2.840.113549.1.1.12',
  },
  sha512: {
    length: 64,
    oid: '2.16.840.1.101.3.4.2.3',
    ecdsa: '1.2.840.10045.4.3.4',
    rsaPkcs1: '1.2.840.113549.1.1.13',
  },
} as const

const attributeTypes = {
  CN: '2.5.4.3',
  serialNumber: '2.5.4.5',
  C: '2.5.4.6',
  L: '2.5.4.7',
  ST: '2.5.4.8',
  O: '2.5.4.10',
  OU: '2.5.4.11',
  DC: '0.9.2342.19200300.100.1.25',
  emailAddress: '1.2.840.113549.1.9.1',
} as const

const keyUsageBits = {
  digitalSignature: 0,
  nonRepudiation: 1,
  keyEncipherment: 2,
  dataEncipherment: 3,
  keyAgreement: 4,
  keyCertSign: 5,
  cRLSign: 6,
  encipherOnly: 7,
  decipherOnly: 8,
} as const

const purposes = {
  anyExtendedKeyUsage: '2.5.29.37.0',
  serverAuth: '1.3.6.1.5.5.7.3.1',
  clientAuth: '1.3.6.1.5.5.7.3.2',
  codeSigning: '1.3.6.1.5.5.7.3.3',
  emailProtection: '1.3.6.1.5.5.7.3.4',
  timeStamping: '1.3.6.1.5.5.7.3.8',
  OCSPSigning: '1.3.6.1.5.5.7.3.9',
} as const
