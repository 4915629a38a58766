import { TlsError } from '@typetls/wire'
import { AnchorList } from './anchor-list.ts'
import { Certificate } from './certificate.ts'
import { DistinguishedName } from './distinguished-name.ts'
import type { NamedKey } from './named-key.ts'
import { pemText } from './pem.ts'

/** The certificates a path may end at, found by name. */
export class TrustAnchors extends AnchorList {
  /** @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when one of them cannot be read */
  constructor(anchors: readonly (TrustAnchor | NamedKey)[]) {
    super(anchors.flatMap(anchorsOf))
  }
}

/** A certificate, its DER, or PEM (as text or bytes of a file) with any number of them. */
export type TrustAnchor = Certificate | Uint8Array | string

function anchorsOf(anchor: TrustAnchor | NamedKey): readonly (Certificate | NamedKey)[] {
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
