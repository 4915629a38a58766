import type { CipherSuite } from '@typetls/crypto-provider'
import type { ExtensionBlock } from '@typetls/wire'
import { TlsError, equalBytes } from '@typetls/wire'
import { VerifiedFinished, VerifiedPeer, chainOf, sendFinished } from './authenticate.ts'
import { ClientOffer } from './client-offer.ts'
import type { OfferedPsk, PskOffer } from './client-psks.ts'
import type { Agreed, AuthenticatedBy, Connected } from './connected.ts'
import { hasDowngradeSentinel } from './downgrade.ts'
import type { Handshake } from './handshake.ts'
import { HandshakeSecret, finishedVerifyData } from './key-schedule.ts'
import type { CertificateRequest } from './messages/authentication.ts'
import type { EncryptedExtensions } from './messages/encrypted-extensions.ts'
import { ExtensionType } from './messages/extension-type.ts'
import type { HandshakeMessage } from './messages/handshake-message.ts'
import type { HelloRetryRequest, ServerHello } from './messages/server-hello.ts'
import type { ClientParameters } from './parameters.ts'
import type { Program } from './program.ts'
import { wait } from './program.ts'
import { checkRecordSizeLimit } from './record-size-limit.ts'
import { takeSelectedProtocol } from './selected-protocol.ts'
import { missingExtension, wrongExtension } from './wrong-extension.ts'

/**
 * The client's side of Figure 1. https://www.rfc-editor.org/rfc/rfc9846#section-2
 */
export function* clientHandshake(hs: Handshake, parameters: ClientParameters): Program<Connected | Agreed> {
  const offer = new ClientOffer(parameters)
  const owned = new Set<{ dispose(): void }>([offer])
  try {
    yield* offer.prepare(hs)
    yield* offer.send(hs)
    let message = yield* hs.receive('server_hello', 'hello_retry_request')
    let retried: HelloRetryRequest | undefined
    if (message.type === 'hello_retry_request') {
      retried = message.body
      yield* retryHello(hs, parameters, offer, message)
      message = yield* hs.receive('server_hello')
    }
    const { older } = offer
    // Not by supported_versions: then its legacy_version means what it says.
    const isOlder = message.body.extensions.supported_versions === undefined
    if (older !== undefined && retried === undefined && isOlder) {
      return yield* older.goOn(hs, offer, message)
    }
    const hello = message.body
    const suite = checkHello(parameters, offer, hello, retried)
    checkAnswers('ServerHello', hello.extensions, offer)
    hs.transcript.useHash(suite.hash)
    hs.decided('cipher_suite', suite.name)

    const { psk, group, handshake } = yield* agreeKeys(hs, offer, hello, suite)
    owned.add(handshake)
    const traffic = yield* handshake.trafficSecrets(yield* hs.transcript.hash())
    owned.add(traffic.client).add(traffic.server)
    hs.logSecrets({
      CLIENT_HANDSHAKE_TRAFFIC_SECRET: traffic.client,
      SERVER_HANDSHAKE_TRAFFIC_SECRET: traffic.server,
    })
    if (parameters.middleboxCompatibility && retried === undefined) hs.carrier.changeCipherSpec()
    yield* hs.installKeys('handshake', suite, { received: traffic.server, sent: traffic.client })

    const encrypted = (yield* hs.receive('encrypted_extensions')).body
    checkEncryptedExtensions(hs, parameters, offer, encrypted)

    const { authenticated, request } =
      psk === undefined
        ? yield* authenticateServer(hs, parameters, offer)
        : { authenticated: yield* (offer.psks as PskOffer).authenticate(hs, psk), request: undefined }
    const beforeFinished = yield* hs.transcript.hash()
    const expected = finishedVerifyData(hs.crypto, suite, traffic.server, beforeFinished)
    const finished = yield* VerifiedFinished.verify(hs, expected, (yield* hs.receive('finished')).body)

    const main = yield* handshake.intoMain()
    owned.add(main)
    const { client, server, exporter } = yield* main.applicationSecrets(yield* hs.transcript.hash())
    owned.add(client).add(server).add(exporter)
    hs.logSecrets({ CLIENT_TRAFFIC_SECRET_0: client, SERVER_TRAFFIC_SECRET_0: server, EXPORTER_SECRET: exporter })
    yield* hs.installKeys('application', suite, { received: server })

    const { answerCertificateRequest = declineCertificateRequest } = parameters
    const own = request === undefined ? undefined : yield* answerCertificateRequest(hs, request)
    const ownFinished = yield* sendFinished(hs, suite, traffic.client)
    yield* hs.installKeys('application', suite, { sent: client })
    const resumptionSecret = parameters.psks ? yield* main.intoResumption(yield* hs.transcript.hash()) : undefined

    for (const kept of [client, server, exporter]) owned.delete(kept)
    return {
      version: 'TLSv1.3',
      suite,
      group,
      serverName: parameters.serverName,
      applicationProtocol: encrypted.extensions.application_layer_protocol_negotiation,
      helloRetryRequest: retried !== undefined,
      resumed: psk?.kind === 'resumption',
      externalPskIdentity: psk?.externalPskIdentity,
      finished,
      peer: authenticated,
      ownSignatureScheme: own?.scheme.name,
      ownCertificates: own?.credential.certificates,
      details: parameters.details?.(hs, ownFinished, finished.verifyData),
      readSecret: server,
      writeSecret: client,
      exporterSecret: exporter,
      resumptionSecret,
      transcript: parameters.postHandshakeAuthentication ? hs.transcript : undefined,
    }
  } finally {
    for (const secret of owned) secret.dispose()
  }
}

