import type { CipherSuite, KeyExchange } from '@typetls/crypto-provider'
import type { Codec } from '@typetls/wire'
import { TlsError, decode, encode, opaqueVector, struct, uint16, uint8 } from '@typetls/wire'
import type { Handshake } from './handshake.ts'
import type { ClientHello } from './messages/client-hello.ts'
import type { HandshakeMessage } from './messages/handshake-message.ts'
import { encodeMessage } from './messages/handshake-message.ts'
import type { HelloRetryRequest } from './messages/server-hello.ts'
import { helloRetryRequestRandom } from './messages/server-hello.ts'
import type { ServerParameters } from './parameters.ts'
import { asksForChangeCipherSpec } from './server-negotiation.ts'
import type { Program } from './program.ts'
import { ask } from './program.ts'

/** What the second ClientHello is held to. */
export interface Retry {
  readonly suite: CipherSuite
  /** The group asked for; `undefined` when only a cookie was wanted. */
  readonly group: KeyExchange | undefined
}

/**
 * Sends a HelloRetryRequest; the transcript goes on behind a hash of the first ClientHello.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4
 */
export function* sendRetry(
  hs: Handshake,
  parameters: ServerParameters,
  hello: ClientHello,
  retry: Retry,
): Program<void> {
  const { transcript } = hs
  const clientHelloHash = yield* transcript.hashBy(retry.suite.hash)
  const { cookies } = parameters
  const state = { format, suite: retry.suite.id, group: retry.group?.id ?? 0, clientHelloHash }
  const cookie =
    cookies === undefined
      ? undefined
      : yield* ask('ERR_TLS_CALLBACK', 'the cookie protector', () => cookies.seal(encode(CookieState, state)))
  transcript.restartWith(clientHelloHash)
  hs.send('hello_retry_request', request(hello, retry, cookie))
  hs.decided('hello_retry_request', retry.group?.name ?? 'cookie')
  // https://www.rfc-editor.org/rfc/rfc9846#appendix-E.4
  if (asksForChangeCipherSpec(parameters, hello)) hs.carrier.changeCipherSpec()
}

/**
 * The state of a HelloRetryRequest that somebody sent, out of its cookie: the transcript is made again from it. Nothing
 * else was kept.
 *
 * @throws TlsError `ERR_TLS_COOKIE` (illegal_parameter) for a cookie that is not ours
 */
export function* resumeFromCookie(
  hs: Handshake,
  parameters: ServerParameters,
  message: HandshakeMessage<'client_hello'>,
): Program<Retry | undefined> {
  const { cookies } = parameters
  const cookie = message.body.extensions.cookie
  if (cookies === undefined || cookie === undefined) return undefined
  const opened = yield* ask('ERR_TLS_CALLBACK', 'the cookie protector', () => cookies.open(cookie))
  if (opened === undefined || opened[0] !== format) throw notOurs()
  const state = decode(CookieState, opened)
  const suite = parameters.cipherSuites.find((row) => row.id === state.suite)
  const group = parameters.groups.find((row) => row.id === state.group)
  if (suite === undefined || (group === undefined && state.group !== 0)) throw notOurs()
  const { transcript } = hs
  transcript.restartWith(state.clientHelloHash)
  transcript.add(encodeMessage('hello_retry_request', request(message.body, { suite, group }, cookie)))
  transcript.add(message.raw)
  return { suite, group }
}

function request(hello: ClientHello, retry: Retry, cookie: Uint8Array | undefined): HelloRetryRequest {
  return {
    legacyVersion: 0x0303,
    random: helloRetryRequestRandom,
    legacySessionIdEcho: hello.legacySessionId,
    cipherSuite: retry.suite.id,
    legacyCompressionMethod: 0,
    extensions: { supported_versions: 0x0304, cookie, key_share: retry.group?.id },
  }
}

function notOurs(): TlsError {
  return new TlsError('ERR_TLS_COOKIE', 'the ClientHello has a cookie that is not ours')
}

/** Not that of a ticket: one protector may seal both. */
const format = 2

const CookieState: Codec<{ format: number; suite: number; group: number; clientHelloHash: Uint8Array }> =
  /* @__PURE__ */ struct('CookieState', {
    format: uint8,
    suite: uint16,
    group: uint16,
    clientHelloHash: opaqueVector(1, 255),
  })
