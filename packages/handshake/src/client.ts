import type { CipherSuite, Secret } from '@typetls/crypto-provider'
import { TlsError, equalBytes } from '@typetls/wire'
import { VerifiedFinished, VerifiedPeer, chainOf, detailsOf, sendFinished } from './authenticate.ts'
import { ClientOffer } from './client-offer.ts'
import type { OfferedPsk, PskOffer } from './client-psks.ts'
import type { Agreed, AuthenticatedBy, Connected } from './connected.ts'
import { hasDowngradeSentinel } from './downgrade.ts'
import type { Handshake } from './handshake.ts'
import { HandshakeSecret } from './key-schedule.ts'
import type { CertificateRequest } from './messages/authentication.ts'
import type { EncryptedExtensions } from './messages/encrypted-extensions.ts'
import { ExtensionType, isGrease } from './messages/extension-type.ts'
import type { HandshakeMessage } from './messages/handshake-message.ts'
import type { HelloRetryRequest, ServerHello } from './messages/server-hello.ts'
import type { ClientParameters } from './parameters.ts'
import type { Program } from './program.ts'
import { wait } from './program.ts'
import { checkRecordSizeLimit } from './record-size-limit.ts'
import { takeSelectedProtocol } from './selected-protocol.ts'

/**
 * The client's side of Figure 1. https://www.rfc-editor.org/rfc/rfc9846#section-2
 */
export function* clientHandshake(hs: Handshake, parameters: ClientParameters): Program<Connected | Agreed> {
  const offer = new ClientOffer(parameters)
  const owned = new Set<{ dispose(): void }>([offer])
  try {
    yield* offer.prepare(hs)
    hs.logKeysOf(offer.random)
    yield* offer.send(hs)
    let message = yield* hs.receive('server_hello', 'hello_retry_request')
    let retried: HelloRetryRequest | undefined
    if (message.type === 'hello_retry_request') {
      retried = message.body
      yield* retryHello(hs, parameters, offer, message)
      message = yield* hs.receive('server_hello')
    }
    const { older } = offer
    if (older !== undefined && retried === undefined && choosesOlder(message.body)) {
      return yield* older.goOn(hs, offer, message)
    }
    const hello = message.body
    const suite = checkServerHello(parameters, offer, hello, retried)
    hs.transcript.useHash(suite.hash)
    hs.decided('cipher_suite', suite.name)

    const { psk, group, handshake } = yield* agreeKeys(hs, offer, hello, suite, retried)
    owned.add(handshake)
    const traffic = yield* handshake.trafficSecrets(yield* hs.transcript.hash())
    owned.add(traffic.client).add(traffic.server)
    hs.logSecret('CLIENT_HANDSHAKE_TRAFFIC_SECRET', traffic.client)
    hs.logSecret('SERVER_HANDSHAKE_TRAFFIC_SECRET', traffic.server)
    if (parameters.middleboxCompatibility && retried === undefined) hs.carrier.changeCipherSpec()
    yield* hs.installBothKeys('handshake', suite, traffic.server, traffic.client)

    const encrypted = (yield* hs.receive('encrypted_extensions')).body
    checkEncryptedExtensions(hs, parameters, offer, encrypted)

    const { authenticated, request } =
      psk === undefined
        ? yield* authenticateServer(hs, parameters, offer)
        : { authenticated: yield* (offer.psks as PskOffer).authenticate(hs, psk), request: undefined }
    const beforeFinished = yield* hs.transcript.hash()
    const serverFinished = yield* hs.receive('finished')
    const finished = yield* VerifiedFinished.verify(hs, suite, traffic.server, serverFinished.body, beforeFinished)

    const main = yield* handshake.intoMain()
    owned.add(main)
    const secrets = yield* main.applicationSecrets(yield* hs.transcript.hash())
    owned.add(secrets.client).add(secrets.server).add(secrets.exporter)
    logApplicationSecrets(hs, secrets)
    yield* hs.installKeys('received', 'application', suite, secrets.server)

    const { answerCertificateRequest = declineCertificateRequest } = parameters
    const own = request === undefined ? undefined : yield* answerCertificateRequest(hs, request)
    const ownFinished = yield* sendFinished(hs, suite, traffic.client)
    yield* hs.installKeys('sent', 'application', suite, secrets.client)
    const resumptionSecret = parameters.psks ? yield* main.intoResumption(yield* hs.transcript.hash()) : undefined

    for (const kept of [secrets.client, secrets.server, secrets.exporter]) owned.delete(kept)
    return {
      version: 'TLSv1.3',
      suite,
      group,
      serverName: parameters.serverName,
      applicationProtocol: encrypted.extensions.application_layer_protocol_negotiation,
      helloRetryRequest: retried !== undefined,
      resumed: psk?.kind === 'resumption',
      externalPskIdentity: psk?.kind === 'external' ? psk.identity : psk?.session?.externalPskIdentity,
      finished,
      peer: authenticated,
      ownSignatureScheme: own?.scheme.name,
      ownCertificates: own?.credential.certificates,
      details: detailsOf(hs, ownFinished, serverFinished.body.verifyData),
      readSecret: secrets.server,
      writeSecret: secrets.client,
      exporterSecret: secrets.exporter,
      resumptionSecret,
      transcript: parameters.postHandshakeAuthentication ? hs.transcript : undefined,
    }
  } finally {
    for (const secret of owned) secret.dispose()
  }
}

