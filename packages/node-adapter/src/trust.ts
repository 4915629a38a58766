import { readFileSync } from 'node:fs'
import tls from 'node:tls'
import type { PeerVerifier } from '@typetls/handshake'
import type { RevocationChecker, TrustAnchor } from '@typetls/x509'
import { Certificate, createVerifier } from '@typetls/x509'
import { chainOf } from './key-material.ts'
import { rememberingVerdicts } from './remembered-verdicts.ts'

/** Certificates, DER or PEM; a single one or a list. */
export type TrustAnchors = TrustAnchor | readonly TrustAnchor[]

export interface TrustOptions {
  /** Default: what this Node trusts, see `systemRoots`. */
  readonly ca: TrustAnchors | undefined
  readonly rejectUnauthorized: boolean
  /** Somebody else looks at the name. */
  readonly skipName: boolean
  /** Default: revocation is not checked. */
  readonly revocation: RevocationChecker | undefined
}

/**
 * A verifier for these options; the same one for the same options, so that what it remembers serves all connections.
 * The system's roots are read when a chain is first judged by them.
 */
export function verifierFor(options: TrustOptions): PeerVerifier {
  const { ca, rejectUnauthorized, skipName, revocation } = options
  const anchors: readonly TrustAnchor[] | undefined = ca === undefined ? undefined : Array.isArray(ca) ? ca : [ca]
  const made = verifiersWith(revocation)[(rejectUnauthorized ? 2 : 0) + (skipName ? 1 : 0)] as Verifiers
  const key = anchors?.map(textOf).join()
  const known = made.get(key)
  if (known !== undefined) return known
  const make = (trustAnchors: readonly TrustAnchor[]): PeerVerifier => {
    const verifier = createVerifier({
      trustAnchors,
      dangerouslyAcceptAnyCertificate: !rejectUnauthorized,
      dangerouslySkipNameCheck: skipName,
      ...(revocation === undefined ? {} : { revocation }),
    })
    return revocation === undefined ? rememberingVerdicts(verifier) : verifier
  }
  const verifier = anchors === undefined ? later(!rejectUnauthorized, () => make(systemRoots())) : make(anchors)
  made.set(key, verifier)
  if (made.size > maxVerifiers) made.delete(made.keys().next().value)
  return verifier
}

/**
 * DER of the certificates this Node trusts: `tls.getCACertificates()` where it exists (Node 22.15), which heeds
 * `--use-system-ca` and the like, otherwise Mozilla's list that Node carries and `NODE_EXTRA_CA_CERTS`.
 */
export function systemRoots(): readonly Uint8Array[] {
  const { getCACertificates } = tls as { getCACertificates?: () => string[] }
  return (getCACertificates?.() ?? [...tls.rootCertificates, ...extraRoots()]).flatMap(derOf)
}

/** The text of NODE_EXTRA_CA_CERTS. */
export function extraRoots(): string[] {
  const file = process.env['NODE_EXTRA_CA_CERTS']
  if (file === undefined || file === '') return []
  try {
    return [readFileSync(file, 'latin1')]
  } catch {
    // Node itself warns of it and goes on.
    return []
  }
}

function later(acceptsUnauthorized: boolean, make: () => PeerVerifier): PeerVerifier {
  let made: PeerVerifier | undefined
  return { acceptsUnauthorized, verify: (chain, context) => (made ??= make()).verify(chain, context) }
}

/** PEM of each certificate of a text. */
export function certificatesIn(text: string): string[] {
  return text.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g) ?? []
}

/** Node's own list is well-formed: no need for a parser that says what is wrong. */
function derOf(text: string): Uint8Array[] {
  return certificatesIn(text).map((pem) => new Uint8Array(Buffer.from(pem.split('-----')[2] as string, 'base64')))
}

/** DER of the names of anchors. @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` */
export function authorityNames(ca: TrustAnchors): readonly Uint8Array[] {
  return [ca].flat().flatMap((one) => {
    if (one instanceof Certificate) return [one.subject.der]
    return chainOf(one).map((der) => Certificate.parse(der).subject.der)
  })
}

function textOf(anchor: TrustAnchor): string {
  const bytes = typeof anchor === 'string' || anchor instanceof Uint8Array ? anchor : anchor.der
  return typeof bytes === 'string' ? bytes : Buffer.from(bytes).toString('latin1')
}

/** By their anchors; `undefined`: the system's. */
type Verifiers = Map<string | undefined, PeerVerifier>

/** By what they are asked for. */
function verifiersWith(revocation: RevocationChecker | undefined): readonly Verifiers[] {
  if (revocation === undefined) return verifiers
  const known = checkingVerifiers.get(revocation)
  if (known !== undefined) return known
  const made = fourMaps()
  checkingVerifiers.set(revocation, made)
  return made
}

function fourMaps(): readonly Verifiers[] {
  return Array.from({ length: 4 }, () => new Map())
}

const verifiers: readonly Verifiers[] = /* @__PURE__ */ fourMaps()
const checkingVerifiers = /* @__PURE__ */ new WeakMap<RevocationChecker, readonly Verifiers[]>()

/** Different sets of trust anchors in use at the same time; each keeps at most a few hundred kilobytes. */
const maxVerifiers = 8
