import type { SignatureScheme } from '@typetls/crypto-provider'
import { equalBytes, TlsError } from '@typetls/wire'
import { PathCertificate } from './path-certificate.ts'
import type { Credential, Signer } from './credential.ts'
import { matchesHost } from './name-match.ts'

/**
 * Chooses among credentials for each handshake. What decides, in this order: the peer can check its signatures, and in
 * TLS 1.2 lists its curve; its certificate is for the name the client asked for, in full rather than by wildcard; an
 * authority that the peer trusts stands in its chain. Among equals the earlier one is taken; the first is the default.
 *
 * If the peer can check no signature of any, a client is told that it has none, and a server gets the default, so that
 * its handshake fails for the schemes.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) without a credential, `ERR_TLS_CERTIFICATE_PARSE`
 */
export function selectCredential<C extends Credential>(credentials: readonly C[]): Selector<C> {
  const [first] = credentials
  if (first === undefined) throw new TlsError('ERR_TLS_OPTIONS', 'there is no credential to select')
  const candidates = credentials.map((credential) => ({
    credential,
    chain: credential.certificates.map((der) => PathCertificate.parse(der)),
  }))

  return (request) => {
    const usable = candidates.filter(({ credential }) => isUsableFor(credential, request))
    let best: { readonly credential: C; readonly score: number } | undefined
    for (const { credential, chain } of usable) {
      const score = 2 * nameScore(chain, request.serverName) + authorityScore(chain, request.certificateAuthorities)
      if (best === undefined || score > best.score) best = { credential, score }
    }
    return best?.credential ?? (request.role === 'server' ? first : undefined)
  }
}

export type Selector<C extends Credential = Credential> = (request: SelectionRequest) => C | undefined

/** What the peer told us about the credential it can use. */
export interface SelectionRequest {
  readonly role: 'client' | 'server'
  /** Default `TLSv1.3`. */
  readonly version?: 'TLSv1.2' | 'TLSv1.3' | undefined
  /** Default `signing`. */
  readonly keyUse?: 'signing' | 'decrypting' | undefined
  readonly serverName: string | undefined
  readonly signatureSchemes: readonly SignatureScheme[]
  /** TLS 1.2, server role: names of the client's groups. Default: any. */
  readonly groups?: readonly string[] | undefined
  /** DER DistinguishedNames. */
  readonly certificateAuthorities: readonly Uint8Array[]
}

/** Whether the peer can check what the credential signs, and in TLS 1.2 lists its curve; or its key decrypts. */
export function isUsableFor(credential: Credential, request: SelectionRequest): boolean {
  return request.keyUse === 'decrypting' ? credential.decrypter !== undefined : signsFor(credential.signer, request)
}

function signsFor(
  { schemes, tls12Schemes = schemes, keyType }: Signer,
  { version, signatureSchemes, groups }: SelectionRequest,
): boolean {
  const own = version === 'TLSv1.2' ? tls12Schemes : schemes
  const curveListed = keyType?.startsWith('ec-') !== true || (groups?.includes(keyType.slice(3)) ?? true)
  return curveListed && own.some(({ id }) => signatureSchemes.some((scheme) => scheme.id === id))
}

function nameScore([leaf]: readonly PathCertificate[], serverName: string | undefined): number {
  if (leaf === undefined || serverName === undefined) return 0
  const matched = matchesHost(leaf, serverName)
  return matched === undefined ? 0 : matched.startsWith('*') ? 1 : 2
}

function authorityScore(chain: readonly PathCertificate[], authorities: readonly Uint8Array[]): number {
  return chain.some(({ issuer }) => authorities.some((name) => equalBytes(name, issuer.der))) ? 1 : 0
}
