import { fromAscii, TlsError } from '@typetls/wire'
import { Certificate } from './certificate.ts'
import { DistinguishedName } from './distinguished-name.ts'
import type { NamedKey } from './named-key.ts'
import { pemText } from './pem.ts'

/** The certificates a path may end at, found by name. */
export class TrustAnchors {
  readonly #bySubject = new Map<string, Anchor[]>()
  #byComparable: Map<string, Anchor[]> | undefined

  /** @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when one of them cannot be read */
  constructor(anchors: readonly (TrustAnchor | NamedKey)[]) {
    for (const anchor of anchors.flatMap(anchorsOf)) {
      if (anchor instanceof Certificate && this.has(anchor)) continue
      entry(this.#bySubject, fromAscii(anchor.subject.der)).push(anchor)
    }
  }

  /** Whether this very certificate is an anchor. */
  has(certificate: Certificate): boolean {
    const sameName = this.#bySubject.get(fromAscii(certificate.subject.der))
    return sameName?.some((anchor) => anchor instanceof Certificate && anchor.equals(certificate)) ?? false
  }

  /** Anchors whose subject is the certificate's issuer. */
  issuersOf(certificate: Certificate): readonly (Certificate | NamedKey)[] {
    const sameBytes = this.#bySubject.get(fromAscii(certificate.issuer.der))
    if (sameBytes !== undefined) return sameBytes
    // Names nearly always come back byte for byte: only otherwise are the anchors' own names read, once.
    this.#byComparable ??= byComparable([...this.#bySubject.values()].flat())
    return this.#byComparable.get(comparableKey(certificate.issuer)) ?? []
  }
}

/** A certificate, its DER, or PEM (as text or bytes of a file) with any number of them. */
export type TrustAnchor = Certificate | Uint8Array | string

type Anchor = Certificate | NamedKey

function anchorsOf(anchor: TrustAnchor | NamedKey): readonly Anchor[] {
  if (anchor instanceof Certificate || isNamedKey(anchor)) return [anchor]
  if (typeof anchor !== 'string' && !(anchor instanceof Uint8Array)) {
    throw new TlsError(
      'ERR_TLS_OPTIONS',
      'a trust anchor is neither a Certificate, nor a name and key, nor DER, nor PEM',
    )
  }
  const text = pemText(anchor)
  return text === undefined ? [Certificate.parse(anchor)] : Certificate.parseAll(text)
}

function isNamedKey(anchor: TrustAnchor | NamedKey): anchor is NamedKey {
  if (typeof anchor !== 'object' || anchor === null) return false
  return 'publicKey' in anchor && (anchor as Partial<NamedKey>).subject instanceof DistinguishedName
}

function byComparable(anchors: readonly Anchor[]): Map<string, Anchor[]> {
  const map = new Map<string, Anchor[]>()
  for (const anchor of anchors) entry(map, comparableKey(anchor.subject)).push(anchor)
  return map
}

function comparableKey(name: DistinguishedName): string {
  return name.comparable.join(',')
}

function entry(map: Map<string, Anchor[]>, key: string): Anchor[] {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const created: Anchor[] = []
  map.set(key, created)
  return created
}
