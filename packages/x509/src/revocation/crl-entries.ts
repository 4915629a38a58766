import { parseAsn1, someChildrenOf } from '../asn1.ts'
import { equalBytes } from '@typetls/wire'
import type { DerReader } from '@typetls/wire/der'
import { DerReader as Reader, generalizedTime, integer, sequence, utcTime } from '@typetls/wire/der'
import { readTime } from '../der-time.ts'
import { readExtensionList } from '../extension-list.ts'
import type { Extension } from '../extensions.ts'
import type { GeneralName } from '../general-name.ts'
import { readGeneralName } from '../general-name.ts'

/** One entry of a CRL. https://www.rfc-editor.org/rfc/rfc5280#section-5.3 */
export interface RevokedCertificate {
  /** Content of the INTEGER. */
  readonly serialNumber: Uint8Array
  /** Milliseconds since 1970. */
  readonly revocationDate: number
  /** `undefined`: not said. */
  readonly reason: RevocationReason | undefined
  /** Milliseconds since 1970: when the key is known or suspected to have been compromised. */
  readonly invalidityDate: number | undefined
  /** Of the certificate, where the CRL says another than its own: also as inherited from an entry before. */
  readonly certificateIssuer: readonly GeneralName[] | undefined
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-5.3.1 */
export type RevocationReason =
  | 'unspecified'
  | 'keyCompromise'
  | 'cACompromise'
  | 'affiliationChanged'
  | 'superseded'
  | 'cessationOfOperation'
  | 'certificateHold'
  | 'removeFromCRL'
  | 'privilegeWithdrawn'
  | 'aACompromise'

/**
 * The revokedCertificates of a CRL. They are walked once, when something is first asked: the frame of each is checked and
 * its serial number indexed, in a few bytes for each. What an entry says is read when it is found.
 */
export class RevokedCertificates {
  readonly #list: DerReader | undefined
  readonly #version: 1 | 2
  #index: EntryIndex | undefined

  /** @param list over the content of the SEQUENCE; `undefined`: the field is absent */
  constructor(list: DerReader | undefined, version: 1 | 2) {
    this.#list = list
    this.#version = version
  }

  /** @throws TlsError `ERR_TLS_CRL_PARSE` (internal_error) */
  get count(): number {
    return this.#indexed().offsets.length
  }

  /** Object identifier of a critical extension of any entry that is not understood. */
  get unknownCriticalExtension(): string | undefined {
    return this.#indexed().unknownCriticalExtension
  }

