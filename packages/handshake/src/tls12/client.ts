import type { Secret } from '@typetls/crypto-provider'
import { Secret as SecretBytes } from '@typetls/crypto-provider'
import type { UnknownExtension } from '@typetls/wire'
import { Reader, TlsError, concat, decode, equalBytes } from '@typetls/wire'
import { knownSchemes, verifyAgain } from '../authenticate.ts'
import { usable } from '../client-offer.ts'
import type { AuthenticatedBy } from '../connected.ts'
import { hasDowngradeSentinel } from '../downgrade.ts'
import type { Handshake } from '../handshake.ts'
import { CertificateVerify } from '../messages/authentication.ts'
import { ExtensionType, isGrease } from '../messages/extension-type.ts'
import { ocspRequest } from '../messages/extensions.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import { encodeMessage } from '../messages/handshake-message.ts'
import type { OlderClient, OlderOffer, SentHello } from '../older-version.ts'
import type { ClientParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import { checkRecordSizeLimit } from '../record-size-limit.ts'
import type { SessionState } from '../session.ts'
import { Session } from '../session.ts'
import type { TrustedChain } from './authenticate.ts'
import {
  VerifiedFinished,
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
import { fragmentLengths, olderExtensions, uncompressed } from './extensions.ts'
import { KeyChange, masterOf, sendFinished12 } from './key-change.ts'
import { receive12, send12 } from './messenger.ts'
import type { CertificateRequest, Tls12Message } from './messages.ts'
import { ServerHello, tls12Messages } from './messages.ts'
import type { Tls12ClientParameters } from './parameters.ts'
import type { Earlier } from './renegotiation.ts'
import { checkRenegotiation, checkSameCertificates } from './renegotiation.ts'

/** TLS 1.2 as a client offers it beside TLS 1.3. */
export function olderClient(tls12: Tls12ClientParameters): OlderClient {
  return { offer: (parameters) => new Tls12Offer(parameters, tls12) }
}

/** A client that offers TLS 1.2 alone, at first or in a renegotiation. https://www.rfc-editor.org/rfc/rfc5246#section-7.3 */
export function* tls12ClientHandshake(
  hs: Handshake,
  parameters: ClientParameters,
  tls12: Tls12ClientParameters,
  earlier?: Earlier,
): Program<Tls12Connected> {
  const offer = new Tls12Offer(parameters, tls12, earlier)
  const { serverName, applicationProtocols, signatureSchemes, groups, recordSizeLimit } = parameters
  const random = parameters.crypto.random(32)
  const known = {
    server_name: serverName,
    status_request: parameters.requestStatus ? ocspRequest : undefined,
    supported_groups: groups.length > 0 ? groups.map((row) => row.id).filter((id) => id < 0x200) : undefined,
    signature_algorithms: signatureSchemes.map((row) => row.id),
    application_layer_protocol_negotiation:
      applicationProtocols.length > 0 && earlier === undefined ? applicationProtocols : undefined,
    signed_certificate_timestamp: parameters.requestTimestamps ? {} : undefined,
    // The parameter counts the type byte of TLS 1.3.
    record_size_limit: recordSizeLimit === undefined ? undefined : recordSizeLimit - 1,
  }
  const sessionId = offer.sessionId ?? none
  hs.logKeysOf(random)
  hs.version = 0x0303
  hs.sendRaw(
    'client_hello',
    encodeMessage('client_hello', {
      legacyVersion: 0x0303,
      random,
      legacySessionId: sessionId,
      cipherSuites: offer.cipherSuites,
      legacyCompressionMethods: [0],
      extensions: { ...known, unknown: offer.extensions },
    }),
  )
  const types = Object.entries(known).flatMap(([name, value]) =>
    value === undefined ? [] : [ExtensionType.ids[name as keyof typeof known]],
  )
  types.push(...offer.extensions.map(({ type }) => type))
  hs.messages = tls12Messages
  const message = yield* receive12(hs, 'server_hello')
  return yield* offer.goOn(hs, { random, sessionId, has: (type) => types.includes(type) }, message, false)
}

class Tls12Offer implements OlderOffer {
  readonly version = 0x0303
  readonly cipherSuites: readonly number[]
  readonly extensions: readonly UnknownExtension[]
  readonly sessionId: Uint8Array | undefined
  readonly #suites: readonly Tls12CipherSuite[]
  readonly #parameters: ClientParameters
  readonly #tls12: Tls12ClientParameters
  readonly #session: SessionState | undefined
  readonly #earlier: Earlier | undefined

  constructor(parameters: ClientParameters, tls12: Tls12ClientParameters, earlier?: Earlier) {
    this.#parameters = parameters
    this.#tls12 = tls12
    this.#suites = tls12.cipherSuites.filter(({ keyExchange }) => keyExchange.configuredIn?.(parameters) ?? true)
    this.cipherSuites = this.#suites.map((row) => row.id)
    this.#earlier = earlier
    // A renegotiation resumes nothing.
    this.#session = earlier === undefined ? usableSession(parameters, tls12, this.cipherSuites) : undefined
    const ticket = this.#session?.ticket ?? none
    this.extensions = olderExtensions(tls12, tls12.tickets ? ticket : undefined, earlier?.verifyData.client)
    // An id of our own tells by its echo that the ticket was taken. https://www.rfc-editor.org/rfc/rfc5077#section-3.4
    if (this.#session !== undefined) {
      const { sessionId } = this.#session
      this.sessionId = sessionId.length > 0 ? sessionId : parameters.crypto.random(32)
    }
  }

  *goOn(
    hs: Handshake,
    sent: SentHello,
    message: { readonly raw: Uint8Array } | HandshakeMessage<'server_hello'>,
    offersNewer = true,
  ): Program<Tls12Connected> {
    hs.messages = tls12Messages
    hs.version = 0x0303
    const owned = new Set<{ dispose(): void }>()
    try {
      const hello = decode(ServerHello, message.raw.subarray(4), 'ServerHello')
      const suite = this.#checkHello(hs, sent, hello, offersNewer)
      hs.transcript.useHash(suite.hash)
      hs.decided('version', 'TLSv1.2')
      hs.decided('cipher_suite', suite.name)
      const flight = new ClientFlight(hs, this.#parameters, this.#tls12, sent, hello, suite, owned, this.#earlier)
      const session = this.#resumed(sent, hello, suite)
      return session === undefined ? yield* flight.full() : yield* flight.resumed(session)
    } finally {
      for (const secret of owned) secret.dispose()
    }
  }

  #checkHello(hs: Handshake, sent: SentHello, hello: ServerHello, offersNewer: boolean): Tls12CipherSuite {
    if (hello.serverVersion !== 0x0303) {
      throw new TlsError('ERR_TLS_VERSION', 'the server chose a version we did not offer', {
        expected: offersNewer ? ['TLS 1.3', 'TLS 1.2'] : ['TLS 1.2'],
        received: hello.serverVersion,
      })
    }
    if (offersNewer && hasDowngradeSentinel(hello.random)) {
      throw new TlsError(
        'ERR_TLS_DOWNGRADE',
        'somebody removed TLS 1.3 from our ClientHello: the server says it has it',
      )
    }
    if (hello.compressionMethod !== 0) {
      throw new TlsError('ERR_TLS_COMPRESSION', 'the server selected a compression method', {
        path: 'ServerHello.compressionMethod',
        expected: 0,
        received: hello.compressionMethod,
      })
    }
    const { extensions } = hello
    for (const type of extensions.order ?? []) {
      if (type === ExtensionType.ids.supported_groups) continue
      if (!sent.has(type) || isGrease(type) || (extensions.unknown ?? []).some((one) => one.type === type)) {
        throw new TlsError(
          'ERR_TLS_UNSUPPORTED_EXTENSION',
          `ServerHello has ${ExtensionType.label(type)}, which has no place in it`,
          { received: type, path: 'ServerHello.extensions' },
        )
      }
    }
    const suite = this.#suites.find((row) => row.id === hello.cipherSuite)
    if (suite === undefined) {
      throw new TlsError('ERR_TLS_WRONG_CIPHER', 'the server chose a cipher suite we did not offer for TLS 1.2', {
        expected: this.#suites.map((row) => row.name),
        received: hello.cipherSuite,
      })
    }
    checkRenegotiation(this.#earlier, extensions)
    checkExtensions(hs, this.#parameters, this.#tls12, hello, suite, offersNewer)
    return suite
  }

  /** Whether the server goes on with our session; only then it may have echoed its id. */
  #resumed(sent: SentHello, hello: ServerHello, suite: Tls12CipherSuite): SessionState | undefined {
    if (hello.sessionId.length === 0 || !equalBytes(hello.sessionId, sent.sessionId)) return undefined
    const session = this.#session
    if (session === undefined) {
      throw new TlsError('ERR_TLS_SESSION_ID_ECHO', 'the server resumes a session that we did not offer')
    }
    if (session.cipherSuite !== suite.id) {
      throw new TlsError('ERR_TLS_SESSION_CHANGED', 'the server resumes our session with another cipher suite', {
        expected: session.cipherSuite,
        received: suite.id,
      })
    }
    if (session.extendedMainSecret !== (hello.extensions.extended_main_secret !== undefined)) {
      throw new TlsError('ERR_TLS_EXTENDED_MAIN_SECRET', 'the server resumes with and without extended_main_secret')
    }
    return session
  }
}

/** From the ServerHello to the end. */
class ClientFlight {
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
    const stored = verified && {
      certificates: verified.chain.certificates,
      authorized: verified.verdict.authorized,
    }
    const session = this.#session(main, ticket, this.#hello.sessionId, { peer: stored, pskIdentity })
    return this.#connected({
      main,
      group,
      authenticated,
      pskIdentity,
      session,
      tlsUnique,
      own: tlsUnique,
      finished,
      extended,
      ownSignatureScheme: own?.scheme.name,
      resumed: false,
    })
  }

  /** Figure 2. */
  *resumed(session: SessionState): Program<Tls12Connected> {
    const hs = this.#hs
    const main = SecretBytes.copyOf(session.psk.reveal())
    this.#owned.add(main)
    hs.logSecret('CLIENT_RANDOM', main)
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
    return this.#connected({
      main,
      group: undefined,
      authenticated: { by: 'resumption', peer },
      pskIdentity,
      session: renewed,
      tlsUnique: finished.verifyData,
      own,
      finished,
      extended: session.extendedMainSecret,
      ownSignatureScheme: undefined,
      resumed: true,
    })
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
      signatureSchemes: schemes.filter((row) => types.includes(authenticationOfScheme(row))),
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
    const finished = yield* VerifiedFinished.verify(hs, this.#suite.hash, main, body.verifyData, before)
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
  ): Session | undefined {
    const bytes = ticket?.ticket ?? none
    if (bytes.length === 0 && sessionId.length === 0) return undefined
    const hint = ticket?.ticketLifetimeHint ?? 0
    return new Session({
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

  #connected(end: {
    readonly main: Secret
    readonly group: string | undefined
    readonly authenticated: AuthenticatedBy
    readonly pskIdentity: Uint8Array | undefined
    readonly session: Session | undefined
    /** verify_data of our Finished. */
    readonly own: Uint8Array
    readonly tlsUnique: Uint8Array
    readonly finished: VerifiedFinished
    readonly extended: boolean
    readonly ownSignatureScheme: string | undefined
    readonly resumed: boolean
  }): Tls12Connected {
    this.#owned.delete(end.main)
    return {
      version: 'TLSv1.2',
      suite: this.#suite,
      group: end.group,
      serverName: this.#parameters.serverName,
      applicationProtocol: this.#hello.extensions.application_layer_protocol_negotiation,
      helloRetryRequest: false,
      resumed: end.resumed,
      externalPskIdentity: end.pskIdentity,
      peer: end.authenticated,
      ownSignatureScheme: end.ownSignatureScheme,
      mainSecret: end.main,
      randoms: this.#randoms,
      extendedMainSecret: end.extended,
      encryptThenMac: this.#hello.extensions.encrypt_then_mac !== undefined,
      secureRenegotiation: this.#hello.extensions.renegotiation_info !== undefined,
      verifyData: { client: end.own, server: end.finished.verifyData },
      finished: end.finished,
      session: end.session,
      tlsUnique: end.tlsUnique,
    }
  }
}

