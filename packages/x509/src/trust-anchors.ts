import { fromAscii, TlsError } from '@typetls/wire'
import { Certificate } from './certificate.ts'
import { pemText } from './pem.ts'

/** The certificates a path may end at, found by name. */
export class TrustAnchors {
  readonly #bySubject = new Map<string, Certificate[]>()
  #byComparable: Map<string, Certificate[]> | undefined

  /** @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when one of them cannot be read */
  constructor(anchors: readonly TrustAnchor[]) {
    for (const certificate of anchors.flatMap(certificatesOf)) {
      if (this.has(certificate)) continue
      entry(this.#bySubject, fromAscii(certificate.subject.der)).push(certificate)
    }
  }

  /** Whether this very certificate is an anchor. */
  has(certificate: Certificate): boolean {
    const sameName = this.#bySubject.get(fromAscii(certificate.subject.der))
    return sameName?.some((anchor) => anchor.equals(certificate)) ?? false
  }

  /** Anchors whose subject is the certificate's issuer. */
  issuersOf(certificate: Certificate): readonly Certificate[] {
    const sameBytes = this.#bySubject.get(fromAscii(certificate.issuer.der))
    if (sameBytes !== undefined) return sameBytes
    // Names nearly always come back byte for byte: only otherwise are the anchors' own names read, once.
    this.#byComparable ??= byComparable([...this.#bySubject.values()].flat())
    return this.#byComparable.get(comparableKey(certificate.issuer)) ?? []
  }
}

/** A certificate, its DER, or PEM (as text or bytes of a file) with any number of them. */
export type TrustAnchor = Certificate | Uint8Array | string

function certificatesOf(anchor: TrustAnchor): Certificate[] {
  if (anchor instanceof Certificate) return [anchor]
  if (typeof anchor !== 'string' && !(anchor instanceof Uint8Array)) {
    throw new TlsError('ERR_TLS_OPTIONS', 'a trust anchor is neither a Certificate, nor DER, nor PEM')
  }
  const text = pemText(anchor)
  return text === undefined ? [Certificate.parse(anchor)] : Certificate.parseAll(text)
}

function byComparable(anchors: readonly Certificate[]): Map<string, Certificate[]> {
  const map = new Map<string, Certificate[]>()
  for (const anchor of anchors) entry(map, comparableKey(anchor.subject)).push(anchor)
  return map
}

function comparableKey(name: Certificate['subject']): string {
  return name.comparable.join(',')
}

function entry(map: Map<string, Certificate[]>, key: string): Certificate[] {
  const existing = map.get(key)
  if (existing !== undefined) return existing
  const created: Certificate[] = []
  map.set(key, created)
  return created
}
