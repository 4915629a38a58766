import { TlsError } from '@typetls/wire'
import { AnchorList } from './anchor-list.ts'
import type { CertificateVerifier } from './chain-verifier.ts'
import { chainVerifier } from './chain-verifier.ts'
import { PathCertificate } from './path-certificate.ts'
import { defaultLimits } from './path-limits.ts'
import { rulesOfUse, tlsRules } from './profile.ts'

/**
 * `createVerifier` as it is without options, for bundles that are paid for by the byte: the same path, names, profile and
 * limits, but trust anchors are DER, and it has no code for certificate policies (those that are not critical are not
 * read), revocation and transparency.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) when a trust anchor cannot be read, `ERR_TLS_OPTIONS`
 *   (internal_error) when one is neither a certificate nor DER
 */
export function createPathVerifier(options: PathVerifierOptions): CertificateVerifier<PathCertificate> {
  return chainVerifier({
    anchors: new AnchorList(options.trustAnchors.map(readAnchor)),
    parse: PathCertificate.parse,
    rules: rulesOfUse(tlsRules),
    acceptsUnauthorized: options.dangerouslyAcceptAnyCertificate === true,
    skipsName: false,
    ...defaultLimits,
  })
}

export interface PathVerifierOptions {
  /** Certificates or their DER; `pemCertificates` makes that of PEM. */
  readonly trustAnchors: readonly (PathCertificate | Uint8Array)[]
  /** As in `VerifierOptions`. Default `false`. */
  readonly dangerouslyAcceptAnyCertificate?: boolean
}

function readAnchor(anchor: PathCertificate | Uint8Array): PathCertificate {
  if (anchor instanceof PathCertificate) return anchor
  if (anchor instanceof Uint8Array) return PathCertificate.parse(anchor)
  throw new TlsError('ERR_TLS_OPTIONS', 'a trust anchor is a Certificate or DER here: read PEM with pemCertificates()')
}
