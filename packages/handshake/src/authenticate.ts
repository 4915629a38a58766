import type { CipherSuite, Secret, SignatureScheme } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import { TlsError, ascii, concat, equalBytes } from '@typetls/wire'
import type { Credential, CredentialSelector, CredentialRequest, KeyUse } from './credential.ts'
import type { Handshake } from './handshake.ts'
import { finishedVerifyData } from './key-schedule.ts'
import type { Certificate, CertificateVerify, Finished } from './messages/authentication.ts'
import type { PeerChain, PeerVerdict } from './peer-verifier.ts'
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
    const usable = hs.parameters.signatureSchemes.filter((row) => usableBy(hs.peer, row))
    const scheme = offeredScheme(usable, proof)
    const verdict = yield* askVerifier(hs, chain, name)
    const fitsKey = scheme.keyType === undefined || scheme.keyType === verdict.publicKey.keyType
    yield* checkSignature(hs, verdict, scheme, fitsKey, signatureContent(hs.peer, signed), proof)
    return new VerifiedPeer(chain, verdict, scheme)
  }
}

/** @throws TlsError `ERR_TLS_SIGNATURE_SCHEME` (illegal_parameter) when it is none of those we offered for this */
export function offeredScheme(offered: readonly SignatureScheme[], { algorithm }: CertificateVerify): SignatureScheme {
  const scheme = offered.find((row) => row.id === algorithm)
  if (scheme === undefined) {
    throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', undefined, {
      path: 'CertificateVerify.algorithm',
      expected: offered.map((row) => row.name),
      received: algorithm,
    })
  }
  return scheme
}

/** Whether the peer signed `content` with the key of its certificate. */
export function* checkSignature(
  hs: Handshake,
  { publicKey }: PeerVerdict,
  scheme: SignatureScheme,
  fitsKey: boolean,
  content: Uint8Array,
  { signature }: CertificateVerify,
): Program<void> {
  if (!fitsKey) {
    throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', `the ${hs.peer}'s key cannot sign with ${scheme.name}`, {
      expected: scheme.keyType,
      received: publicKey.keyType,
    })
  }
  const algorithm = required(hs.crypto, 'signature', scheme.algorithm)
  if (!(yield* wait(algorithm.verify(publicKey, content, signature)))) {
    throw new TlsError('ERR_TLS_SIGNATURE', `the ${hs.peer}'s signature does not fit its certificate and the handshake`)
  }
}

/** What the verifier says of the peer's chain. */
export function* askVerifier(
  hs: Handshake,
  chain: PeerChain,
  name: string | undefined,
  keyUse?: KeyUse,
): Program<PeerVerdict> {
  const { verifier, signatureSchemes, crypto, now } = hs.parameters
  if (verifier === undefined) {
    throw new TlsError('ERR_TLS_CERTIFICATE_REFUSED', `there is no verifier for the certificate of the ${hs.peer}`)
  }
  return yield* ask('ERR_TLS_CALLBACK', 'the certificate verifier', () =>
    verifier.verify(chain, { peer: hs.peer, name, now: now(), crypto, signatureSchemes, keyUse }),
  )
}

/** Proof that the peer's Finished fits our transcript. Only `VerifiedFinished.verify` makes one. */
export class VerifiedFinished {
  readonly from: 'client' | 'server'
  readonly verifyData: Uint8Array

  private constructor(from: 'client' | 'server', verifyData: Uint8Array) {
    this.from = from
    this.verifyData = verifyData
  }

  /** @param expected of the peer's secret and everything before this Finished */
  static *verify(hs: Handshake, expected: Program<Uint8Array>, { verifyData }: Finished): Program<VerifiedFinished> {
    if (!equalBytes(yield* expected, verifyData)) throw new TlsError('ERR_TLS_FINISHED_MISMATCH')
    return new VerifiedFinished(hs.peer, verifyData)
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
  if (peer === undefined || hs.parameters.verifier === undefined) return peer
  const { certificates } = peer
  const chain = { certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined }
  const verdict = yield* askVerifier(hs, chain, name, keyUse)
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
