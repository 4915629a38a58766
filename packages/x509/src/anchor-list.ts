import { fromAscii } from '@typetls/wire'
import type { DistinguishedName } from './distinguished-name.ts'
import type { NamedKey } from './named-key.ts'
import { PathCertificate } from './path-certificate.ts'

/** The certificates a path may end at, found by name. */
export class AnchorList {
  readonly #bySubject = new Map<string, Anchor[]>()
  #byComparable: Map<string, Anchor[]> | undefined

  constructor(anchors: readonly Anchor[]) {
    for (const anchor of anchors) {
      if (anchor instanceof PathCertificate && this.has(anchor)) continue
      entry(this.#bySubject, fromAscii(anchor.subject.der)).push(anchor)
    }
  }

  /** Whether this very certificate is an anchor. */
  has(certificate: PathCertificate): boolean {
    const sameName = this.#bySubject.get(fromAscii(certificate.subject.der))
    return sameName?.some((anchor) => anchor instanceof PathCertificate && anchor.equals(certificate)) ?? false
  }

  /** Anchors whose subject is the certificate's issuer. */
  issuersOf(certificate: PathCertificate): readonly (PathCertificate | NamedKey)[] {
    const sameBytes = this.#bySubject.get(fromAscii(certificate.issuer.der))
    if (sameBytes !== undefined) return sameBytes
    // Names nearly always come back byte for byte: only otherwise are the anchors' own names read, once.
    this.#byComparable ??= byComparable([...this.#bySubject.values()].flat())
    return this.#byComparable.get(comparableKey(certificate.issuer)) ?? []
  }
}

export type Anchor = PathCertificate | NamedKey

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
