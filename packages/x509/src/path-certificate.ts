import { equalBytes, TlsError, toHex } from '@typetls/wire'
import { readCount } from './asn1.ts'
import { DerReader, explicit, implicit, integer, sequence } from '@typetls/wire/der'
import { readTime } from './der-time.ts'
import { DistinguishedName } from './distinguished-name.ts'
import { readExtension, readExtensionList } from './extension-list.ts'
import type { AuthorityKeyIdentifier, BasicConstraints, Extension, KeyUsage, NameConstraints } from './extensions.ts'
import * as extensionIds from './extension-ids.ts'
import {
  readAuthorityKeyIdentifier,
  readBasicConstraints,
  readExtendedKeyUsage,
  readKeyUsage,
  readNameConstraints,
  readSubjectAltName,
  readSubjectKeyIdentifier,
} from './extensions.ts'
import type { GeneralName } from './general-name.ts'
import type { SubjectPublicKey } from './public-key.ts'
import { readPublicKey } from './public-key.ts'
import type { CertificateSignatureAlgorithm } from './signature-algorithm.ts'
import { readSignatureAlgorithm } from './signature-algorithm.ts'

/**
 * What a path is judged by of an X.509 certificate: `Certificate` without the extensions, the forms and the texts that a TLS
 * client can do without. `parse` checks the frame: every length, the fields, the order and uniqueness of extensions.
 * What is inside the key, the names and the extensions is read when it is first asked for, so that a handshake pays
 * for what it looks at; each of those getters throws `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when it is malformed.
 *
 * Byte arrays are views of `der` and must not be written to.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1
 */
export class PathCertificate {
  /**
   * @param der copied. At most 256 KiB
   * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) with the `path` of the field, such as
   *   `Certificate.tbsCertificate.extensions[2]`
   */
  static parse(der: Uint8Array): PathCertificate {
    return new PathCertificate(der)
  }

  /** The whole certificate. */
  readonly der: Uint8Array
  /** TBSCertificate, DER: the bytes that are signed. */
  readonly tbs: Uint8Array
  readonly version: 1 | 2 | 3
  /** Content of the INTEGER, big-endian; may start with a zero octet. */
  readonly serialNumber: Uint8Array
  readonly issuer: DistinguishedName
  readonly subject: DistinguishedName
  /** Milliseconds since 1970; the first one at which it is valid. */
  readonly notBefore: number
  /** Milliseconds since 1970; it is valid up to and including the second that starts here. */
  readonly notAfter: number
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array
  /** Signature value, without the octet that counts unused bits. */
  readonly signature: Uint8Array
  /** By object identifier, in the order they are encoded. */
  readonly extensions: ReadonlyMap<string, Extension>
  /** AlgorithmIdentifier of the signature, DER. */
  readonly algorithm: Uint8Array
  readonly #read = new Map<string, unknown>()

  protected constructor(input: Uint8Array) {
    // A certificate outlives the buffer it arrived in, and caches rely on its bytes.
    this.der = Uint8Array.from(input)
    const document = new DerReader(this.der, 'ERR_TLS_CERTIFICATE_PARSE')
    if (input.length > maxLength) document.fail(`is larger than ${maxLength} bytes`, 'Certificate')
    const certificate = document.enter(sequence, 'Certificate')
    document.finish('Certificate')
    const signed = certificate.next('tbsCertificate')
    this.tbs = signed.der
    const outerAlgorithm = certificate.element(sequence, 'signatureAlgorithm')
    this.signature = certificate.bitString('signatureValue')
    certificate.finish()

    const tbs = signed.enter(sequence)
    this.version = readVersion(tbs)
    this.serialNumber = tbs.content(integer, 'serialNumber')
    this.algorithm = tbs.element(sequence, 'signature')
    // "This field MUST contain the same algorithm identifier as the signatureAlgorithm field" section 4.1.2.3
    if (!equalBytes(this.algorithm, outerAlgorithm)) {
      tbs.fail('is not the signatureAlgorithm of the certificate', 'signature')
    }
    this.issuer = readName(tbs, 'issuer')
    const validity = tbs.enter(sequence, 'validity')
    this.notBefore = readTime(validity, 'notBefore')
    this.notAfter = readTime(validity, 'notAfter')
    validity.finish()
    this.subject = readName(tbs, 'subject')
    this.spki = tbs.element(sequence, 'subjectPublicKeyInfo')
    skipUniqueIdentifiers(tbs, this.version)
    this.extensions = readExtensions(tbs, this.version)
    tbs.finish()
  }

  /** The same object each time: backends keep what they import from it. */
  get publicKey(): SubjectPublicKey {
    return this.#once('publicKey', () => readPublicKey(this.spki, `${tbsPath}.subjectPublicKeyInfo`))
  }

  get signatureAlgorithm(): CertificateSignatureAlgorithm {
    return this.#once('signature', () => readSignatureAlgorithm(this.algorithm, `${tbsPath}.signature`))
  }

