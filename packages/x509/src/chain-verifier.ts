import type { CryptoProvider, PublicKey, SignatureScheme } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { AnchorList } from './anchor-list.ts'
import type { Certificate } from './certificate.ts'
import { cachedParse } from './certificate-cache.ts'
import type { PlacedCertificate } from './certificate-failure.ts'
import { isCertificateFailure } from './certificate-failure.ts'
import { matchesHost, referenceIdentity } from './name-match.ts'
import type { MatchOptions } from './name-match.ts'
import type { NamedKey } from './named-key.ts'
import { findPath } from './path.ts'
import type { PathCertificate } from './path-certificate.ts'
import type { PathLimits } from './path-limits.ts'
import { tlsPurposes } from './path-rules.ts'
import type { FoundPath, PathJudge, ToldFailure } from './path-search.ts'
import { workFailure } from './path-search.ts'
import type { RulesOfUse } from './profile.ts'
import type { Program } from './program.ts'
import { run } from './program.ts'
import { nameFailure, wrongName } from './wrong-name.ts'

/** The chain as the peer sent it, DER, leaf first. */
export interface PeerChain {
  readonly certificates: readonly Uint8Array[]
  readonly ocspResponse: Uint8Array | undefined
  readonly signedCertificateTimestamps: Uint8Array | undefined
}

export interface VerifyContext {
  /** Whose chain it is. */
  readonly peer: 'server' | 'client'
  /** DNS name or IP address that a server was dialled by. */
  readonly name: string | undefined
  /** Milliseconds since 1970. */
  readonly now: number
  readonly crypto: CryptoProvider
  /** What we said that we accept in certificates. Not enforced: the rules here are stricter where it matters. */
  readonly signatureSchemes: readonly SignatureScheme[]
  /** What the leaf's key will do: its keyUsage must allow it. Default `signing`. */
  readonly keyUse?: keyof RulesOfUse | undefined
}

export interface PeerVerdict<T extends PathCertificate = Certificate> {
  /** The leaf's key. */
  readonly publicKey: PublicKey
  /** `false` only with `dangerouslyAcceptAnyCertificate`. */
  readonly authorized: boolean
  /** Why it is not authorized; its `details` are a `CertificateFailure`. */
  readonly failure: TlsError | undefined
  readonly facts: CertificateFacts<T>
}

/** What was found out about a chain. */
export interface CertificateFacts<T extends PathCertificate = Certificate> {
  /** Leaf first, trust anchor last; only the leaf if it is not authorized. */
  readonly path: readonly T[]
  /** The entry of subjectAltName that is for the dialled name, as it stands there; `undefined` if none was looked for. */
  readonly matchedName: string | undefined
}

/** What `createVerifier` and `createPathVerifier` make. */
export interface CertificateVerifier<T extends PathCertificate = Certificate> {
  /** Whether it goes on with peers it did not authorize, so that sessions with such peers may be resumed. */
  readonly acceptsUnauthorized: boolean
  /**
   * @throws TlsError `ERR_TLS_CERTIFICATE_*`, its `details` a `CertificateFailure`; as a rejection where the provider
   *   answers later
   */
  verify(chain: PeerChain, context: VerifyContext): PeerVerdict<T> | Promise<PeerVerdict<T>>
}

/** What a verifier is made of. */
export interface VerifierSetup<T extends PathCertificate> extends MatchOptions, PathLimits {
  readonly anchors: AnchorList
  readonly parse: (der: Uint8Array) => T
  readonly rules: RulesOfUse
  readonly acceptsUnauthorized: boolean
  readonly skipsName: boolean
  readonly alsoUnderstood?: ReadonlySet<string> | undefined
  /** As `PathSearch.judge`, for this chain. */
  readonly judgeOf?: (chain: PeerChain) => PathJudge
  /** Asked about the leaf when all else is well; throws to refuse it. */
  readonly judgeLeaf?: (leaf: T, issuer: T | NamedKey, chain: PeerChain, context: VerifyContext) => Program<void>
}

export function chainVerifier<T extends PathCertificate>(setup: VerifierSetup<T>): CertificateVerifier<T> {
  const kit: Kit<T> = { setup, parse: cachedParse(setup.parse), verified: new WeakMap() }
  const { acceptsUnauthorized } = setup
  return { acceptsUnauthorized, verify: (chain, context) => run(verdict(kit, chain, context)) }
}