  /**
   * The entries with a serial number, in their order: one, or in an indirect CRL one for each issuer.
   *
   * @param serialNumber content of the INTEGER
   * @throws TlsError `ERR_TLS_CRL_PARSE` (internal_error)
   */
  find(serialNumber: Uint8Array): readonly RevokedCertificate[] {
    const { heads, next, offsets } = this.#indexed()
    const found: RevokedCertificate[] = []
    for (let i = heads[bucketOf(serialNumber, heads.length)] as number; i >= 0; i = next[i] as number) {
      if (this.#hasSerial(offsets[i] as number, serialNumber)) found.unshift(this.#entry(i))
    }
    return found
  }

  /** All entries, in their order. */
  [Symbol.iterator](): Iterator<RevokedCertificate, undefined> {
    const { count } = this
    let i = 0
    return {
      next: () => (i < count ? { done: false, value: this.#entry(i++) } : { done: true, value: undefined }),
    }
  }

  #indexed(): EntryIndex {
    return (this.#index ??= buildIndex(this.#list, this.#version))
  }

  #hasSerial(offset: number, serialNumber: Uint8Array): boolean {
    const { bytes } = this.#list as DerReader
    // The frame was checked: a SEQUENCE, then an INTEGER of fewer than 128 octets.
    const start = offset + ((bytes[offset + 1] as number) < 0x80 ? 2 : 2 + ((bytes[offset + 1] as number) & 0x7f))
    const length = bytes[start + 1] as number
    return length === serialNumber.length && equalBytes(bytes.subarray(start + 2, start + 2 + length), serialNumber)
  }

  #entry(i: number): RevokedCertificate {
    const { offsets, issuers, issuerOf } = this.#indexed()
    const list = this.#list as DerReader
    list.offset = offsets[i] as number
    const entry = list.enter(sequence, i)
    const serialNumber = entry.content(integer, 'userCertificate')
    const revocationDate = readTime(entry, 'revocationDate')
    const extensions =
      entry.peek() === undefined ? none : readExtensionList(entry.enter(sequence, 'crlEntryExtensions'))
    const reason = extensions.get(entryExtensionIds.reasonCode)
    const invalidity = extensions.get(entryExtensionIds.invalidityDate)
    return {
      serialNumber,
      revocationDate,
      reason: reason === undefined ? undefined : readReason(reason),
      invalidityDate: invalidity === undefined ? undefined : readInvalidityDate(invalidity),
      certificateIssuer: issuers[issuerOf[i] as number],
    }
  }
}

interface EntryIndex {
  /** Where each entry starts. */
  readonly offsets: Uint32Array
  /** The last entry in a bucket, and for each entry the one before it in the same bucket; -1: none. */
  readonly heads: Int32Array
  readonly next: Int32Array
  /** Values of certificateIssuer, and for each entry which of them holds; the first one is the CRL's own issuer. */
  readonly issuers: readonly (readonly GeneralName[] | undefined)[]
  readonly issuerOf: Uint32Array
  readonly unknownCriticalExtension: string | undefined
}

function buildIndex(list: DerReader | undefined, version: 1 | 2): EntryIndex {
  const starts: number[] = []
  const issuerOf: number[] = []
  const issuers: (readonly GeneralName[] | undefined)[] = [undefined]
  let unknownCriticalExtension: string | undefined
  // Nearly all entries have the same few bytes as extensions: their reason.
  let known: Uint8Array | undefined

  if (list !== undefined) list.offset = list.start
  for (let i = 0; list !== undefined && list.peek() !== undefined; i++) {
    starts.push(list.offset)
    const entry = list.enter(sequence, i)
    const serialNumber = entry.content(integer, 'userCertificate')
    if (serialNumber.length > maxSerialOctets) entry.fail(`has over ${maxSerialOctets} octets`, 'userCertificate')
    const time = entry.peek()
    if (time !== utcTime && time !== generalizedTime) entry.fail('is not a Time', 'revocationDate')
    entry.content(time as number, 'revocationDate')
    if (entry.peek() !== undefined) {
      if (version === 1) entry.fail('need version 2', 'crlEntryExtensions')
      const rest = entry.bytes.subarray(entry.offset, entry.end)
      if (known === undefined || !equalBytes(known, rest)) {
        const extensions = readExtensionList(entry.enter(sequence, 'crlEntryExtensions'))
        entry.finish()
        const issuer = extensions.get(entryExtensionIds.certificateIssuer)
        if (issuer !== undefined) issuers.push(readCertificateIssuer(issuer))
        else known = rest
        for (const { oid, critical } of extensions.values()) {
          if (critical && !understood.has(oid)) unknownCriticalExtension ??= oid
        }
      }
    }
    issuerOf.push(issuers.length - 1)
  }

  const offsets = Uint32Array.from(starts)
  const heads = new Int32Array(2 ** Math.ceil(Math.log2(starts.length + 1))).fill(-1)
  const next = new Int32Array(starts.length)
  if (list !== undefined) list.offset = list.start
  for (let i = 0; list !== undefined && i < offsets.length; i++) {
    const bucket = bucketOf(list.enter(sequence, i).content(integer, 'userCertificate'), heads.length)
    next[i] = heads[bucket] as number
    heads[bucket] = i
  }
  return { offsets, heads, next, issuers, issuerOf: Uint32Array.from(issuerOf), unknownCriticalExtension }
}

/**
 * From the last octets of a serial number: CAs count or roll dice. Who makes all of a CRL fall into one bucket gets what
 * a list without an index costs, a comparison for each entry.
 */
function bucketOf(serialNumber: Uint8Array, buckets: number): number {
  let hash = 0
  for (const octet of serialNumber.subarray(-8)) hash = (Math.imul(hash, 0x01000193) ^ octet) >>> 0
  return hash & (buckets - 1)
}

/** An unknown reason must not keep an entry from being one: whatever it says, it is revoked. */
function readReason({ value }: Extension): RevocationReason {
  const [identifier, length, number] = value
  return value.length === 3 && identifier === 0x0a && length === 1 ? (reasonOf(number) ?? 'unspecified') : 'unspecified'
}

/** A CRLReason by its number. */
export function reasonOf(number: number | undefined): RevocationReason | undefined {
  return number === undefined ? undefined : reasons[number]
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-5.3.2 */
function readInvalidityDate({ value, path }: Extension): number {
  const document = new Reader(value, 'ERR_TLS_CRL_PARSE')
  const time = readTime(document, `${path}.extnValue`, generalizedTime)
  document.finish(`${path}.extnValue`)
  return time
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-5.3.3 */
function readCertificateIssuer({ value, path }: Extension): readonly GeneralName[] {
  const names = parseAsn1(value, `${path}.extnValue`, 'ERR_TLS_CRL_PARSE')
  return someChildrenOf(names, sequence).map((name) => readGeneralName(name, [4, 16]))
}

const none: ReadonlyMap<string, Extension> = /* @__PURE__ */ new Map()

const entryExtensionIds = {
  reasonCode: '2.5.29.21',
  invalidityDate: '2.5.29.24',
  certificateIssuer: '2.5.29.29',
} as const

const understood: ReadonlySet<string> = /* @__PURE__ */ new Set(Object.values(entryExtensionIds))

const reasons: readonly (RevocationReason | undefined)[] = [
  'unspecified',
  'keyCompromise',
  'cACompromise',
  'affiliationChanged',
  'superseded',
  'cessationOfOperation',
  'certificateHold',
  undefined,
  'removeFromCRL',
  'privilegeWithdrawn',
  'aACompromise',
]

/** "CRL users MUST be able to process serial numbers of up to 20 octets"; some have more. */
const maxSerialOctets = 64
