import type { SignatureScheme } from '@typetls/crypto-provider'
import type { ChosenCredential, VerifiedFinished } from '../authenticate.ts'
import { askVerifier, checkSignature, offeredScheme } from '../authenticate.ts'
import type { Credential, CredentialRequest, CredentialSelector, KeyUse } from '../credential.ts'
import type { Handshake } from '../handshake.ts'
import type { CertificateVerify } from '../messages/authentication.ts'
import type { PeerChain, PeerVerdict } from '../peer-verifier.ts'
import type { Program } from '../program.ts'
import { ask } from '../program.ts'

/** Proof that a verifier took the peer's chain and that the peer used its key: a `TrustedChain` alone is none. */
export class VerifiedPeer {
  readonly chain: PeerChain
  readonly verdict: PeerVerdict
  readonly scheme: SignatureScheme | undefined

  private constructor({ chain, verdict }: TrustedChain, scheme: SignatureScheme | undefined) {
    this.chain = chain
    this.verdict = verdict
    this.scheme = scheme
  }

  /** Checks a signature of a ServerKeyExchange or a CertificateVerify. https://www.rfc-editor.org/rfc/rfc5246#section-4.7 */
  static *bySignature(
    hs: Handshake,
    trusted: TrustedChain,
    proof: CertificateVerify,
    content: Uint8Array,
  ): Program<VerifiedPeer> {
    const usable = hs.parameters.signatureSchemes.filter((row) => !row.tls13Only)
    const scheme = offeredScheme(usable, proof)
    const { verdict } = trusted
    yield* checkSignature(hs, verdict, scheme, fitsKey(scheme, verdict.publicKey.keyType), content, proof)
    return new VerifiedPeer(trusted, scheme)
  }

  /** Static RSA: who could not decrypt the premaster secret has no Finished. */
  static byDecryption(trusted: TrustedChain, _finished: VerifiedFinished): VerifiedPeer {
    return new VerifiedPeer(trusted, undefined)
  }
}

/** A chain the verifier took. Whether the peer has its key is open. */
export interface TrustedChain {
  readonly chain: PeerChain
  readonly verdict: PeerVerdict
}

export function* trustChain(
  hs: Handshake,
  chain: PeerChain,
  name: string | undefined,
  keyUse: KeyUse = 'signing',
): Program<TrustedChain> {
  return { chain, verdict: yield* askVerifier(hs, chain, name, keyUse) }
}

/** In TLS 1.2 an ECDSA scheme names a hash and no curve. */
function fitsKey(scheme: SignatureScheme, keyType: string): boolean {
  if (scheme.algorithm.startsWith('ecdsa-')) return keyType.startsWith('ec-')
  return scheme.keyType === undefined || scheme.keyType === keyType
}

/**
 * Which suites a key can be used with. EdDSA goes with ECDSA suites: https://www.rfc-editor.org/rfc/rfc8422#section-5.10
 * `undefined`: with none of TLS 1.2.
 */
export function authenticationOf(keyType: string): 'ecdsa' | 'rsa' | undefined {
  if (keyType.startsWith('ml-dsa-')) return undefined
  return keyType === 'rsa' || keyType === 'rsa-pss' ? 'rsa' : 'ecdsa'
}

/** IANA name of the curve of an ECDSA key. */
export function curveOf(keyType: string | undefined): string | undefined {
  return keyType?.startsWith('ec-') === true ? keyType.slice(3) : undefined
}

/** The kind of key a scheme is made with. */
export function authenticationOfScheme({ keyType, algorithm }: SignatureScheme): 'ecdsa' | 'rsa' | undefined {
  return authenticationOf(keyType ?? (algorithm.startsWith('rsa') ? 'rsa' : 'ec-'))
}

/** Asks the selector, and finds the scheme that both sides have: a client without one has no certificate. */
export function* chooseCredential(
  selector: CredentialSelector | undefined,
  request: CredentialRequest,
): Program<ChosenCredential | undefined> {
  if (selector === undefined) return undefined
  const credential = yield* ask('ERR_TLS_CALLBACK', 'the credential selector', () => selector(request))
  const scheme = credential && fittingScheme(credential, request.signatureSchemes)
  return credential && scheme && { credential, scheme }
}

/** The most wanted of the credential's schemes among those accepted. Those of RFC 9963 are for TLS 1.3 alone. */
export function fittingScheme(
  { signer }: Credential,
  accepted: readonly SignatureScheme[],
): SignatureScheme | undefined {
  return (signer.tls12Schemes ?? signer.schemes).find(
    (row) => !row.tls13Only && accepted.some((one) => one.id === row.id),
  )
}

export function* signed(
  { signer }: Credential,
  scheme: SignatureScheme,
  content: Uint8Array,
): Program<CertificateVerify> {
  const signature = yield* ask('ERR_TLS_SIGNER', 'the signer', () => signer.sign(scheme, content))
  return { algorithm: scheme.id, signature }
}