/** What a verifier has for all its chains. Its programs are functions of their own: V8 is slow to make generators. */
interface Kit<T extends PathCertificate> {
  readonly setup: VerifierSetup<T>
  readonly parse: (der: Uint8Array) => T
  readonly verified: WeakMap<PathCertificate, PublicKey>
}

function* verdict<T extends PathCertificate>(
  kit: Kit<T>,
  chain: PeerChain,
  context: VerifyContext,
): Program<PeerVerdict<T>> {
  const [first] = chain.certificates
  if (first === undefined) throw new TlsError('ERR_TLS_CERTIFICATE_EMPTY')
  const { setup } = kit
  const leaf = kit.parse(first)
  const { publicKey } = leaf
  try {
    const { path, anchor } = yield* foundPath(kit, leaf, chain, context)
    const matchedName = nameIn(leaf, context, setup)
    if (setup.judgeLeaf !== undefined) yield* setup.judgeLeaf(leaf, path[1] ?? anchor, chain, context)
    return { publicKey, authorized: true, failure: undefined, facts: { path, matchedName } }
  } catch (error) {
    if (!setup.acceptsUnauthorized || !isCertificateFailure(error)) throw error
    return { publicKey, authorized: false, failure: error, facts: { path: [leaf], matchedName: undefined } }
  }
}

function* foundPath<T extends PathCertificate>(
  { setup, parse, verified }: Kit<T>,
  leaf: T,
  chain: PeerChain,
  context: VerifyContext,
): Program<FoundPath<T>> {
  const { certificates } = chain
  const bytes = certificates.reduce((sum, { length }) => sum + length, 0)
  if (certificates.length > maxSent || bytes > maxSentBytes) {
    const problem = `came in a chain of over ${maxSent} certificates or ${maxSentBytes} bytes`
    throw workFailure({ certificate: leaf, index: 0 }, problem, 'chain.size')
  }
  const intermediates: PlacedCertificate[] = []
  let unreadable: TlsError | undefined
  for (const [index, der] of certificates.entries()) {
    if (index === 0) continue
    try {
      intermediates.push({ certificate: parse(der), index })
    } catch (error) {
      // A peer may send what nobody needs: it only matters if there is no path without it.
      if (!isCertificateFailure(error)) throw error
      unreadable ??= error
    }
  }
  const { anchors, minRsaBits, maxPathLength, maxSignatureChecks, alsoUnderstood } = setup
  const answer = yield* findPath({
    leaf,
    intermediates,
    anchors,
    time: context.now,
    crypto: context.crypto,
    purpose: tlsPurposes[context.peer],
    minRsaBits,
    maxPathLength,
    maxSignatureChecks,
    rules: setup.rules[context.keyUse ?? 'signing'],
    alsoUnderstood,
    judge: setup.judgeOf?.(chain),
    verified,
  })
  // All were read by `parse`, or are anchors that the same class read.
  if ('path' in answer) return answer as FoundPath<T>
  const [{ error, failure }, ...others] = answer.failures as [ToldFailure, ...ToldFailure[]]
  if (unreadable !== undefined && error.code === 'ERR_TLS_CERTIFICATE_UNKNOWN_CA') throw unreadable
  if (others.length === 0) throw error
  throw new TlsError(error.code, error.message, {
    path: failure.path,
    details: { ...failure, others: others.map((other) => other.failure) },
  })
}

/** The name in a server's leaf that is for the dialled one. */
function nameIn(
  leaf: PathCertificate,
  { peer, name }: VerifyContext,
  setup: MatchOptions & { readonly skipsName: boolean },
): string | undefined {
  if (peer === 'client' || setup.skipsName) return undefined
  if (name === undefined) {
    const problem = 'cannot be checked: no name was dialled, nor dangerouslySkipNameCheck set'
    throw nameFailure(leaf, problem, 'host-name.unknown', 'RFC 9525 section 3')
  }
  const matched = matchesHost(leaf, name, setup)
  if (matched !== undefined) return matched
  const odd = referenceIdentity(name) === undefined ? ', which is no DNS name in A-labels and no IP address' : ''
  throw wrongName(leaf, name, odd)
}

/** Certificates in a chain, the leaf included. */
const maxSent = 64

/** Reading is linear in the bytes; OpenSSL stops at 100 KiB, and three post-quantum certificates may need more. */
const maxSentBytes = 256 * 1024
