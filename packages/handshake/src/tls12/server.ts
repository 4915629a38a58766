import type { Secret } from '@typetls/crypto-provider'
import { Secret as SecretBytes } from '@typetls/crypto-provider'
import { TlsError, concat, encode } from '@typetls/wire'
import { VerifiedFinished, verifyAgain } from '../authenticate.ts'
import type { AuthenticatedBy } from '../connected.ts'
import { TLS_FALLBACK_SCSV } from '../downgrade.ts'
import type { Handshake } from '../handshake.ts'
import { CertificateVerify } from '../messages/authentication.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import type { OlderServer } from '../older-version.ts'
import type { ServerParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import { ask } from '../program.ts'
import { checkRecordSizeLimit } from '../record-size-limit.ts'
import { chooseApplicationProtocol, commonSuites } from '../server-negotiation.ts'
import { receiveClientHello, sealed, storedClient } from '../server.ts'
import type { TicketState } from '../ticket-state.ts'
import { encodeTicketState } from '../ticket-state.ts'
import type { TrustedChain } from './authenticate.ts'
import { VerifiedPeer, signed, trustChain } from './authenticate.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'
import type { Tls12Connected } from './connected.ts'
import type { OlderExtensions } from './extensions.ts'
import { fragmentLengths, readOlderExtensions, uncompressed } from './extensions.ts'
import { KeyChange, masterOf, sendFinished12 } from './key-change.ts'
import { receive12, send12 } from './messenger.ts'
import { verifyData } from './prf.ts'
import type { ServerHelloExtensions } from './messages.ts'
import { tls12Messages } from './messages.ts'
import type { Tls12ServerParameters } from './parameters.ts'
import type { EndOfHandshake } from './renegotiation.ts'
import type { Choice } from './server-choice.ts'
import { chooseSuite } from './server-choice.ts'
import {
  renegotiationInfo,
  checkHelloOfRenegotiation,
  checkSameClient,
  checkSamePskIdentity,
} from './server-renegotiation.ts'
import { findSession } from './server-session.ts'

/** TLS 1.2 as a server accepts it beside TLS 1.3. */
export function olderServer(tls12: Tls12ServerParameters): OlderServer {
  return {
    accepts: acceptsTls12,
    goOn: (hs, parameters, message) => answerClientHello(hs, parameters, tls12, message, { hasNewer: true }),
  }
}

/** A server that accepts TLS 1.2 alone. https://www.rfc-editor.org/rfc/rfc5246#section-7.3 */
export function* tls12ServerHandshake(
  hs: Handshake,
  parameters: ServerParameters,
  tls12: Tls12ServerParameters,
): Program<Tls12Connected> {
  const message = yield* receiveClientHello(hs, parameters)
  if (!acceptsTls12(message.body)) {
    throw new TlsError('ERR_TLS_VERSION', 'the client does not offer TLS 1.2', {
      expected: [0x0303],
      received: message.body.extensions.supported_versions ?? [message.body.legacyVersion],
    })
  }
  return yield* answerClientHello(hs, parameters, tls12, message, { hasNewer: false })
}

/** Another handshake of the same connection, from its ClientHello on. It must say that it goes on from `earlier`. */
export function* tls12ServerRenegotiation(
  hs: Handshake,
  tls12: Tls12ServerParameters,
  message: HandshakeMessage<'client_hello'>,
  earlier: EndOfHandshake,
): Program<Tls12Connected> {
  hs.transcript.add(message.raw)
  if (!acceptsTls12(message.body)) {
    throw new TlsError('ERR_TLS_RENEGOTIATION_VERSION', 'the renegotiation changes the version', {
      expected: [0x0303],
      received: message.body.extensions.supported_versions ?? [message.body.legacyVersion],
    })
  }
  return yield* answerClientHello(hs, hs.parameters as ServerParameters, tls12, message, { hasNewer: false, earlier })
}

/** With supported_versions, it alone decides. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.1 */
function acceptsTls12({ legacyVersion, extensions }: ClientHello): boolean {
  return legacyVersion > 0x0300 && (extensions.supported_versions?.includes(0x0303) ?? legacyVersion >= 0x0303)
}

function* answerClientHello(
  hs: Handshake,
  parameters: ServerParameters,
  tls12: Tls12ServerParameters,
  message: HandshakeMessage<'client_hello'>,
  context: FlightContext,
): Program<Tls12Connected> {
  hs.messages = tls12Messages
  hs.version = 0x0303
  const owned = new Set<{ dispose(): void }>()
  try {
    const hello = message.body
    checkClientHello(hello, context.hasNewer)
    const older = readOlderExtensions(hello)
    checkOlder(older, tls12)
    checkHelloOfRenegotiation(context.earlier, hello, older)
    // The client must wait for our ServerHello.
    hs.endOfFlight()
    hs.decided('version', 'TLSv1.2')
    return yield* new ServerFlight(hs, parameters, tls12, hello, older, context, owned).run()
  } finally {
    for (const secret of owned) secret.dispose()
  }
}

/** When a ClientHello came. */
interface FlightContext {
  /** Whether we speak TLS 1.3 as well. */
  readonly hasNewer: boolean
  /** The handshake before it, in a renegotiation. */
  readonly earlier?: EndOfHandshake
}

function checkClientHello(hello: ClientHello, hasNewer: boolean): void {
  if (hasNewer && hello.cipherSuites.includes(TLS_FALLBACK_SCSV)) {
    throw new TlsError('ERR_TLS_FALLBACK', 'the client falls back to TLS 1.2, though we have TLS 1.3')
  }
  if (!hello.legacyCompressionMethods.includes(0)) {
    throw new TlsError('ERR_TLS_COMPRESSION', 'the client does not offer the null compression', {
      path: 'ClientHello.legacyCompressionMethods',
      expected: [0],
      received: hello.legacyCompressionMethods,
    })
  }
  if (hello.extensions.record_size_limit !== undefined) checkRecordSizeLimit(hello.extensions.record_size_limit)
}

function checkOlder(older: OlderExtensions, tls12: Tls12ServerParameters): void {
  if (tls12.requireExtendedMainSecret && !older.extendedMainSecret) {
    throw new TlsError('ERR_TLS_EXTENDED_MAIN_SECRET', 'the client has no extended_main_secret')
  }
}

/** What one handshake is about, from the ClientHello to the end. */
class ServerFlight {
  readonly #hs: Handshake
  readonly #parameters: ServerParameters
  readonly #tls12: Tls12ServerParameters
  readonly #hello: ClientHello
  readonly #older: OlderExtensions
  readonly #earlier: EndOfHandshake | undefined
  readonly #owned: Set<{ dispose(): void }>
  readonly #randoms: { readonly client: Uint8Array; readonly server: Uint8Array }

  constructor(
    hs: Handshake,
    parameters: ServerParameters,
    tls12: Tls12ServerParameters,
    hello: ClientHello,
    older: OlderExtensions,
    { hasNewer, earlier }: FlightContext,
    owned: Set<{ dispose(): void }>,
  ) {
    this.#hs = hs
    this.#parameters = parameters
    this.#tls12 = tls12
    this.#hello = hello
    this.#older = older
    this.#earlier = earlier
    this.#owned = owned
    const server = parameters.crypto.random(32)
    if (hasNewer) server.set(downgradeSentinel, 24)
    this.#randoms = { client: hello.random, server }
  }

  *run(): Program<Tls12Connected> {
    const hello = this.#hello
    const earlier = this.#earlier
    if (earlier !== undefined) {
      // ALPN has no part in it: what was chosen stays. And nothing is resumed.
      const suites = commonSuites(this.#usableSuites(), hello, this.#parameters)
      return yield* this.#full(suites, earlier.applicationProtocol)
    }
    const protocol = chooseApplicationProtocol(this.#parameters, hello)
    if (protocol !== undefined) this.#hs.decided('alpn', protocol)
    const suites = commonSuites(this.#usableSuites(), hello, this.#parameters)
    const session = yield* findSession(this.#hs, this.#parameters, this.#tls12, hello, this.#older, suites)
    if (session !== undefined) {
      this.#owned.add(session.state.psk)
      return yield* this.#resumed(session.state, session.suite, session.byTicket, protocol)
    }
    return yield* this.#full(suites, protocol)
  }

  /** https://www.rfc-editor.org/rfc/rfc5246#section-7.3 Figure 1 */
  *#full(suites: readonly Tls12CipherSuite[], protocol: string | undefined): Program<Tls12Connected> {
    const hs = this.#hs
    const parameters = this.#parameters
    const hello = this.#hello
    const choice = yield* chooseSuite(hs, parameters, hello, protocol, suites, this.#tls12.forwardSecrecyFirst)
    const { suite, credential } = choice
    hs.transcript.useHash(suite.hash)
    hs.decided('cipher_suite', suite.name)
    const { ocspResponse, signedCertificateTimestamps } = credential ?? {}
    const staple = hello.extensions.status_request === undefined ? undefined : ocspResponse
    const sessionId = this.#tls12.sessions === undefined || this.#wantsTicket() ? none : parameters.crypto.random(32)
    this.#serverHello(suite, sessionId, protocol, {
      session_ticket: this.#wantsTicket() ? {} : undefined,
      status_request: staple === undefined ? undefined : {},
      signed_certificate_timestamp:
        hello.extensions.signed_certificate_timestamp === undefined ? undefined : signedCertificateTimestamps,
      server_name: hello.extensions.server_name !== undefined && parameters.acknowledgeServerName ? {} : undefined,
    })
    if (credential !== undefined) {
      send12(hs, 'certificate', { certificateList: credential.certificates })
      if (staple !== undefined) send12(hs, 'certificate_status', staple)
    }
    const keys = yield* suite.keyExchange.start(hs, hello, credential, this.#tls12)
    this.#owned.add(keys)
    if (keys.group !== undefined) hs.decided('group', keys.group)
    if (keys.params !== undefined) yield* this.#serverKeyExchange(keys.params, choice)
    const asks = parameters.clientAuthentication !== 'none' && credential !== undefined
    if (asks) {
      send12(hs, 'certificate_request', {
        certificateTypes: [64, 1],
        supportedSignatureAlgorithms: parameters.signatureSchemes.map((row) => row.id),
        certificateAuthorities: parameters.certificateAuthorities,
      })
    }
    // With a PSK nobody is asked.
    else if (parameters.clientAuthentication !== 'none') checkSameClient(this.#earlier, [])
    send12(hs, 'server_hello_done', {})

    const trusted = asks ? yield* this.#clientCertificate() : undefined
    const { premaster, pskIdentity } = yield* keys.finish((yield* receive12(hs, 'client_key_exchange')).body)
    this.#owned.add(premaster)
    checkSamePskIdentity(this.#earlier, pskIdentity)
    const main = yield* masterOf(hs, suite, premaster, this.#randoms, this.#older.extendedMainSecret)
    this.#owned.add(main)
    let authenticated: AuthenticatedBy = { by: pskIdentity === undefined ? 'nothing' : 'external_psk' }
    if (trusted !== undefined) {
      const content = hs.transcript.bytes()
      const proof = yield* receive12(hs, 'certificate_verify')
      const peer = yield* VerifiedPeer.bySignature(hs, trusted, proof.body, content)
      hs.decided('client_signature_scheme', peer.scheme?.name ?? '')
      authenticated = { by: 'certificate', peer }
    }
    const change = yield* this.#keyChange(suite, main)
    const finished = yield* this.#clientFinished(suite, main, change)
    // It holds the main secret: not made for nobody.
    const state = (): Uint8Array => this.#state(suite, main, protocol, storedClient(authenticated), pskIdentity)
    if (this.#wantsTicket()) yield* this.#sendTicket(state())
    else if (sessionId.length > 0) yield* this.#keepSession(sessionId, state())
    change.send()
    const own = yield* sendFinished12(hs, suite, main)
    return this.#connected({
      own,
      suite,
      main,
      group: keys.group,
      protocol,
      authenticated,
      pskIdentity,
      finished,
      tlsUnique: finished.verifyData,
      ownSignatureScheme: choice.scheme?.name,
      ownCertificates: credential?.certificates,
      resumed: false,
    })
  }

  /** Figure 2. */
  *#resumed(
    session: TicketState,
    suite: Tls12CipherSuite,
    byTicket: boolean,
    protocol: string | undefined,
  ): Program<Tls12Connected> {
    const hs = this.#hs
    hs.transcript.useHash(suite.hash)
    hs.decided('cipher_suite', suite.name)
    hs.decided('resumption', byTicket ? 'ticket' : 'session id')
    const { verifyOnResumption, clientAuthentication } = this.#parameters
    const again = verifyOnResumption && clientAuthentication !== 'none'
    const peer = again ? yield* verifyAgain(hs, session.peer, undefined) : session.peer
    this.#serverHello(suite, this.#hello.legacySessionId, protocol, {})
    const main = SecretBytes.copyOf(session.psk.reveal())
    this.#owned.add(main)
    hs.logSecrets({ CLIENT_RANDOM: main })
    const change = yield* this.#keyChange(suite, main)
    change.send()
    const tlsUnique = yield* sendFinished12(hs, suite, main)
    const finished = yield* this.#clientFinished(suite, main, change)
    return this.#connected({
      suite,
      main,
      group: undefined,
      protocol,
      authenticated: { by: 'resumption', peer },
      pskIdentity: session.externalPskIdentity,
      finished,
      own: tlsUnique,
      tlsUnique,
      ownSignatureScheme: undefined,
      ownCertificates: undefined,
      resumed: true,
    })
  }

  #usableSuites(): readonly (readonly Tls12CipherSuite[])[] {
    const usable = ({ keyExchange }: Tls12CipherSuite): boolean => keyExchange.configuredIn?.(this.#parameters) ?? true
    return this.#tls12.equalSuites.map((group) => group.filter(usable))
  }

  #serverHello(
    suite: Tls12CipherSuite,
    sessionId: Uint8Array,
    protocol: string | undefined,
    more: ServerHelloExtensions,
  ): void {
    const hs = this.#hs
    const older = this.#older
    const { record_size_limit: theirLimit } = this.#hello.extensions
    const limit = theirLimit === undefined ? undefined : (this.#parameters.recordSizeLimit ?? 16385) - 1
    const fragment = theirLimit === undefined ? older.maxFragmentLength : undefined
    send12(hs, 'server_hello', {
      serverVersion: 0x0303,
      random: this.#randoms.server,
      sessionId,
      cipherSuite: suite.id,
      compressionMethod: 0,
      extensions: {
        renegotiation_info: older.renegotiationInfo && renegotiationInfo(this.#earlier),
        extended_main_secret: older.extendedMainSecret ? {} : undefined,
        encrypt_then_mac: this.#encryptThenMac(suite) ? {} : undefined,
        // "if a server … selects an ECC cipher suite in response to a ClientHello message containing" it
        ec_point_formats:
          older.pointFormats !== undefined && suite.keyExchange.name.includes('EC') ? [uncompressed] : undefined,
        application_layer_protocol_negotiation: this.#earlier === undefined ? protocol : undefined,
        max_fragment_length: fragment,
        record_size_limit: limit,
        ...more,
      },
    })
    if (fragment !== undefined) {
      const length = fragmentLengths[fragment] as number
      hs.carrier.peerRecordSizeLimit(length + 1)
      hs.carrier.ownRecordSizeLimit(length + 1)
    }
    if (theirLimit !== undefined && limit !== undefined) {
      // The carrier counts the type byte of TLS 1.3.
      hs.carrier.peerRecordSizeLimit(theirLimit + 1)
      hs.carrier.ownRecordSizeLimit(limit + 1)
    }
  }

  *#serverKeyExchange(params: Uint8Array, { credential, scheme }: Choice): Program<void> {
    const hs = this.#hs
    if (credential === undefined || scheme === undefined) return send12(hs, 'server_key_exchange', params)
    hs.decided('signature_scheme', scheme.name)
    const { client, server } = this.#randoms
    const proof = yield* signed(credential, scheme, concat(client, server, params))
    send12(hs, 'server_key_exchange', concat(params, encode(CertificateVerify, proof)))
  }

  *#clientCertificate(): Program<TrustedChain | undefined> {
    const { body } = yield* receive12(this.#hs, 'certificate')
    checkSameClient(this.#earlier, body.certificateList)
    return yield* maybeTrusted(this.#hs, body.certificateList, this.#parameters.clientAuthentication === 'require')
  }

  *#keyChange(suite: Tls12CipherSuite, main: Secret): Program<KeyChange> {
    const change = yield* KeyChange.of(this.#hs, this.#tls12, suite, main, this.#randoms, this.#encryptThenMac(suite))
    this.#owned.add(change)
    return change
  }

  *#clientFinished(suite: Tls12CipherSuite, main: Secret, change: KeyChange): Program<VerifiedFinished> {
    const hs = this.#hs
    const before = yield* hs.transcript.hash()
    yield* change.receive()
    const { body } = yield* receive12(hs, 'finished')
    const finished = yield* VerifiedFinished.verify(hs, verifyData(hs.crypto, suite.hash, main, hs.peer, before), body)
    hs.endOfFlight()
    return finished
  }

  #encryptThenMac(suite: Tls12CipherSuite): boolean {
    return this.#tls12.encryptThenMac && this.#older.encryptThenMac && suite.cipher.blockCipher
  }

  #wantsTicket(): boolean {
    return this.#parameters.tickets !== undefined && this.#older.sessionTicket !== undefined
  }

  #state(
    suite: Tls12CipherSuite,
    main: Secret,
    protocol: string | undefined,
    peer: TicketState['peer'],
    externalPskIdentity: Uint8Array | undefined,
  ): Uint8Array {
    return encodeTicketState({
      cipherSuite: suite.id,
      extendedMainSecret: this.#older.extendedMainSecret,
      psk: main,
      ageAdd: 0,
      issuedAt: this.#parameters.now(),
      lifetime: this.#parameters.ticketLifetime,
      serverName: this.#hello.extensions.server_name,
      applicationProtocol: protocol,
      externalPskIdentity,
      peer,
    })
  }

  *#sendTicket(state: Uint8Array): Program<void> {
    const { tickets, ticketLifetime } = this.#parameters
    if (tickets === undefined) return
    const ticket = yield* sealed(tickets, state)
    send12(this.#hs, 'new_session_ticket', { ticketLifetimeHint: ticketLifetime, ticket })
  }

  *#keepSession(id: Uint8Array, state: Uint8Array): Program<void> {
    const { sessions } = this.#tls12
    if (sessions === undefined) return
    yield* ask('ERR_TLS_CALLBACK', 'the session store', () => sessions.put(id, state, this.#parameters.ticketLifetime))
  }

  #connected(end: {
    readonly suite: Tls12CipherSuite
    readonly main: Secret
    readonly group: string | undefined
    readonly protocol: string | undefined
    readonly authenticated: AuthenticatedBy
    readonly pskIdentity: Uint8Array | undefined
    readonly finished: VerifiedFinished
    /** verify_data of our Finished. */
    readonly own: Uint8Array
    readonly tlsUnique: Uint8Array
    readonly ownSignatureScheme: string | undefined
    readonly ownCertificates: readonly Uint8Array[] | undefined
    readonly resumed: boolean
  }): Tls12Connected {
    this.#owned.delete(end.main)
    return {
      version: 'TLSv1.2',
      suite: end.suite,
      group: end.group,
      serverName: this.#hello.extensions.server_name,
      applicationProtocol: end.protocol,
      helloRetryRequest: false,
      resumed: end.resumed,
      externalPskIdentity: end.pskIdentity,
      peer: end.authenticated,
      ownSignatureScheme: end.ownSignatureScheme,
      ownCertificates: end.ownCertificates,
      details: this.#hs.parameters.details?.(
        this.#hs,
        end.own,
        end.finished.verifyData,
        this.#hello.extensions.signature_algorithms,
      ),
      mainSecret: end.main,
      randoms: this.#randoms,
      extendedMainSecret: this.#older.extendedMainSecret,
      encryptThenMac: this.#encryptThenMac(end.suite),
      secureRenegotiation: this.#older.renegotiationInfo !== undefined,
      verifyData: { client: end.finished.verifyData, server: end.own },
      finished: end.finished,
      session: undefined,
      tlsUnique: end.tlsUnique,
    }
  }
}

/** The client's chain; an empty Certificate only where none is required. */
function* maybeTrusted(
  hs: Handshake,
  certificates: readonly Uint8Array[],
  required: boolean,
): Program<TrustedChain | undefined> {
  if (certificates.length === 0) {
    if (required) throw new TlsError('ERR_TLS_CLIENT_CERTIFICATE_MISSING', 'the client has no certificate for us')
    return undefined
  }
  const chain = { certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined }
  return yield* trustChain(hs, chain, undefined)
}

/** "DOWNGRD" and 1. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3 */
const downgradeSentinel = /* @__PURE__ */ Uint8Array.of(0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44, 1)

const none = /* @__PURE__ */ new Uint8Array(0)
