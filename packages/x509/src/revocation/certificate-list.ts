import { equalBytes, toHex, TlsError } from '@typetls/wire'
import { RevokedCertificates } from './crl-entries.ts'
import { bitString, DerReader, explicit, generalizedTime, integer, sequence, utcTime } from '@typetls/wire/der'
import { readTime } from '../der-time.ts'
import { DistinguishedName } from '../distinguished-name.ts'
import type { DistributionPoint, IssuingDistributionPoint } from './distribution-point.ts'
import { readDistributionPoints, readIssuingDistributionPoint } from './distribution-point.ts'
import { readExtension, readExtensionList } from '../extension-list.ts'
import type { AuthorityKeyIdentifier, Extension } from '../extensions.ts'
import { readAuthorityKeyIdentifier } from '../extensions.ts'
import { pemBlocks, pemText } from '../pem.ts'

/**
 * A certificate revocation list, complete or delta. `parse` checks the frame and reads the extensions; the entries, of
 * which there may be hundreds of thousands, are walked and indexed when something is first asked of them.
 *
 * Nothing here says that it is authentic or fresh: a `RevocationChecker` does.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-5.1
 */
export class CertificateList {
  /**
   * @param input DER, or PEM with one X509 CRL. Bytes are copied. At most 64 MiB
   * @throws TlsError `ERR_TLS_CRL_PARSE` (internal_error) with the `path` of the field, such as
   *   `CertificateList.tbsCertList.nextUpdate`
   */
  static parse(input: Uint8Array | string): CertificateList {
    const [first, ...more] = CertificateList.parseAll(input)
    if (first === undefined || more.length > 0) {
      throw new TlsError(code, `the PEM text has ${more.length + 1} CRLs, not one`)
    }
    return first
  }

  /**
   * One CRL of DER, or all of a PEM text or file in their order; there is at least one.
   *
   * @throws TlsError `ERR_TLS_CRL_PARSE` (internal_error)
   */
  static parseAll(input: Uint8Array | string): CertificateList[] {
    const text = pemText(input)
    if (text === undefined) return [new CertificateList(input as Uint8Array)]
    const blocks = pemBlocks(text, code).filter(({ label }) => label === 'X509 CRL')
    if (blocks.length === 0) throw new TlsError(code, 'the PEM text has no X509 CRL block')
    return blocks.map(({ bytes }) => new CertificateList(bytes))
  }

  /** The whole list. */
  readonly der: Uint8Array
  /** TBSCertList, DER: the bytes that are signed. */
  readonly tbs: Uint8Array
  readonly version: 1 | 2
  /** AlgorithmIdentifier of the signature, DER. */
  readonly algorithm: Uint8Array
  readonly issuer: DistinguishedName
  /** Milliseconds since 1970. */
  readonly thisUpdate: number
  /** Milliseconds since 1970; `undefined`: it does not say, and the profile of RFC 5280 says that it must. */
  readonly nextUpdate: number | undefined
  readonly revokedCertificates: RevokedCertificates
  /** By object identifier, in the order they are encoded. */
  readonly extensions: ReadonlyMap<string, Extension>
  /** Signature value, without the octet that counts unused bits. */
  readonly signature: Uint8Array
  readonly authorityKeyIdentifier: AuthorityKeyIdentifier | undefined
  /** cRLNumber. */
  readonly number: bigint | undefined
  /** BaseCRLNumber: this is a delta to a complete CRL with this number or a later one. */
  readonly deltaBase: bigint | undefined
  readonly issuingDistributionPoint: IssuingDistributionPoint | undefined
  /** Where deltas to this are. */
  readonly freshestCrl: readonly DistributionPoint[] | undefined

