import type { Secret } from '@typetls/crypto-provider'
import { Secret as SecretBytes } from '@typetls/crypto-provider'
import { Reader, TlsError, concat } from '@typetls/wire'
import { VerifiedFinished, knownSchemes, verifyAgain } from '../authenticate.ts'
import type { AuthenticatedBy } from '../connected.ts'
import { storedPeer } from '../connected.ts'
import type { Handshake } from '../handshake.ts'
import { CertificateVerify } from '../messages/authentication.ts'
import type { SentHello } from '../older-version.ts'
import type { ClientParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import type { SessionState } from '../session.ts'
import type { TrustedChain } from './authenticate.ts'
import {
  VerifiedPeer,
  authenticationOf,
  authenticationOfScheme,
  chooseCredential,
  curveOf,
  signed,
  trustChain,
} from './authenticate.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'
import type { Tls12Connected } from './connected.ts'
import { KeyChange, masterOf, sendFinished12 } from './key-change.ts'
import { receive12, send12 } from './messenger.ts'
import { verifyData } from './prf.ts'
import type { CertificateRequest, ServerHello, Tls12Message } from './messages.ts'
import type { Tls12ClientParameters } from './parameters.ts'
import type { Earlier } from './renegotiation.ts'
import { checkSameCertificates } from './renegotiation.ts'

/** From the ServerHello to the end. */
export class ClientFlight {
  readonly #hs: Handshake
  readonly #parameters: ClientParameters
  readonly #tls12: Tls12ClientParameters
  readonly #hello: ServerHello
  readonly #suite: Tls12CipherSuite
  readonly #owned: Set<{ dispose(): void }>
  readonly #randoms: { readonly client: Uint8Array; readonly server: Uint8Array }
  readonly #sent: SentHello
  readonly #earlier: Earlier | undefined

  constructor(
    hs: Handshake,
    parameters: ClientParameters,
    tls12: Tls12ClientParameters,
    sent: SentHello,
    hello: ServerHello,
    suite: Tls12CipherSuite,
    owned: Set<{ dispose(): void }>,
    earlier: Earlier | undefined,
  ) {
    this.#earlier = earlier
    this.#hs = hs
    this.#parameters = parameters
    this.#tls12 = tls12
    this.#sent = sent
    this.#hello = hello
    this.#suite = suite
    this.#owned = owned
    this.#randoms = { client: sent.random, server: hello.random }
  }

  /** https://www.rfc-editor.org/rfc/rfc5246#section-7.3 Figure 1 */
  *full(): Program<Tls12Connected> {
    const hs = this.#hs
    const suite = this.#suite
    const trusted = suite.authentication === undefined ? undefined : yield* this.#serverCertificate()
    if (trusted === undefined) checkSameCertificates(this.#earlier, [])
    const { params, peer } = yield* this.#serverKeyExchange(trusted)
    // "The Certificate and CertificateRequest payloads are omitted from the response" with a PSK.
    const next = trusted === undefined ? done : requestOrDone
    let message = this.#pendingDone ?? (yield* receive12(hs, ...next))
    let request: CertificateRequest | undefined
    if (message.type === 'certificate_request') {
      request = message.body
      message = yield* receive12(hs, 'server_hello_done')
    }
    hs.endOfFlight()

    const own = request === undefined ? undefined : yield* this.#answerRequest(request)
    const keys = yield* suite.keyExchange.answer(hs, params, trusted?.verdict.publicKey)
    const { premaster, group, pskIdentity } = keys
    this.#owned.add(premaster)
    if (group !== undefined) hs.decided('group', group)
    send12(hs, 'client_key_exchange', keys.message)
    const extended = this.#hello.extensions.extended_main_secret !== undefined
    const main = yield* masterOf(hs, suite, premaster, this.#randoms, extended)
    this.#owned.add(main)
    if (own !== undefined) {
      hs.decided('client_signature_scheme', own.scheme.name)
      send12(hs, 'certificate_verify', yield* signed(own.credential, own.scheme, hs.transcript.bytes()))
    }
    const change = yield* this.#keyChange(main)
    change.send()
    const tlsUnique = yield* sendFinished12(hs, suite, main)
    const ticket = this.#hello.extensions.session_ticket === undefined ? undefined : yield* this.#ticket()
    const finished = yield* this.#serverFinished(main, change)
    const verified = peer ?? (trusted && VerifiedPeer.byDecryption(trusted, finished))
    const authenticated: AuthenticatedBy =
      verified === undefined ? { by: 'external_psk' } : { by: 'certificate', peer: verified }
    const session = this.#session(main, ticket, this.#hello.sessionId, { peer: storedPeer(authenticated), pskIdentity })
    return this.#connected(
      main,
      finished,
      {
        group,
        peer: authenticated,
        externalPskIdentity: pskIdentity,
        session,
        tlsUnique,
        extendedMainSecret: extended,
        ownSignatureScheme: own?.scheme.name,
        ownCertificates: own?.credential.certificates,
        resumed: false,
      },
      tlsUnique,
    )
  }

  /** Figure 2. */
  *resumed(session: SessionState): Program<Tls12Connected> {
    const hs = this.#hs
    const main = SecretBytes.copyOf(session.psk.reveal())
    this.#owned.add(main)
    hs.logSecrets({ CLIENT_RANDOM: main })
    const change = yield* this.#keyChange(main)
    const ticket = this.#hello.extensions.session_ticket === undefined ? undefined : yield* this.#ticket()
    const finished = yield* this.#serverFinished(main, change)
    const { verifyOnResumption, verifyName } = this.#parameters
    const { externalPskIdentity: pskIdentity } = session
    const peer = verifyOnResumption
      ? yield* verifyAgain(hs, session.peer, verifyName, this.#suite.keyExchange.keyUse)
      : session.peer
    change.send()
    const own = yield* sendFinished12(hs, this.#suite, main)
    const renewed =
      ticket === undefined || ticket.ticket.length === 0
        ? undefined
        : this.#session(main, ticket, none, { peer, pskIdentity }, session.receivedAt, session.lifetime)
    return this.#connected(
      main,
      finished,
      {
        group: undefined,
        peer: { by: 'resumption', peer },
        externalPskIdentity: pskIdentity,
        session: renewed,
        tlsUnique: finished.verifyData,
        extendedMainSecret: session.extendedMainSecret,
        ownSignatureScheme: undefined,
        ownCertificates: undefined,
        resumed: true,
      },
      own,
    )
  }

  /** Certificate and, if it was promised, CertificateStatus. */
  *#serverCertificate(): Program<TrustedChain> {
    const hs = this.#hs
    const { body } = yield* receive12(hs, 'certificate')
    const [leaf] = body.certificateList
    if (leaf === undefined) throw new TlsError('ERR_TLS_CERTIFICATE_EMPTY', 'the server sent no certificate')
    checkSameCertificates(this.#earlier, body.certificateList)
    let ocspResponse: Uint8Array | undefined
    // "a server … may choose not to send a "CertificateStatus" message, even if it … sent a "status_request" extension"
    if (this.#hello.extensions.status_request !== undefined) ocspResponse = yield* this.#status()
    const chain = {
      certificates: body.certificateList,
      ocspResponse,
      signedCertificateTimestamps: this.#hello.extensions.signed_certificate_timestamp,
    }
    const trusted = yield* trustChain(hs, chain, this.#parameters.verifyName, this.#suite.keyExchange.keyUse)
    const { keyType } = trusted.verdict.publicKey
    if (authenticationOf(keyType) !== this.#suite.authentication) {
      throw new TlsError(
        'ERR_TLS_CERTIFICATE_TYPE',
        `a certificate for ${keyType} does not go with ${this.#suite.name}`,
        {
          expected: this.#suite.authentication,
          received: keyType,
        },
      )
    }
    // "the public key in the server's certificate MUST respect the client's choice of elliptic curves"
    const curve = curveOf(keyType)
    const { groups } = this.#parameters
    if (curve !== undefined && !groups.some((row) => row.name === curve)) {
      throw new TlsError('ERR_TLS_CERTIFICATE_TYPE', `a certificate for ${curve}, which we do not list`, {
        expected: groups.map((row) => row.name),
        received: curve,
      })
    }
    return trusted
  }

  // What came instead of a message that may be left out.
  #pendingKeyExchange: Tls12Message<'server_key_exchange'> | undefined
  #pendingDone: Tls12Message<'certificate_request' | 'server_hello_done'> | undefined;

  *#status(): Program<Uint8Array | undefined> {
    if (this.#suite.keyExchange.serverKeyExchange === 'never') {
      const message = yield* receive12(this.#hs, 'certificate_status', 'certificate_request', 'server_hello_done')
      if (message.type === 'certificate_status') return message.body
      this.#pendingDone = message
      return undefined
    }
    const message = yield* receive12(this.#hs, 'certificate_status', 'server_key_exchange')
    if (message.type === 'certificate_status') return message.body
    this.#pendingKeyExchange = message
    return undefined
  }

  *#serverKeyExchange(trusted: TrustedChain | undefined): Program<{ params: unknown; peer: VerifiedPeer | undefined }> {
    const { keyExchange } = this.#suite
    const without = { params: undefined, peer: undefined }
    if (keyExchange.serverKeyExchange === 'never') return without
    const hs = this.#hs
    const wanted = keyExchange.serverKeyExchange === 'optional' ? keyExchangeOrDone : keyExchangeAlone
    const message = this.#pendingKeyExchange ?? (yield* receive12(hs, ...wanted))
    if (message.type === 'server_hello_done') {
      this.#pendingDone = message
      return without
    }
    const { body } = message
    const reader = new Reader(body, 'ServerKeyExchange')
    const params = keyExchange.readParams(reader)
    const content = body.subarray(0, reader.offset)
    if (trusted === undefined) {
      reader.finish()
      return { params, peer: undefined }
    }
    const proof = CertificateVerify.decode(reader)
    reader.finish()
    const { client, server } = this.#randoms
    const peer = yield* VerifiedPeer.bySignature(hs, trusted, proof, concat(client, server, content))
    if (peer.scheme !== undefined) hs.decided('signature_scheme', peer.scheme.name)
    return { params, peer }
  }

  /** Certificate, perhaps an empty one. */
  *#answerRequest(request: CertificateRequest): ReturnType<typeof chooseCredential> {
    const hs = this.#hs
    const types = request.certificateTypes.map((type) => certificateTypes[type])
    const schemes = knownSchemes(request.supportedSignatureAlgorithms, hs.parameters.signingSchemes)
    const chosen = yield* chooseCredential(hs.parameters.credentials, {
      role: 'client',
      version: 'TLSv1.2',
      serverName: undefined,
      applicationProtocol: undefined,
      signatureSchemes: schemes.filter((row) => !row.tls13Only && types.includes(authenticationOfScheme(row))),
      certificateTypes: request.certificateTypes,
      certificateAuthorities: request.certificateAuthorities,
      clientHello: undefined,
    })
    send12(hs, 'certificate', { certificateList: chosen?.credential.certificates ?? [] })
    return chosen
  }

  *#keyChange(main: Secret): Program<KeyChange> {
    const encryptThenMac = this.#hello.extensions.encrypt_then_mac !== undefined
    const change = yield* KeyChange.of(this.#hs, this.#tls12, this.#suite, main, this.#randoms, encryptThenMac)
    this.#owned.add(change)
    return change
  }

  *#ticket(): Program<{ readonly ticketLifetimeHint: number; readonly ticket: Uint8Array }> {
    return (yield* receive12(this.#hs, 'new_session_ticket')).body
  }

  *#serverFinished(main: Secret, change: KeyChange): Program<VerifiedFinished> {
    const hs = this.#hs
    const before = yield* hs.transcript.hash()
    yield* change.receive()
    const { body } = yield* receive12(hs, 'finished')
    const finished = yield* VerifiedFinished.verify(
      hs,
      verifyData(hs.crypto, this.#suite.hash, main, hs.peer, before),
      body,
    )
    hs.endOfFlight()
    return finished
  }

  /** What resumes this: a ticket, or the id of the server. */
  #session(
    main: Secret,
    ticket: { readonly ticketLifetimeHint: number; readonly ticket: Uint8Array } | undefined,
    sessionId: Uint8Array,
    { peer, pskIdentity }: { peer: SessionState['peer']; pskIdentity: Uint8Array | undefined },
    receivedAt: number = this.#parameters.now(),
    lifetime: number = sevenDays,
  ): Tls12Connected['session'] {
    const bytes = ticket?.ticket ?? none
    if (bytes.length === 0 && sessionId.length === 0) return undefined
    const hint = ticket?.ticketLifetimeHint ?? 0
    return this.#parameters.sessionOf?.({
      version: 0x0303,
      cipherSuite: this.#suite.id,
      psk: SecretBytes.copyOf(main.reveal()),
      ticket: bytes,
      sessionId: bytes.length > 0 ? none : sessionId,
      extendedMainSecret: this.#hello.extensions.extended_main_secret !== undefined,
      ageAdd: 0,
      lifetime: hint === 0 ? lifetime : Math.min(hint, lifetime),
      receivedAt,
      maxEarlyData: 0,
      serverName: this.#parameters.serverName,
      verifiedName: this.#parameters.verifyName,
      resumableAcrossNames: false,
      applicationProtocol: this.#hello.extensions.application_layer_protocol_negotiation,
      externalPskIdentity: pskIdentity,
      peer,
    })
  }

  /** @param ownFinished verify_data of our Finished */
  #connected(
    main: Secret,
    finished: VerifiedFinished,
    end: Pick<
      Tls12Connected,
      | 'group'
      | 'peer'
      | 'externalPskIdentity'
      | 'session'
      | 'tlsUnique'
      | 'extendedMainSecret'
      | 'ownSignatureScheme'
      | 'ownCertificates'
      | 'resumed'
    >,
    ownFinished: Uint8Array,
  ): Tls12Connected {
    this.#owned.delete(main)
    const { serverName, details } = this.#parameters
    const { extensions } = this.#hello
    const { verifyData } = finished
    return {
      version: 'TLSv1.2',
      suite: this.#suite,
      serverName,
      applicationProtocol: extensions.application_layer_protocol_negotiation,
      helloRetryRequest: false,
      details: details?.(this.#hs, ownFinished, verifyData),
      mainSecret: main,
      randoms: this.#randoms,
      encryptThenMac: extensions.encrypt_then_mac !== undefined,
      secureRenegotiation: extensions.renegotiation_info !== undefined,
      verifyData: { client: ownFinished, server: verifyData },
      finished,
      ...end,
    }
  }
}

/** ClientCertificateType https://www.rfc-editor.org/rfc/rfc5246#section-7.4.4 and RFC 8422 section 5.5 */
const certificateTypes: Readonly<Record<number, 'rsa' | 'ecdsa'>> = { 1: 'rsa', 64: 'ecdsa' }

const done = ['server_hello_done'] as const
const requestOrDone = ['certificate_request', 'server_hello_done'] as const
const keyExchangeAlone = ['server_key_exchange'] as const
const keyExchangeOrDone = ['server_key_exchange', 'server_hello_done'] as const

/** Seconds: without a hint, and at most. */
const sevenDays = 604800

const none = /* @__PURE__ */ new Uint8Array(0)
