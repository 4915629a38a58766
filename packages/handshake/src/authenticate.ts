import type { CipherSuite, Secret, SignatureScheme } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import { TlsError, ascii, concat, equalBytes } from '@typetls/wire'
import type { Credential, CredentialSelector, CredentialRequest, KeyUse } from './credential.ts'
import type { Handshake } from './handshake.ts'
import { finishedVerifyData } from './key-schedule.ts'
import type { Certificate, CertificateVerify, Finished } from './messages/authentication.ts'
import type { PeerChain, PeerVerdict, PeerVerifier } from './peer-verifier.ts'
import type { Program } from './program.ts'
import { ask, wait } from './program.ts'
import type { StoredPeer } from './session.ts'
import { wrongExtension } from './wrong-extension.ts'

/** Proof that the peer showed a chain the verifier took and signed the transcript with its key. Only `verifyPeer` makes one. */
export class VerifiedPeer {
  readonly chain: PeerChain
  readonly verdict: PeerVerdict
  readonly scheme: SignatureScheme

  private constructor(chain: PeerChain, verdict: PeerVerdict, scheme: SignatureScheme) {
    this.chain = chain
    this.verdict = verdict
    this.scheme = scheme
  }

  /**
   * Checks chain and CertificateVerify. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3
   *
   * @param signed transcript hash up to and including Certificate
   */
  static *verify(
    hs: Handshake,
    chain: PeerChain,
    proof: CertificateVerify,
    signed: Uint8Array,
    name: string | undefined,
  ): Program<VerifiedPeer> {
    const peer = hs.peer
    const { signatureSchemes, crypto } = hs.parameters
    const usable = signatureSchemes.filter((row) => usableBy(peer, row))
    const scheme = usable.find((row) => row.id === proof.algorithm)
    if (scheme === undefined) {
      throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', undefined, {
        path: 'CertificateVerify.algorithm',
        expected: usable.map((row) => row.name),
        received: proof.algorithm,
      })
    }
    const verifier = hs.parameters.verifier as PeerVerifier
    const verdict = yield* ask('ERR_TLS_CALLBACK', 'the certificate verifier', () =>
      verifier.verify(chain, { peer, name, now: hs.parameters.now(), crypto, signatureSchemes }),
    )
    if (scheme.keyType !== undefined && verdict.publicKey.keyType !== scheme.keyType) {
      throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', `the ${peer}'s key cannot sign with ${scheme.name}`, {
        expected: scheme.keyType,
        received: verdict.publicKey.keyType,
      })
    }
    const algorithm = required(crypto, 'signature', scheme.algorithm)
    const content = signatureContent(peer, signed)
    if (!(yield* wait(algorithm.verify(verdict.publicKey, content, proof.signature)))) {
      throw new TlsError('ERR_TLS_SIGNATURE', `the ${peer}'s signature does not fit its certificate and the transcript`)
    }
    return new VerifiedPeer(chain, verdict, scheme)
  }
}

/** Proof that the peer's Finished fits our transcript. Only `VerifiedFinished.verify` makes one. */
export class VerifiedFinished {
  readonly from: 'client' | 'server'

  private constructor(from: 'client' | 'server') {
    this.from = from
  }

  /**
   * @param base the peer's traffic secret
   * @param transcriptHash everything before this Finished
   */
  static *verify(
    hs: Handshake,
    suite: CipherSuite,
    base: Secret,
    finished: Finished,
    transcriptHash: Uint8Array,
  ): Program<VerifiedFinished> {
    const expected = yield* finishedVerifyData(hs.crypto, suite, base, transcriptHash)
    if (!equalBytes(expected, finished.verifyData)) throw new TlsError('ERR_TLS_FINISHED_MISMATCH')
    return new VerifiedFinished(hs.peer)
  }
}

/**
 * Asks the verifier about a peer that an earlier handshake authenticated.
 *
 * @param peer as remembered; without one there is nothing to ask about
 */
export function* verifyAgain(
  hs: Handshake,
  peer: StoredPeer | undefined,
  name: string | undefined,
  keyUse: KeyUse = 'signing',
): Program<StoredPeer | undefined> {
  const { verifier, signatureSchemes, crypto } = hs.parameters
  if (peer === undefined || verifier === undefined) return peer
  const { certificates } = peer
  const chain = { certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined }
  const verdict = yield* ask('ERR_TLS_CALLBACK', 'the certificate verifier', () =>
    verifier.verify(chain, { peer: hs.peer, name, now: hs.parameters.now(), crypto, signatureSchemes, keyUse }),
  )
  return { certificates, authorized: verdict.authorized }
}