  private constructor(input: Uint8Array) {
    if (input.length > maxLength) {
      throw new TlsError(code, `a CRL of ${input.length} bytes is larger than we read`, {
        path: 'CertificateList',
        expected: { max: maxLength },
        received: input.length,
      })
    }
    const der = Uint8Array.from(input)
    const document = new DerReader(der, code)
    const list = document.enter(sequence, 'CertificateList')
    document.finish('CertificateList')

    const tbsStart = list.offset
    const tbs = list.enter(sequence, 'tbsCertList')
    const tbsEnd = list.offset
    this.algorithm = list.element(sequence, 'signatureAlgorithm')
    const signature = list.content(bitString, 'signatureValue')
    list.finish()
    if (signature[0] !== 0) list.fail('has unused bits', 'signatureValue')

    this.der = der
    this.tbs = der.subarray(tbsStart, tbsEnd)
    this.signature = signature.subarray(1)
    this.version = readVersion(tbs)
    // "This field MUST contain the same algorithm identifier as the signatureAlgorithm field" section 5.1.2.2
    if (!equalBytes(tbs.element(sequence, 'signature'), this.algorithm)) {
      tbs.fail('is not the signatureAlgorithm of the list', 'signature')
    }
    this.issuer = new DistinguishedName(tbs.element(sequence, 'issuer'), `${tbsPath}.issuer`, code)
    // "The issuer field MUST contain a non-empty X.500 distinguished name"
    if (this.issuer.relativeNames.length === 0) tbs.fail('is empty', 'issuer')
    this.thisUpdate = readTime(tbs, 'thisUpdate')
    const next = tbs.peek()
    this.nextUpdate = next === utcTime || next === generalizedTime ? readTime(tbs, 'nextUpdate') : undefined
    const entries = tbs.peek() === sequence ? tbs.enter(sequence, 'revokedCertificates') : undefined
    this.revokedCertificates = new RevokedCertificates(entries, this.version)
    this.extensions = readExtensions(tbs, this.version)
    tbs.finish()

    this.authorityKeyIdentifier = this.#read(crlExtensionIds.authorityKeyIdentifier, readAuthorityKeyIdentifier)
    this.number = this.#read(crlExtensionIds.crlNumber, readNumber)
    this.deltaBase = this.#read(crlExtensionIds.deltaCrlIndicator, readNumber)
    this.issuingDistributionPoint = this.#read(crlExtensionIds.issuingDistributionPoint, readIssuingDistributionPoint)
    this.freshestCrl = this.#read(crlExtensionIds.freshestCrl, readDistributionPoints)
  }

  /** Object identifier of a critical extension, of the list or of an entry, that is not understood. */
  get unknownCriticalExtension(): string | undefined {
    for (const { oid, critical } of this.extensions.values()) if (critical && !understood.has(oid)) return oid
    return this.revokedCertificates.unknownCriticalExtension
  }

  /** `CRL 12 of CN=Example CA from 2026-01-01T00:00:00.000Z` */
  toString(): string {
    const kind = this.deltaBase === undefined ? 'CRL' : 'delta CRL'
    const number = this.number === undefined ? '' : ` ${this.number}`
    return `${kind}${number} of ${this.issuer} from ${new Date(this.thisUpdate).toISOString()}`
  }

  #read<T>(oid: string, read: (value: DerReader) => T): T | undefined {
    return readExtension(this.extensions, oid, read, code)
  }
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-5.1.2.1 */
function readVersion(tbs: DerReader): 1 | 2 {
  if (tbs.peek() !== integer) return 1
  const content = tbs.content(integer, 'version')
  if (content.length !== 1 || content[0] !== 1) tbs.fail('is not v2', 'version')
  return 2
}

function readExtensions(tbs: DerReader, version: 1 | 2): ReadonlyMap<string, Extension> {
  if (tbs.peek() !== explicit(0)) return new Map()
  if (version === 1) tbs.fail('need version 2', 'crlExtensions')
  const field = tbs.enter(explicit(0), 'crlExtensions')
  const list = field.enter(sequence, '')
  field.finish()
  return readExtensionList(list)
}

/** "CRLNumber ::= INTEGER (0..MAX)", and "CRL verifiers MUST be able to handle CRLNumber values up to 20 octets." */
function readNumber(value: DerReader): bigint {
  const content = value.content(integer)
  if ((content[0] as number) >= 0x80 || content.length > 20) value.fail('is negative or over 20 octets')
  return BigInt(`0x${toHex(content)}`)
}

const code = 'ERR_TLS_CRL_PARSE'
const tbsPath = 'CertificateList.tbsCertList'

const crlExtensionIds = {
  crlNumber: '2.5.29.20',
  deltaCrlIndicator: '2.5.29.27',
  issuingDistributionPoint: '2.5.29.28',
  authorityKeyIdentifier: '2.5.29.35',
  freshestCrl: '2.5.29.46',
} as const

const understood: ReadonlySet<string> = /* @__PURE__ */ new Set(Object.values(crlExtensionIds))

/** Bytes. The largest in use have some tens of millions. */
const maxLength = 64 * 1024 * 1024
