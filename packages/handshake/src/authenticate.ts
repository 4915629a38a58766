import type { CipherSuite, Secret, SignatureScheme } from '@typetls/crypto-provider'
import { TlsError, ascii, equalBytes } from '@typetls/wire'
import type { Credential, CredentialSelector, CredentialRequest, KeyUse } from './credential.ts'
import type { Handshake } from './handshake.ts'
import { required } from './hkdf-label.ts'
import type { HandshakeDetails } from './connected.ts'
import { finishedVerifyData } from './key-schedule.ts'
import type { Certificate, CertificateVerify, Finished } from './messages/authentication.ts'
import type { PeerChain, PeerVerdict, PeerVerifier } from './peer-verifier.ts'
import type { Program } from './program.ts'
import { ask, wait } from './program.ts'
import type { StoredPeer } from './session.ts'

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
    const peer = hs.role === 'client' ? 'server' : 'client'
    const { signatureSchemes, crypto } = hs.parameters
    const scheme = signatureSchemes.find((row) => row.id === proof.algorithm && usableBy(peer, row))
    if (scheme === undefined) {
      throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', `the ${peer} signed with a scheme we did not offer for this`, {
        expected: signatureSchemes.filter((row) => usableBy(peer, row)).map((row) => row.name),
        received: proof.algorithm,
      })
    }
    const verifier = hs.parameters.verifier as PeerVerifier
    const verdict = yield* ask('ERR_TLS_CALLBACK', 'the certificate verifier', () =>
      verifier.verify(chain, { peer, name, now: hs.parameters.now(), crypto, signatureSchemes }),
    )
    if (scheme.keyType !== undefined && verdict.publicKey.keyType !== scheme.keyType) {
      throw new TlsError('ERR_TLS_SIGNATURE_SCHEME', `the ${peer} signed with ${scheme.name}, which its key cannot`, {
        expected: scheme.keyType,
        received: verdict.publicKey.keyType,
      })
    }
    const algorithm = required(crypto, 'signature', scheme.algorithm)
    const content = signatureContent(peer, signed)
    if (!(yield* wait(algorithm.verify(verdict.publicKey, content, proof.signature)))) {
      throw new TlsError(
        'ERR_TLS_SIGNATURE',
        `the ${peer}'s CertificateVerify does not fit its certificate and the transcript`,
      )
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
    const from = hs.role === 'client' ? 'server' : 'client'
    const expected = yield* finishedVerifyData(hs.crypto, suite, base, transcriptHash)
    if (!equalBytes(expected, finished.verifyData)) {
      throw new TlsError('ERR_TLS_FINISHED_MISMATCH', `the ${from} Finished does not match our transcript`)
    }
    return new VerifiedFinished(from)
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
  const whose = hs.role === 'client' ? 'server' : 'client'
  const verdict = yield* ask('ERR_TLS_CALLBACK', 'the certificate verifier', () =>
    verifier.verify(chain, { peer: whose, name, now: hs.parameters.now(), crypto, signatureSchemes, keyUse }),
  )
  return { certificates, authorized: verdict.authorized }
}

/**
 * The chain of a Certificate message.
 *
 * @param asked extensions we asked for, by number
 * @returns `undefined` for an empty list
 */
export function chainOf(certificate: Certificate, asked: readonly number[]): PeerChain | undefined {
  certificate.certificateList.forEach((entry, i) => {
    for (const type of entry.extensions.order ?? []) {
      if (!asked.includes(type)) {
        throw new TlsError(
          'ERR_TLS_UNSUPPORTED_EXTENSION',
          `certificate ${i} carries extension ${type}, which we did not ask for`,
          {
            path: `Certificate.certificateList[${i}].extensions`,
            received: type,
          },
        )
      }
    }
  })
  const leaf = certificate.certificateList[0]
  if (leaf === undefined) return undefined
  return {
    certificates: certificate.certificateList.map((entry) => entry.certData),
    ocspResponse: leaf.extensions.status_request,
    signedCertificateTimestamps: leaf.extensions.signed_certificate_timestamp,
  }
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

/** Only if somebody wants them: an idle connection holds little. */
export function detailsOf(
  hs: Handshake,
  ownFinished: Uint8Array,
  peerFinished: Uint8Array,
  peerSignatureSchemes?: readonly number[],
): HandshakeDetails | undefined {
  if (!hs.parameters.keepDetails) return undefined
  const shared = knownSchemes(peerSignatureSchemes, hs.parameters.signingSchemes)
  return {
    ownFinished,
    // What came is a view of a larger buffer.
    peerFinished: Uint8Array.from(peerFinished),
    sharedSignatureSchemes: shared.map(({ name }) => name),
  }
}

/** Rows we know of a list of numbers, in its order. */
export function knownSchemes(ids: readonly number[] | undefined, known: readonly SignatureScheme[]): SignatureScheme[] {
  return (ids ?? []).flatMap((id) => known.find((row) => row.id === id) ?? [])
}

/** 64 spaces, who signs and what for, a zero, and the hash. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.3 */
export function signatureContent(signer: 'client' | 'server', transcriptHash: Uint8Array): Uint8Array {
  const context = contextStrings[signer]
  const content = new Uint8Array(64 + context.length + 1 + transcriptHash.length).fill(0x20, 0, 64)
  content.set(context, 64)
  content.set(transcriptHash, 64 + context.length + 1)
  return content
}

const contextStrings = {
  client: /* @__PURE__ */ ascii('TLS 1.3, client CertificateVerify'),
  server: /* @__PURE__ */ ascii('TLS 1.3, server CertificateVerify'),
}