/** Checks a HelloRetryRequest and sends the second ClientHello. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4 */
function* retryHello(
  hs: Handshake,
  parameters: ClientParameters,
  offer: ClientOffer,
  message: HandshakeMessage<'hello_retry_request'>,
): Program<void> {
  const request = message.body
  const { extensions } = request
  const suite = checkHello(parameters, offer, request)
  const [unknown] = extensions.unknown ?? []
  if (unknown !== undefined) throw wrongExtension('ERR_TLS_UNSUPPORTED_EXTENSION', 'HelloRetryRequest', unknown.type)
  if (extensions.cookie === undefined && extensions.key_share === undefined) {
    throw new TlsError('ERR_TLS_HELLO_RETRY_REQUEST_EMPTY')
  }
  // The peer must wait for our second ClientHello.
  hs.endOfFlight()
  hs.decided('hello_retry_request', extensions.key_share === undefined ? 'cookie' : 'group')
  yield* offer.retry(request, suite.hash)
  const { transcript } = hs
  transcript.restartWith(yield* transcript.hashBy(suite.hash, message.raw.length))
  transcript.add(message.raw)
  // https://www.rfc-editor.org/rfc/rfc9846#appendix-E.4: before the second flight, whichever it is.
  if (parameters.middleboxCompatibility) hs.carrier.changeCipherSpec()
  yield* offer.send(hs)
}

/**
 * What a ServerHello and a HelloRetryRequest have in common.
 *
 * @param retried the HelloRetryRequest before this ServerHello, which may change nothing of it
 * @returns the cipher suite
 */
