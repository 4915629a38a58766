import { fromAscii } from '@typetls/wire'
import type { DistinguishedName } from './distinguished-name.ts'
import type { NamedKey } from './named-key.ts'
import { PathCertificate } from './path-certificate.ts'
import { refusalOf } from './path-rules.ts'

/** The certificates a path may end at, found by name. */
export class AnchorList {
  readonly #bySubject = new Map<string, Anchor[]>()
  #byMeaning: Map<string, Anchor[]> | undefined

  constructor(anchors: readonly Anchor[]) {
    for (const anchor of anchors) {
      const isKnown = anchor instanceof PathCertificate && this.has(anchor)
      if (!isKnown) add(anchor, this.#bySubject, bytesOf)
    }
  }

  /** Whether this very certificate is an anchor. */
  has(certificate: PathCertificate): boolean {
    const sameName = this.#bySubject.get(bytesOf(certificate.subject))
    return sameName?.some((anchor) => anchor instanceof PathCertificate && anchor.equals(certificate)) ?? false
  }

  /** Anchors whose subject is the certificate's issuer. */
  issuersOf({ issuer }: PathCertificate): readonly Anchor[] {
    const sameBytes = this.#bySubject.get(bytesOf(issuer))
    if (sameBytes !== undefined) return sameBytes
    // Names nearly always come back byte for byte: only otherwise are the anchors' own names read, once.
    const wanted = meaningOf(issuer)
    if (this.#byMeaning === undefined) {
      this.#byMeaning = new Map()
      for (const anchor of [...this.#bySubject.values()].flat()) {
        // A name that cannot be read is equal to its own bytes only.
        const meaning = refusalOf(() => meaningOf(anchor.subject))
        if (typeof meaning === 'string') add(anchor, this.#byMeaning, meaningOf)
      }
    }
    return this.#byMeaning.get(wanted) ?? []
  }
}

export type Anchor = PathCertificate | NamedKey

function add(anchor: Anchor, anchors: Map<string, Anchor[]>, keyOf: (name: DistinguishedName) => string): void {
  const key = keyOf(anchor.subject)
  anchors.set(key, [...(anchors.get(key) ?? []), anchor])
}

const bytesOf = (name: DistinguishedName): string => fromAscii(name.der)
const meaningOf = (name: DistinguishedName): string => name.comparable.join(',')
