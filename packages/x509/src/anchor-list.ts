import { fromAscii } from '@typetls/wire'
import type { NamedKey } from './named-key.ts'
import { PathCertificate } from './path-certificate.ts'

/** The certificates a path may end at, found by name. */
export class AnchorList {
  readonly #bySubject = new Map<string, Anchor[]>()

  constructor(anchors: readonly Anchor[]) {
    for (const anchor of anchors) {
      if (anchor instanceof PathCertificate && this.has(anchor)) continue
      const subject = fromAscii(anchor.subject.der)
      this.#bySubject.set(subject, [...(this.#bySubject.get(subject) ?? []), anchor])
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
    // Names nearly always come back byte for byte: only otherwise are the anchors' own names read, and once.
    return sameBytes ?? [...this.#bySubject.values()].flat().filter(({ subject }) => subject.equals(certificate.issuer))
  }
}

export type Anchor = PathCertificate | NamedKey
