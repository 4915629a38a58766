import type { Secret, SignatureScheme } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import { TlsError, equalBytes } from '@typetls/wire'
import type { ChosenCredential } from '../authenticate.ts'
import type { Credential, CredentialRequest, CredentialSelector, KeyUse } from '../credential.ts'
import type { Handshake } from '../handshake.ts'
import type { CertificateVerify } from '../messages/authentication.ts'
import type { PeerChain, PeerVerdict } from '../peer-verifier.ts'
import type { Program } from '../program.ts'
import { ask, wait } from '../program.ts'
import { verifyData } from './prf.ts'

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
    const peer = hs.role === 'client' ? 'server' : 'client'
    const { signatureSchemes, crypto } = hs.parameters
    const scheme = signatureSchemes.find((row) => row.id === proof.algorithm)
    const { publicKey } = trusted.verdict
    if (scheme === undefined || scheme.tls13Only) {
      throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', `the ${peer} signed with a scheme we did not offer for this`, {
        expected: signatureSchemes.map((row) => row.name),
        received: proof.algorithm,
      })
    }
    if (!fitsKey(scheme, publicKey.keyType)) {
      throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', `the ${peer} signed with ${scheme.name}, which its key cannot`, {
        expected: scheme.keyType,
        received: publicKey.keyType,
      })
    }
    const algorithm = required(crypto, 'signature', scheme.algorithm)
    if (!(yield* wait(algorithm.verify(publicKey, content, proof.signature)))) {
      throw new TlsError('ERR_TLS_SIGNATURE', `the ${peer}'s signature does not fit its certificate and the handshake`)
    }
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
  const { verifier, crypto, signatureSchemes } = hs.parameters
  if (verifier === undefined) {
    throw new TlsError('ERR_TLS_CERTIFICATE_REFUSED', 'the peer sent a certificate and there is no verifier for it')
  }
  const peer = hs.role === 'client' ? 'server' : 'client'
  const verdict = yield* ask('ERR_TLS_CALLBACK', 'the certificate verifier', () =>
    verifier.verify(chain, { peer, name, now: hs.parameters.now(), crypto, signatureSchemes, keyUse }),
  )
  return { chain, verdict }
}

/** Proof that the peer's Finished fits our transcript. Only `VerifiedFinished.verify` makes one. */
export class VerifiedFinished {
  readonly from: 'client' | 'server'
  readonly verifyData: Uint8Array

  private constructor(from: 'client' | 'server', data: Uint8Array) {
    this.from = from
    this.verifyData = data
  }

  /** @param transcriptHash everything before this Finished */
  static *verify(
    hs: Handshake,
    hash: string,
    main: Secret,
    received: Uint8Array,
    transcriptHash: Uint8Array,
  ): Program<VerifiedFinished> {
    const from = hs.role === 'client' ? 'server' : 'client'
    const expected = yield* verifyData(hs.crypto, hash, main, from, transcriptHash)
    if (!equalBytes(expected, received)) {
      throw new TlsError('ERR_TLS_FINISHED_MISMATCH', `the ${from} Finished does not match our transcript`)
    }
    return new VerifiedFinished(from, received)
  }
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
