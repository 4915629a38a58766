import { TlsError } from '@typetls/wire'
import { hasDowngradeSentinel } from '../downgrade.ts'
import type { Handshake } from '../handshake.ts'
import { ExtensionType } from '../messages/extension-type.ts'
import type { SentHello } from '../older-version.ts'
import type { ClientParameters } from '../parameters.ts'
import { checkRecordSizeLimit } from '../record-size-limit.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'
import { fragmentLengths, uncompressed } from './extensions.ts'
import type { ServerHello, ServerHelloExtensions } from './messages.ts'
import type { Tls12ClientParameters } from './parameters.ts'
import type { Earlier } from './renegotiation.ts'
import { checkRenegotiation } from './renegotiation.ts'
import { takeSelectedProtocol } from '../selected-protocol.ts'
import { wrongExtension } from '../wrong-extension.ts'

/** The suite of a ServerHello that answers what we offered. */
export function checkServerHello(hs: Handshake, hello: ServerHello, offered: Offered): Tls12CipherSuite {
  const { suites, sent, offersNewer } = offered
  if (hello.serverVersion !== 0x0303) {
    const [code, what] =
      offered.earlier === undefined
        ? (['ERR_TLS_VERSION', 'the server chose a version we did not offer'] as const)
        : (['ERR_TLS_RENEGOTIATION_VERSION', 'the renegotiation changes the version'] as const)
    throw new TlsError(code, what, {
      expected: offersNewer ? ['TLS 1.3', 'TLS 1.2'] : ['TLS 1.2'],
      received: hello.serverVersion,
    })
  }
  if (offersNewer && hasDowngradeSentinel(hello.random)) {
    throw new TlsError('ERR_TLS_DOWNGRADE', 'somebody removed TLS 1.3 from our ClientHello')
  }
  if (hello.compressionMethod !== 0) {
    throw new TlsError('ERR_TLS_COMPRESSION', undefined, {
      path: 'ServerHello.compressionMethod',
      expected: 0,
      received: hello.compressionMethod,
    })
  }
  const { extensions } = hello
  // supported_groups means nothing here, and some servers send it.
  const wrong =
    extensions.unknown?.[0]?.type ??
    extensions.order?.find((type) => !sent.has(type) && type !== ExtensionType.ids.supported_groups)
  if (wrong !== undefined) throw wrongExtension('ERR_TLS_UNSUPPORTED_EXTENSION', 'ServerHello', wrong)
  const suite = suites.find((row) => row.id === hello.cipherSuite)
  if (suite === undefined) {
    throw new TlsError('ERR_TLS_WRONG_CIPHER', 'the server chose a cipher suite we did not offer', {
      expected: suites.map((row) => row.name),
      received: hello.cipherSuite,
    })
  }
  checkRenegotiation(offered.earlier, extensions)
  checkExtensions(hs, extensions, suite, offered)
  return suite
}

/** What a ServerHello answers to. */
interface Offered {
  readonly parameters: ClientParameters
  readonly tls12: Tls12ClientParameters
  readonly suites: readonly Tls12CipherSuite[]
  readonly sent: SentHello
  /** Whether the ClientHello offers TLS 1.3 as well. */
  readonly offersNewer: boolean
  readonly earlier: Earlier | undefined
}

function checkExtensions(
  hs: Handshake,
  extensions: ServerHelloExtensions,
  suite: Tls12CipherSuite,
  { parameters, tls12, offersNewer }: Offered,
): void {
  if (extensions.extended_main_secret === undefined && tls12.requireExtendedMainSecret) {
    throw new TlsError('ERR_TLS_EXTENDED_MAIN_SECRET', 'the server has no extended_main_secret')
  }
  if (extensions.renegotiation_info === undefined && tls12.requireSecureRenegotiation) {
    throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'the server does not say that it renegotiates securely', {
      expected: 'renegotiation_info',
    })
  }
  if (extensions.ec_point_formats?.includes(uncompressed) === false) {
    throw new TlsError('ERR_TLS_POINT_FORMATS', undefined, {
      expected: [uncompressed],
      received: extensions.ec_point_formats,
    })
  }
  if (extensions.encrypt_then_mac !== undefined && !suite.cipher.blockCipher) {
    throw new TlsError('ERR_TLS_ENCRYPT_THEN_MAC', `encrypt_then_mac means nothing for ${suite.name}`)
  }
  takeSelectedProtocol(hs, parameters, extensions.application_layer_protocol_negotiation)
  const fragment = extensions.max_fragment_length
  if (fragment !== undefined) {
    const length = tls12.maxFragmentLength as number
    if (fragmentLengths[fragment] !== length) {
      throw new TlsError('ERR_TLS_MAX_FRAGMENT_LENGTH', undefined, {
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
