import type { DistinguishedName } from './distinguished-name.ts'
import type { NameConstraints } from './extensions.ts'
import type { SubjectPublicKey } from './public-key.ts'

/**
 * A trust anchor without a certificate: the name and the key of an authority, and what is known about it otherwise.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-6.1.1 (d)
 */
export interface NamedKey {
  readonly subject: DistinguishedName
  readonly publicKey: SubjectPublicKey
  /** As in its subjectKeyIdentifier. */
  readonly subjectKeyIdentifier?: Uint8Array
  /** Names that it may vouch for. Default: all. */
  readonly nameConstraints?: NameConstraints
  /** How many intermediates that are not self-issued may follow below. Default: any number. */
  readonly pathLength?: number
}