  get basicConstraints(): BasicConstraints | undefined {
    return this.extension(extensionIds.basicConstraints, readBasicConstraints)
  }

  /** That of basicConstraints. */
  get pathLength(): number | undefined {
    return this.basicConstraints?.pathLength
  }

  get keyUsage(): ReadonlySet<KeyUsage> | undefined {
    return this.extension(extensionIds.keyUsage, readKeyUsage)
  }

  /** Object identifiers of purposes. */
  get extendedKeyUsage(): ReadonlySet<string> | undefined {
    return this.extension(extensionIds.extendedKeyUsage, readExtendedKeyUsage)
  }

  get subjectAltName(): readonly GeneralName[] | undefined {
    return this.extension(extensionIds.subjectAltName, readSubjectAltName)
  }

  get nameConstraints(): NameConstraints | undefined {
    return this.extension(extensionIds.nameConstraints, readNameConstraints)
  }

  get subjectKeyIdentifier(): Uint8Array | undefined {
    return this.extension(extensionIds.subjectKeyIdentifier, readSubjectKeyIdentifier)
  }

  get authorityKeyIdentifier(): AuthorityKeyIdentifier | undefined {
    return this.extension(extensionIds.authorityKeyIdentifier, readAuthorityKeyIdentifier)
  }

  /** "If the same name appears in both subject and issuer": RFC 5280 section 3.2 calls it self-issued. */
  get isSelfIssued(): boolean {
    return this.#once('selfIssued', () => this.subject.equals(this.issuer))
  }

  /** The same bytes. */
  equals(other: PathCertificate): boolean {
    return this === other || equalBytes(this.der, other.der)
  }

  /** `CN=example.org (serial 04d2, issued by CN=Example CA)` */
  toString(): string {
    return `${nameText(this.subject)} (serial ${toHex(this.serialNumber)}, issued by ${nameText(this.issuer)})`
  }

  /** What tells it from others. */
  summary(): CertificateSummary {
    return {
      subject: nameText(this.subject),
      issuer: nameText(this.issuer),
      serialNumber: toHex(this.serialNumber),
      notBefore: new Date(this.notBefore).toISOString(),
      notAfter: new Date(this.notAfter).toISOString(),
    }
  }

  /** `summary()`. */
  toJSON(): CertificateSummary {
    return this.summary()
  }

  /**
   * Reads all that a path looks at.
   *
   * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
   */
  readAll(): void {
    void [this.publicKey, this.signatureAlgorithm, this.basicConstraints, this.keyUsage, this.extendedKeyUsage]
    void [this.subjectAltName, this.nameConstraints, this.subjectKeyIdentifier, this.authorityKeyIdentifier]
  }

  /** An extension, read once. */
  protected extension<T>(oid: string, read: (value: DerReader) => T): T | undefined {
    return this.#once(oid, () => readExtension(this.extensions, oid, read))
  }

  #once<T>(key: string, read: () => T): T {
    if (!this.#read.has(key)) this.#read.set(key, read())
    return this.#read.get(key) as T
  }
}

export interface CertificateSummary {
  readonly subject: string
  readonly issuer: string
  /** Hex. */
  readonly serialNumber: string
  /** ISO 8601. */
  readonly notBefore: string
  /** ISO 8601. */
  readonly notAfter: string
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.1 */
function readVersion(tbs: DerReader): 1 | 2 | 3 {
  if (tbs.peek() !== explicit(0)) return 1
  const field = tbs.enter(explicit(0), 'version')
  const number = readCount(field)
  field.finish()
  // v1 (0) is the default, which DER does not encode.
  if (number !== 1 && number !== 2) return tbs.fail('is not v2 or v3', 'version')
  return number === 1 ? 2 : 3
}

function readName(tbs: DerReader, step: string): DistinguishedName {
  return new DistinguishedName(tbs.element(sequence, step), `${tbsPath}.${step}`)
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.8 */
function skipUniqueIdentifiers(tbs: DerReader, version: number): void {
  for (const [i, step] of ['issuerUniqueID', 'subjectUniqueID'].entries()) {
    if (tbs.optional(implicit(i + 1), step) !== undefined && version === 1) tbs.fail('needs version 2', step)
  }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.9 */
function readExtensions(tbs: DerReader, version: number): ReadonlyMap<string, Extension> {
  if (tbs.peek() !== explicit(3)) return new Map()
  if (version !== 3) tbs.fail('need version 3', 'extensions')
  const field = tbs.enter(explicit(3), 'extensions')
  const list = field.enter(sequence)
  field.finish()
  return readExtensionList(list)
}

/** A name that cannot be read must not hide what is being said about its certificate. */
function nameText(name: DistinguishedName): string {
  try {
    return name.isEmpty ? '(no name)' : name.toString()
  } catch (error) {
    if (error instanceof TlsError) return '(unreadable name)'
    throw error
  }
}

const tbsPath = 'Certificate.tbsCertificate'

/** Bytes. The largest post-quantum signatures take about 50 KiB; a list of ten thousand names about 200. */
const maxLength = 256 * 1024
