import type { PeerVerifier } from '@typetls/handshake'
import { equalBytes } from '@typetls/wire'
import type { PathCertificate } from '@typetls/x509'
import { createPathVerifier } from '@typetls/x509'

/**
 * The verifier of an earlier connection with the same anchors, as it remembers what it has parsed and checked, or a new one.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when an anchor cannot be read
 */
export function verifierFor(anchors: readonly (PathCertificate | Uint8Array)[], acceptsAny: boolean): PeerVerifier {
  const alike = known.find(([asked, accepts]) => accepts === acceptsAny && sameItems(asked, anchors))
  if (alike !== undefined) return alike[2]
  // Copies: whoever has an array of bytes may change them.
  const kept = anchors.map((anchor) => (anchor instanceof Uint8Array ? anchor.slice() : anchor))
  const verifier = createPathVerifier({ trustAnchors: kept, dangerouslyAcceptAnyCertificate: acceptsAny })
  known.push([kept, acceptsAny, verifier])
  if (known.length > maxKnown) known.shift()
  return verifier
}

/** The last ones made: the anchors, whether any certificate is accepted, and the verifier. */
const known: [readonly unknown[], boolean, PeerVerifier][] = []
const maxKnown = 8

function sameItems(a: readonly unknown[], b: readonly unknown[]): boolean {
  return a.length === b.length && a.every((item, i) => isSame(item, b[i]))
}

function isSame(a: unknown, b: unknown): boolean {
  return a === b || (a instanceof Uint8Array && b instanceof Uint8Array && equalBytes(a, b))
}