function checkExtensions(
  hs: Handshake,
  parameters: ClientParameters,
  tls12: Tls12ClientParameters,
  { extensions }: ServerHello,
  suite: Tls12CipherSuite,
  offersNewer: boolean,
): void {
  if (extensions.extended_main_secret === undefined && tls12.requireExtendedMainSecret) {
    throw new TlsError('ERR_TLS_EXTENDED_MAIN_SECRET', 'the server has no extended_main_secret')
  }
  if (extensions.renegotiation_info === undefined && tls12.requireSecureRenegotiation) {
    throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'the server does not say that it renegotiates securely')
  }
  if (extensions.ec_point_formats?.includes(uncompressed) === false) {
    throw new TlsError('ERR_TLS_POINT_FORMATS', 'ec_point_formats must have the uncompressed format')
  }
  if (extensions.encrypt_then_mac !== undefined && !suite.cipher.blockCipher) {
    throw new TlsError('ERR_TLS_ENCRYPT_THEN_MAC', 'encrypt_then_mac has no meaning for this cipher suite')
  }
  const protocol = extensions.application_layer_protocol_negotiation
  if (protocol !== undefined) {
    if (!parameters.applicationProtocols.includes(protocol) && !parameters.allowUnofferedApplicationProtocol) {
      throw new TlsError('ERR_TLS_ALPN', 'the server selected an application protocol we did not offer', {
        expected: parameters.applicationProtocols,
        received: protocol,
      })
    }
    hs.decided('alpn', protocol)
  }
  const fragment = extensions.max_fragment_length
  if (fragment !== undefined) {
    const length = tls12.maxFragmentLength as number
    if (fragmentLengths[fragment] !== length) {
      throw new TlsError('ERR_TLS_MAX_FRAGMENT_LENGTH', 'the server answers another max_fragment_length', {
        expected: length,
        received: fragment,
      })
    }
    // The carrier counts the type byte of TLS 1.3.
    hs.carrier.peerRecordSizeLimit(length + 1)
    hs.carrier.ownRecordSizeLimit(length + 1)
  }
  const limit = extensions.record_size_limit
  if (limit !== undefined) {
    checkRecordSizeLimit(limit)
    hs.carrier.peerRecordSizeLimit(limit + 1)
    // A ClientHello that offers TLS 1.3 counts as that does; here the type byte is not part of it.
    const own = parameters.recordSizeLimit as number
    hs.carrier.ownRecordSizeLimit(offersNewer ? own + 1 : own)
  }
}

function usableSession(
  parameters: ClientParameters,
  tls12: Tls12ClientParameters,
  cipherSuites: readonly number[],
): SessionState | undefined {
  const state = parameters.session?.state
  if (state?.version !== 0x0303 || !usable(state, parameters)) return undefined
  if (state.ticket.length > 0 && !tls12.tickets) return undefined
  if (tls12.requireExtendedMainSecret && !state.extendedMainSecret) return undefined
  return cipherSuites.includes(state.cipherSuite) ? state : undefined
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
