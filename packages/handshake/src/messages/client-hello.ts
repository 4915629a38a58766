import type { Codec, Empty, ExtensionBlock, ExtensionTable } from '@typetls/wire'
import { empty, extensionBlock, opaque, opaqueVector, rest, struct, uint16, uint8, vector } from '@typetls/wire'
import type { KeyShareEntry } from './extensions.ts'
import {
  CertificateStatusRequest,
  Cookie,
  DistinguishedNames,
  KeyShareClientHello,
  OfferedPsks,
  ProtocolNameList,
  PskKeyExchangeModes,
  SchemeList,
  ServerNameList,
  SupportedVersionsClient,
} from './extensions.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.2.2 */
export interface ClientHello {
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly legacySessionId: Uint8Array
  readonly cipherSuites: readonly number[]
  readonly legacyCompressionMethods: readonly number[]
  readonly extensions: ClientHelloExtensions
}

export type ClientHelloExtensions = ExtensionBlock<ClientHelloExtensionValues>

export interface ClientHelloExtensionValues {
  readonly server_name: string
  readonly status_request: CertificateStatusRequest
  readonly supported_groups: readonly number[]
  readonly signature_algorithms: readonly number[]
  readonly application_layer_protocol_negotiation: readonly string[]
  readonly signed_certificate_timestamp: Empty
  readonly padding: Uint8Array
  readonly record_size_limit: number
  readonly early_data: Empty
  readonly supported_versions: readonly number[]
  readonly cookie: Uint8Array
  readonly psk_key_exchange_modes: readonly number[]
  readonly certificate_authorities: readonly Uint8Array[]
  readonly post_handshake_auth: Empty
  readonly signature_algorithms_cert: readonly number[]
  readonly key_share: readonly KeyShareEntry[]
  readonly pre_shared_key: OfferedPsks
}

/** In the order we send them in. */
export const clientHelloExtensions: ExtensionTable<ClientHelloExtensionValues> = {
  server_name: { id: 0, body: ServerNameList },
  status_request: { id: 5, body: CertificateStatusRequest },
  supported_groups: { id: 10, body: SchemeList },
  signature_algorithms: { id: 13, body: SchemeList },
  application_layer_protocol_negotiation: { id: 16, body: ProtocolNameList },
  signed_certificate_timestamp: { id: 18, body: empty },
  padding: { id: 21, body: rest },
  record_size_limit: { id: 28, body: uint16 },
  early_data: { id: 42, body: empty },
  supported_versions: { id: 43, body: SupportedVersionsClient },
  cookie: { id: 44, body: Cookie },
  psk_key_exchange_modes: { id: 45, body: PskKeyExchangeModes },
  certificate_authorities: { id: 47, body: DistinguishedNames },
  post_handshake_auth: { id: 49, body: empty },
  signature_algorithms_cert: { id: 50, body: SchemeList },
  key_share: { id: 51, body: KeyShareClientHello },
  // Last: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
  pre_shared_key: { id: 41, body: OfferedPsks },
}

export const ClientHello: Codec<ClientHello> = /* @__PURE__ */ helloStruct(
  extensionBlock(clientHelloExtensions, { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', optional: true }),
)

/** The same message with every extension kept as bytes, for comparing two of them. */
export const RawClientHello: Codec<HelloWith<ExtensionBlock<Empty>>> = /* @__PURE__ */ helloStruct(
  extensionBlock<Empty>({}, { optional: true }),
)

type HelloWith<Extensions> = Omit<ClientHello, 'extensions'> & { readonly extensions: Extensions }

function helloStruct<Extensions>(extensions: Codec<Extensions>): Codec<HelloWith<Extensions>> {
  const fields: { readonly [Field in keyof HelloWith<unknown>]: Codec<HelloWith<unknown>[Field]> } = {
    legacyVersion: uint16,
    random: opaque(32),
    legacySessionId: opaqueVector(0, 32),
    cipherSuites: vector(uint16, 2, 0xfffe),
    legacyCompressionMethods: vector(uint8, 1, 255),
    extensions,
  }
  return struct('ClientHello', fields) as Codec<HelloWith<Extensions>>
}
