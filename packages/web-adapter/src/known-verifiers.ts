import type { PeerVerifier } from '@typetls/handshake'
import type { TrustAnchor } from '@typetls/x509'
import { createVerifier } from '@typetls/x509'

/**
 * The verifier of an earlier connection with the same anchors, as it remembers what it has parsed and checked, or a new one.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when an anchor cannot be read
 */
export function verifierFor(anchors: readonly TrustAnchor[], acceptsAny: boolean): PeerVerifier {
  const alike = known.find((one) => one.acceptsAny === acceptsAny && sameItems(one.anchors, anchors))
  if (alike !== undefined) return alike.verifier
  const verifier = createVerifier({ trustAnchors: anchors, dangerouslyAcceptAnyCertificate: acceptsAny })
  // Whoever has an array of bytes may change them.
  if (!anchors.some((anchor) => anchor instanceof Uint8Array)) {
    known.push({ anchors, acceptsAny, verifier })
    if (known.length > maxKnown) known.shift()
  }
  return verifier
}

interface KnownVerifier {
  readonly anchors: readonly TrustAnchor[]
  readonly acceptsAny: boolean
  readonly verifier: PeerVerifier
}

/** The last ones made. */
const known: KnownVerifier[] = []
const maxKnown = 8

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => item === b[i])
}