/** Not by supported_versions: then its legacy_version means what it says. */
function choosesOlder(hello: ServerHello): boolean {
  return hello.extensions.supported_versions === undefined
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
  checkVersion(request)
  const suite = checkChoice(parameters, offer, request)
  for (const type of extensions.order ?? []) {
    if (![supportedVersions, cookie, keyShare].includes(type)) throw unsolicited('HelloRetryRequest', type)
  }
  if (extensions.cookie === undefined && extensions.key_share === undefined) {
    throw new TlsError('ERR_TLS_HELLO_RETRY_REQUEST_EMPTY', 'the HelloRetryRequest would change nothing')
  }
  // The peer must wait for our second ClientHello.
  hs.endOfFlight()
  hs.decided('hello_retry_request', () => (extensions.key_share === undefined ? 'cookie' : 'group'))
  yield* offer.retry(request, suite.hash)
  const { transcript } = hs
  transcript.removeLast()
  transcript.restartWith(yield* transcript.hashBy(suite.hash))
  transcript.add(message.raw)
  // https://www.rfc-editor.org/rfc/rfc9846#appendix-E.4: before the second flight, whichever it is.
  if (parameters.middleboxCompatibility) hs.carrier.changeCipherSpec()
  yield* offer.send(hs)
}

function checkServerHello(
  parameters: ClientParameters,
  offer: ClientOffer,
  hello: ServerHello,
  retried: HelloRetryRequest | undefined,
): CipherSuite {
  // "a client MUST abort the handshake with an "illegal_parameter" alert if the value changes."
  if (retried !== undefined && hello.extensions.supported_versions !== retried.extensions.supported_versions) {
    throw new TlsError('ERR_TLS_VERSION_ILLEGAL', 'the ServerHello changes the version of its HelloRetryRequest', {
      expected: retried.extensions.supported_versions,
      received: hello.extensions.supported_versions ?? hello.legacyVersion,
    })
  }
  checkVersion(hello)
  const suite = checkChoice(parameters, offer, hello)
  if (retried !== undefined && retried.cipherSuite !== hello.cipherSuite) {
    throw new TlsError('ERR_TLS_WRONG_CIPHER', 'the ServerHello changes the cipher suite of its HelloRetryRequest', {
      expected: retried.cipherSuite,
      received: hello.cipherSuite,
    })
  }
  checkAnswers('ServerHello', hello.extensions.order, [supportedVersions, keyShare, preSharedKey], offer)
  return suite
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.1 and, for what an old server sends, section 4.2.3 */
function checkVersion(hello: ServerHello | HelloRetryRequest): void {
  const selected = hello.extensions.supported_versions
  if (selected === undefined) {
    if (hello.legacyVersion < 0x0304 && hasDowngradeSentinel(hello.random)) {
      throw new TlsError(
        'ERR_TLS_DOWNGRADE',
        'somebody removed TLS 1.3 from our ClientHello: the server says it has it',
      )
    }
    throw new TlsError('ERR_TLS_VERSION', 'the server chose a version we did not offer', {
      expected: ['TLS 1.3'],
      received: hello.legacyVersion,
    })
  }
  if (selected !== 0x0304) {
    const code = selected >= 0x0300 && selected < 0x0304 ? 'ERR_TLS_VERSION_ILLEGAL' : 'ERR_TLS_VERSION'
    throw new TlsError(code, 'supported_versions selects a version we did not offer', {
      path: 'ServerHello.extensions (supported_versions)',
      expected: [0x0304],
      received: selected,
    })
  }
  if (hello.legacyVersion !== 0x0303) {
    throw new TlsError('ERR_TLS_VERSION_ILLEGAL', 'legacy_version of a TLS 1.3 ServerHello must be 0x0303', {
      path: 'ServerHello.legacyVersion',
      expected: 0x0303,
      received: hello.legacyVersion,
    })
  }
}

function checkChoice(
  parameters: ClientParameters,
  offer: ClientOffer,
  hello: ServerHello | HelloRetryRequest,
): CipherSuite {
  if (!equalBytes(hello.legacySessionIdEcho, offer.sessionId)) {
    throw new TlsError('ERR_TLS_SESSION_ID_ECHO', 'the server did not echo our legacy_session_id', {
      path: 'ServerHello.legacySessionIdEcho',
    })
  }
  if (hello.legacyCompressionMethod !== 0) {
    throw new TlsError('ERR_TLS_COMPRESSION', 'the server selected a compression method', {
      path: 'ServerHello.legacyCompressionMethod',
      expected: 0,
      received: hello.legacyCompressionMethod,
    })
  }
  const suite = parameters.cipherSuites.find((row) => row.id === hello.cipherSuite)
  if (suite === undefined) {
    throw new TlsError('ERR_TLS_WRONG_CIPHER', 'the server chose a cipher suite we did not offer', {
      expected: parameters.cipherSuites.map((row) => row.name),
      received: hello.cipherSuite,
    })
  }
  return suite
}

/** PSK and (EC)DHE into the handshake secret. */
function* agreeKeys(
  hs: Handshake,
  offer: ClientOffer,
  hello: ServerHello,
  suite: CipherSuite,
  retried: HelloRetryRequest | undefined,
): Program<{ psk: OfferedPsk | undefined; group: string | undefined; handshake: HandshakeSecret }> {
  const index = hello.extensions.pre_shared_key
  // It was offered, or the answer would have been refused.
  const psk = index === undefined ? undefined : offer.psks?.selected(index, suite)
  const share = hello.extensions.key_share
  if (share === undefined) {
    if (psk === undefined || !hs.parameters.allowPskWithoutKeyExchange) {
      throw new TlsError('ERR_TLS_MISSING_EXTENSION', 'the ServerHello has no key_share', { expected: 'key_share' })
    }
    return { psk, group: undefined, handshake: yield* psk.early.intoHandshake(undefined) }
  }
  const requested = retried?.extensions.key_share
  const ours = offer.keyShare(share.group)
  if (ours === undefined || (requested !== undefined && requested !== share.group)) {
    throw new TlsError('ERR_TLS_WRONG_KEY_SHARE', 'the server answers a key share we did not send', {
      received: share.group,
    })
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
  const allowed = [serverName, supportedGroups, alpn, recordSizeLimit]
  checkAnswers('EncryptedExtensions', extensions.order, allowed, offer)
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
    if (request.certificateRequestContext.length > 0) {
      throw new TlsError(
        'ERR_TLS_CERTIFICATE_CONTEXT',
        'a certificate_request_context must be empty during the handshake',
      )
    }
    message = yield* hs.receive('certificate')
  }
  const certificate = message.body
  if (certificate.certificateRequestContext.length > 0) {
    throw new TlsError('ERR_TLS_CERTIFICATE_CONTEXT', 'a server certificate must have an empty context')
  }
  const chain = chainOf(
    certificate,
    [statusRequest, timestamps].filter((type) => offer.has(type)),
  )
  if (chain === undefined) throw new TlsError('ERR_TLS_CERTIFICATE_EMPTY', 'the server sent no certificate')
  if (parameters.verifier === undefined) {
    throw new TlsError('ERR_TLS_CERTIFICATE_REFUSED', 'the server sent a certificate and there is no verifier for it')
  }
  const signed = yield* hs.transcript.hash()
  const proof = yield* hs.receive('certificate_verify')
  const peer = yield* VerifiedPeer.verify(hs, chain, proof.body, signed, parameters.verifyName)
  hs.decided('signature_scheme', peer.scheme.name)
  return { authenticated: { by: 'certificate', peer }, request }
}

/** What every CertificateRequest must have. https://www.rfc-editor.org/rfc/rfc9846#section-4.4.2 */
export function checkCertificateRequest(request: CertificateRequest): void {
  if (request.extensions.signature_algorithms === undefined) {
    throw new TlsError('ERR_TLS_MISSING_EXTENSION', 'the CertificateRequest has no signature_algorithms', {
      expected: 'signature_algorithms',
    })
  }
  for (const { type } of request.extensions.unknown ?? []) {
    // "Clients MUST ignore unrecognized extensions", but known ones have their messages.
    if (ExtensionType.nameOf(type) !== undefined && !requestExtensionsElsewhere.includes(type)) {
      throw new TlsError(
        'ERR_TLS_EXTENSION_NOT_ALLOWED',
        `${ExtensionType.label(type)} must not be in a CertificateRequest`,
        {
          received: type,
        },
      )
    }
  }
}

/** The empty Certificate says that we have none. */
function* declineCertificateRequest(
  hs: Handshake,
  { certificateRequestContext }: CertificateRequest,
): Program<undefined> {
  hs.send('certificate', { certificateRequestContext, certificateList: [] })
  return undefined
}

function logApplicationSecrets(
  hs: Handshake,
  secrets: { readonly client: Secret; readonly server: Secret; readonly exporter: Secret },
): void {
  hs.logSecret('CLIENT_TRAFFIC_SECRET_0', secrets.client)
  hs.logSecret('SERVER_TRAFFIC_SECRET_0', secrets.server)
  hs.logSecret('EXPORTER_SECRET', secrets.exporter)
}

/**
 * Every extension of an answer must have been asked for, and be one this message may carry.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.3
 */
function checkAnswers(
  message: string,
  types: readonly number[] | undefined,
  allowed: readonly number[],
  offer: ClientOffer,
): void {
  for (const type of types ?? []) {
    if (!offer.has(type) || isGrease(type)) throw unsolicited(message, type)
    if (!allowed.includes(type)) {
      throw new TlsError('ERR_TLS_EXTENSION_NOT_ALLOWED', `${ExtensionType.label(type)} must not be in a ${message}`, {
        received: type,
        path: `${message}.extensions`,
      })
    }
  }
}

function unsolicited(message: string, type: number): TlsError {
  return new TlsError(
    'ERR_TLS_UNSUPPORTED_EXTENSION',
    `${message} has ${ExtensionType.label(type)}, which we did not ask for`,
    {
      received: type,
      path: `${message}.extensions`,
    },
  )
}

const {
  server_name: serverName,
  status_request: statusRequest,
  supported_groups: supportedGroups,
  application_layer_protocol_negotiation: alpn,
  signed_certificate_timestamp: timestamps,
  record_size_limit: recordSizeLimit,
  pre_shared_key: preSharedKey,
  supported_versions: supportedVersions,
  cookie,
  key_share: keyShare,
} = ExtensionType.ids

/** Known extensions a CertificateRequest may carry although we have no codec for them in it. */
const requestExtensionsElsewhere: readonly number[] = [ExtensionType.ids.compress_certificate]
