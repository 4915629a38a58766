import type { Codec, Empty, ExtensionBlock } from '@typetls/wire'
import { empty, extensionBlock, opaque, opaqueVector, rest, struct, uint16, uint8, vector } from '@typetls/wire'
import { ExtensionType } from './extension-type.ts'
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
export type ClientHello = HelloWith<ClientHelloExtensions>

/** The message with its extensions read in one way or another. */
export interface HelloWith<Extensions> {
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly legacySessionId: Uint8Array
  readonly cipherSuites: readonly number[]
  readonly legacyCompressionMethods: readonly number[]
  readonly extensions: Extensions
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

export const ClientHello: Codec<ClientHello> = /* @__PURE__ */ clientHelloStruct(
  extensionBlock<ClientHelloExtensionValues>(
    ExtensionType,
    {
      server_name: ServerNameList,
      status_request: CertificateStatusRequest,
      supported_groups: SchemeList,
      signature_algorithms: SchemeList,
      application_layer_protocol_negotiation: ProtocolNameList,
      signed_certificate_timestamp: empty,
      padding: rest,
      record_size_limit: uint16,
      early_data: empty,
      supported_versions: SupportedVersionsClient,
      cookie: Cookie,
      psk_key_exchange_modes: PskKeyExchangeModes,
      certificate_authorities: DistinguishedNames,
      post_handshake_auth: empty,
      signature_algorithms_cert: SchemeList,
      key_share: KeyShareClientHello,
      // Last: https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11
      pre_shared_key: OfferedPsks,
    },
    { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', optional: true },
  ),
)

export function clientHelloStruct<Extensions>(extensions: Codec<Extensions>): Codec<HelloWith<Extensions>> {
  return struct<HelloWith<Extensions>>('ClientHello', {
    legacyVersion: uint16,
    random: opaque(32),
    legacySessionId: opaqueVector(0, 32),
    cipherSuites: vector(uint16, 2, 0xfffe),
    legacyCompressionMethods: vector(uint8, 1, 255),
    extensions,
  })
}
