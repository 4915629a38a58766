import type { UnknownExtension } from '@typetls/wire'
import { TlsError, decode, equalBytes } from '@typetls/wire'
import { usable } from '../usable-session.ts'
import { carries, idsOf, someOf } from '../client-offer.ts'
import { TLS_FALLBACK_SCSV } from '../downgrade.ts'
import type { Handshake } from '../handshake.ts'
import type { ClientHello, ClientHelloExtensions } from '../messages/client-hello.ts'
import { ocspRequest } from '../messages/extensions.ts'
import type { HandshakeMessage } from '../messages/handshake-message.ts'
import { encodeMessage } from '../messages/handshake-message.ts'
import type { OlderClient, OlderOffer, SentHello } from '../older-version.ts'
import type { ClientParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import type { SessionState } from '../session.ts'
import { ClientFlight } from './client-flight.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'
import type { Tls12Connected } from './connected.ts'
import { olderExtensions } from './extensions.ts'
import { receive12 } from './messenger.ts'
import type { Tls12Message } from './messages.ts'
import { ServerHello, tls12Messages } from './messages.ts'
import type { Tls12ClientParameters } from './parameters.ts'
import type { Earlier } from './renegotiation.ts'
import { checkServerHello } from './server-hello-check.ts'

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
  const { recordSizeLimit } = parameters
  const random = parameters.crypto.random(32)
  const extensions: ClientHelloExtensions = {
    server_name: parameters.serverName,
    status_request: parameters.requestStatus ? ocspRequest : undefined,
    supported_groups: someOf(idsOf(parameters.groups).filter((id) => id < 0x200)),
    signature_algorithms: idsOf(parameters.signatureSchemes),
    application_layer_protocol_negotiation: earlier === undefined ? someOf(parameters.applicationProtocols) : undefined,
    signed_certificate_timestamp: parameters.requestTimestamps ? {} : undefined,
    // The parameter counts the type byte of TLS 1.3.
    record_size_limit: recordSizeLimit === undefined ? undefined : recordSizeLimit - 1,
    unknown: offer.extensions,
  }
  const sessionId = offer.sessionId ?? none
  const hello: ClientHello = {
    legacyVersion: 0x0303,
    random,
    legacySessionId: sessionId,
    cipherSuites: [...offer.cipherSuites, ...(parameters.fallback ? [TLS_FALLBACK_SCSV] : [])],
    legacyCompressionMethods: [0],
    extensions,
  }
  const greased = parameters.grease?.(parameters.crypto.random(6))
  hs.version = 0x0303
  hs.sendRaw('client_hello', encodeMessage('client_hello', greased?.(hello) ?? hello))
  hs.messages = tls12Messages
  const message = yield* receiveServerHello(hs, earlier)
  return yield* offer.goOn(hs, { random, sessionId, has: (type) => carries(extensions, type) }, message, false)
}

/** "This message will be ignored by the client if the client is currently negotiating a session." */
function* receiveServerHello(hs: Handshake, earlier: Earlier | undefined): Program<Tls12Message<'server_hello'>> {
  for (;;) {
    const message = yield* receive12(hs, ...(earlier === undefined ? firstHello : laterHello))
    if (message.type === 'server_hello') return message
  }
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
    this.cipherSuites = idsOf(this.#suites)
    this.#earlier = earlier
    // A renegotiation resumes nothing.
    this.#session = earlier === undefined ? usableSession(parameters, tls12, this.cipherSuites) : undefined
    const ticket = this.#session?.ticket ?? none
    this.extensions = olderExtensions(
      tls12,
      tls12.tickets && parameters.sessionOf ? ticket : undefined,
      earlier?.verifyData.client,
    )
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
      const suite = checkServerHello(hs, hello, {
        parameters: this.#parameters,
        tls12: this.#tls12,
        suites: this.#suites,
        sent,
        offersNewer,
        earlier: this.#earlier,
      })
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
    const extended = hello.extensions.extended_main_secret !== undefined
    if (session.extendedMainSecret !== extended) {
      throw new TlsError('ERR_TLS_EXTENDED_MAIN_SECRET', 'the server resumes with and without extended_main_secret', {
        expected: session.extendedMainSecret,
        received: extended,
      })
    }
    return session
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

const firstHello = ['server_hello'] as const
const laterHello = ['server_hello', 'hello_request'] as const

const none = /* @__PURE__ */ new Uint8Array(0)