function checkHello(
  parameters: ClientParameters,
  offer: ClientOffer,
  hello: ServerHello | HelloRetryRequest,
  retried?: HelloRetryRequest,
): CipherSuite {
  checkVersion(hello, retried !== undefined)
  if (!equalBytes(hello.legacySessionIdEcho, offer.sessionId)) {
    throw new TlsError('ERR_TLS_SESSION_ID_ECHO', undefined, { path: 'ServerHello.legacySessionIdEcho' })
  }
  if (hello.legacyCompressionMethod !== 0) {
    throw new TlsError('ERR_TLS_COMPRESSION', undefined, {
      path: 'ServerHello.legacyCompressionMethod',
      expected: 0,
      received: hello.legacyCompressionMethod,
    })
  }
  const suites = parameters.cipherSuites.filter(({ id }) => retried === undefined || id === retried.cipherSuite)
  const suite = suites.find((row) => row.id === hello.cipherSuite)
  if (suite === undefined) {
    throw new TlsError('ERR_TLS_WRONG_CIPHER', 'the server chose a cipher suite we did not offer', {
      expected: suites.map((row) => row.name),
      received: hello.cipherSuite,
    })
  }
  return suite
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.1 and, for what an old server sends, section 4.2.3 */
function checkVersion(hello: ServerHello | HelloRetryRequest, isRetried: boolean): void {
  const { legacyVersion, random } = hello
  const selected = hello.extensions.supported_versions
  if (selected === 0x0304) {
    if (legacyVersion === 0x0303) return
    throw new TlsError('ERR_TLS_VERSION_ILLEGAL', undefined, {
      path: 'ServerHello.legacyVersion',
      expected: 0x0303,
      received: legacyVersion,
    })
  }
  if (selected === undefined && legacyVersion < 0x0304 && !isRetried && hasDowngradeSentinel(random)) {
    throw new TlsError('ERR_TLS_DOWNGRADE', 'somebody removed TLS 1.3 from our ClientHello')
  }
  // "a client MUST abort the handshake with an "illegal_parameter" alert if the value changes.", and where an older
  // version is selected in the way of TLS 1.3.
  const isIllegal = isRetried || (selected !== undefined && selected >= 0x0300 && selected < 0x0304)
  throw new TlsError(
    isIllegal ? 'ERR_TLS_VERSION_ILLEGAL' : 'ERR_TLS_VERSION',
    'the server chose a version we did not offer',
    {
      path: isRetried || selected === undefined ? undefined : 'ServerHello.extensions (supported_versions)',
      expected: ['TLS 1.3'],
      received: selected ?? legacyVersion,
    },
  )
}

/** PSK and (EC)DHE into the handshake secret. */
function* agreeKeys(
  hs: Handshake,
  offer: ClientOffer,
  hello: ServerHello,
  suite: CipherSuite,
): Program<{ psk: OfferedPsk | undefined; group: string | undefined; handshake: HandshakeSecret }> {
  const { pre_shared_key: index, key_share: share } = hello.extensions
  // It was offered, or the answer would have been refused.
  const psk = index === undefined ? undefined : offer.psks?.selected(index, suite)
  if (share === undefined) {
    if (psk === undefined || !hs.parameters.allowPskWithoutKeyExchange)
      throw missingExtension('ServerHello', 'key_share')
    return { psk, group: undefined, handshake: yield* psk.early.intoHandshake(undefined) }
  }
  // After a HelloRetryRequest that is the one it asked for alone.
  const ours = offer.keyShare(share.group)
  if (ours === undefined) {
    const path = 'ServerHello.extensions (key_share)'
    throw new TlsError('ERR_TLS_WRONG_KEY_SHARE', undefined, { path, received: share.group })
  }
  hs.decided('group', ours.group.name)
  const shared = yield* wait(ours.start.finish(share.keyExchange))
  try {
    const handshake =
      psk === undefined
        ? yield* HandshakeSecret.withoutPsk(hs.crypto, suite.hash, shared)
        : yield* psk.early.intoHandshake(shared)
    return { psk, group: ours.group.name, handshake }
  } finally {
    shared.dispose()
  }
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.4.1 */
function checkEncryptedExtensions(
  hs: Handshake,
  parameters: ClientParameters,
  offer: ClientOffer,
  { extensions }: EncryptedExtensions,
): void {
  checkAnswers('EncryptedExtensions', extensions, offer)
  takeSelectedProtocol(hs, parameters, extensions.application_layer_protocol_negotiation)
  const limit = extensions.record_size_limit
  if (limit !== undefined) {
    checkRecordSizeLimit(limit)
    hs.carrier.peerRecordSizeLimit(limit)
    hs.carrier.ownRecordSizeLimit(parameters.recordSizeLimit as number)
  }
}

function* authenticateServer(
  hs: Handshake,
  parameters: ClientParameters,
  offer: ClientOffer,
): Program<{ authenticated: AuthenticatedBy; request: CertificateRequest | undefined }> {
  let message = yield* hs.receive('certificate_request', 'certificate')
  let request: CertificateRequest | undefined
  if (message.type === 'certificate_request') {
    request = message.body
    checkCertificateRequest(request)
    checkNoContext(message)
    message = yield* hs.receive('certificate')
  }
  checkNoContext(message)
  const chain = chainOf(message.body, (type) => offer.has(type))
  if (chain === undefined) throw new TlsError('ERR_TLS_CERTIFICATE_EMPTY', 'the server sent no certificate')
  const signed = yield* hs.transcript.hash()
  const proof = yield* hs.receive('certificate_verify')
  const peer = yield* VerifiedPeer.verify(hs, chain, proof.body, signed, parameters.verifyName)
  hs.decided('signature_scheme', peer.scheme.name)
  return { authenticated: { by: 'certificate', peer }, request }
}

/** certificate_request_context is for what comes after the handshake. */
function checkNoContext({ type, body }: HandshakeMessage<'certificate_request' | 'certificate'>): void {
  if (body.certificateRequestContext.length > 0) {
    throw new TlsError('ERR_TLS_CERTIFICATE_CONTEXT', `the context of ${type} must be empty during the handshake`)
  }
}

/** What every CertificateRequest must have. https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2 */
export function checkCertificateRequest({ extensions }: CertificateRequest): void {
  if (extensions.signature_algorithms === undefined) {
    throw missingExtension('CertificateRequest', 'signature_algorithms')
  }
  for (const { type } of extensions.unknown ?? []) {
    // "Clients MUST ignore unrecognized extensions", but known ones have their messages.
    const name = ExtensionType.nameOf(type)
    if (name !== undefined && name !== 'compress_certificate') {
      throw wrongExtension('ERR_TLS_EXTENSION_NOT_ALLOWED', 'CertificateRequest', type)
    }
  }
}

/** The empty Certificate says that we have none. */
export function* declineCertificateRequest(
  hs: Handshake,
  { certificateRequestContext }: CertificateRequest,
): Program<undefined> {
  hs.send('certificate', { certificateRequestContext, certificateList: [] })
  return undefined
}

/**
 * Every extension of an answer must have been asked for, and be one this message may carry: we read those alone.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.3
 */
function checkAnswers(message: string, { order, unknown }: ExtensionBlock<unknown>, offer: ClientOffer): void {
  const unasked = order?.find((type) => !offer.has(type))
  if (unasked !== undefined) throw wrongExtension('ERR_TLS_UNSUPPORTED_EXTENSION', message, unasked)
  const [other] = unknown ?? []
  if (other !== undefined) throw wrongExtension('ERR_TLS_EXTENSION_NOT_ALLOWED', message, other.type)
}