/**
 * The chain of a Certificate message.
 *
 * @param asked whether we asked for an extension, by number
 * @returns `undefined` for an empty list
 */
export function chainOf(
  { certificateList }: Certificate,
  asked: (extension: number) => boolean = () => false,
): PeerChain | undefined {
  certificateList.forEach(({ extensions: { unknown, order } }, i) => {
    const wrong = unknown?.[0]?.type ?? order?.find((type) => !asked(type))
    if (wrong !== undefined) {
      throw wrongExtension('ERR_TLS_UNSUPPORTED_EXTENSION', `Certificate.certificateList[${i}]`, wrong)
    }
  })
  const leaf = certificateList[0]
  return (
    leaf && {
      certificates: certificateList.map((entry) => entry.certData),
      ocspResponse: leaf.extensions.status_request,
      signedCertificateTimestamps: leaf.extensions.signed_certificate_timestamp,
    }
  )
}

/** A credential and the scheme it will sign with. */
export interface ChosenCredential {
  readonly credential: Credential
  readonly scheme: SignatureScheme
}

/** Asks the selector; a credential whose signer has no scheme the peer takes counts as none. */
export function* chooseCredential(
  selector: CredentialSelector | undefined,
  request: CredentialRequest,
): Program<ChosenCredential | undefined> {
  if (selector === undefined) return undefined
  const credential = yield* ask('ERR_TLS_CALLBACK', 'the credential selector', () => selector(request))
  if (credential === undefined) return undefined
  const accepted = request.signatureSchemes
  const scheme = credential.signer.schemes.find(
    (row) => usableBy(request.role, row) && accepted.some((one) => one.id === row.id),
  )
  if (scheme !== undefined) return { credential, scheme }
  if (request.role === 'client') return undefined
  throw new TlsError('ERR_TLS_NO_SHARED_SIGNATURE_SCHEME', 'the peer accepts no signature scheme of our certificate', {
    expected: accepted.map((row) => row.name),
    received: credential.signer.schemes.map((row) => row.name),
  })
}

/** Whether TLS 1.3 lets this side sign its CertificateVerify with such a scheme. */
function usableBy(signer: 'client' | 'server', { handshake, clientOnly }: SignatureScheme): boolean {
  return handshake && (signer === 'client' || clientOnly === undefined)
}

/** Certificate and CertificateVerify. */
export function* sendCertificate(
  hs: Handshake,
  chosen: ChosenCredential,
  context: Uint8Array,
  asked: { readonly ocsp: boolean; readonly timestamps: boolean },
): Program<void> {
  const { credential, scheme } = chosen
  hs.send('certificate', {
    certificateRequestContext: context,
    certificateList: credential.certificates.map((certData, i) => ({
      certData,
      extensions: {
        status_request: i === 0 && asked.ocsp ? credential.ocspResponse : undefined,
        signed_certificate_timestamp: i === 0 && asked.timestamps ? credential.signedCertificateTimestamps : undefined,
      },
    })),
  })
  const content = signatureContent(hs.role, yield* hs.transcript.hash())
  const signature = yield* ask('ERR_TLS_SIGNER', 'the signer', () => credential.signer.sign(scheme, content))
  hs.send('certificate_verify', { algorithm: scheme.id, signature })
}

/** Our Finished under `base`; its verify_data. */
export function* sendFinished(hs: Handshake, suite: CipherSuite, base: Secret): Program<Uint8Array> {
  const verifyData = yield* finishedVerifyData(hs.crypto, suite, base, yield* hs.transcript.hash())
  hs.send('finished', { verifyData })
  return verifyData
}

/** Rows we know of a list of numbers, in its order. */
export function knownSchemes(ids: readonly number[] | undefined, known: readonly SignatureScheme[]): SignatureScheme[] {
  return (ids ?? []).flatMap((id) => known.find((row) => row.id === id) ?? [])
}

/** 64 spaces, who signs and what for, a zero, and the hash. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3 */
export function signatureContent(signer: 'client' | 'server', transcriptHash: Uint8Array): Uint8Array {
  return concat(ascii(`${' '.repeat(64)}TLS 1.3, ${signer} CertificateVerify\0`), transcriptHash)
}
