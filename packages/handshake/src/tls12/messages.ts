import type { Codec, Empty, ExtensionBlock } from '@typetls/wire'
import { empty, extensionBlock, opaque, opaqueVector, rest, struct, uint16, uint32, uint8, vector } from '@typetls/wire'
import { ExtensionType } from '../messages/extension-type.ts'
import { CertificateVerify, Finished } from '../messages/authentication.ts'
import { ClientHello } from '../messages/client-hello.ts'
import {
  CertificateStatus,
  SchemeList,
  SelectedProtocol,
  SignedCertificateTimestampList,
} from '../messages/extensions.ts'
import type { MessageSet } from '../messages/handshake-message.ts'
import { messageSet } from '../messages/handshake-message.ts'

/** The messages of TLS 1.2 by name. https://www.rfc-editor.org/rfc/rfc5246#section-7.4 */
export interface Tls12Messages {
  hello_request: Empty
  client_hello: ClientHello
  server_hello: ServerHello
  new_session_ticket: NewSessionTicket
  certificate: Certificate
  certificate_status: Uint8Array
  server_key_exchange: Uint8Array
  certificate_request: CertificateRequest
  server_hello_done: Empty
  certificate_verify: CertificateVerify
  client_key_exchange: Uint8Array
  finished: Finished
}

export type Tls12MessageType = keyof Tls12Messages

export type Tls12Message<Type extends Tls12MessageType = Tls12MessageType> = {
  readonly [K in Type]: { readonly type: K; readonly body: Tls12Messages[K]; readonly raw: Uint8Array }
}[Type]

/** https://www.rfc-editor.org/rfc/rfc5246#section-7.4.1.3 */
export interface ServerHello {
  readonly serverVersion: number
  readonly random: Uint8Array
  readonly sessionId: Uint8Array
  readonly cipherSuite: number
  readonly compressionMethod: number
  readonly extensions: ServerHelloExtensions
}

export type ServerHelloExtensions = ExtensionBlock<ServerHelloExtensionValues>

export interface ServerHelloExtensionValues {
  readonly server_name: Empty
  readonly max_fragment_length: number
  readonly status_request: Empty
  /** Means nothing in a ServerHello; some servers send it. */
  readonly supported_groups: Uint8Array
  readonly ec_point_formats: readonly number[]
  readonly application_layer_protocol_negotiation: string
  readonly signed_certificate_timestamp: Uint8Array
  readonly encrypt_then_mac: Empty
  readonly extended_main_secret: Empty
  readonly record_size_limit: number
  readonly session_ticket: Empty
  readonly renegotiation_info: Uint8Array
}

/** https://www.rfc-editor.org/rfc/rfc8422#section-5.1.2 */
export const PointFormats: Codec<readonly number[]> = /* @__PURE__ */ vector(uint8, 1, 255)

/** https://www.rfc-editor.org/rfc/rfc5746#section-3.2 */
export const RenegotiationInfo: Codec<Uint8Array> = /* @__PURE__ */ opaqueVector(0, 255)

export const ServerHello: Codec<ServerHello> = /* @__PURE__ */ struct('ServerHello', {
  serverVersion: uint16,
  random: opaque(32),
  sessionId: opaqueVector(0, 32),
  cipherSuite: uint16,
  compressionMethod: uint8,
  extensions: extensionBlock<ServerHelloExtensionValues>(
    ExtensionType,
    {
      server_name: empty,
      max_fragment_length: uint8,
      status_request: empty,
      supported_groups: rest,
      ec_point_formats: PointFormats,
      application_layer_protocol_negotiation: SelectedProtocol,
      signed_certificate_timestamp: SignedCertificateTimestampList,
      encrypt_then_mac: empty,
      extended_main_secret: empty,
      record_size_limit: uint16,
      session_ticket: empty,
      renegotiation_info: RenegotiationInfo,
    },
    { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', optional: true },
  ),
})

/** https://www.rfc-editor.org/rfc/rfc5246#section-7.4.2 */
export interface Certificate {
  /** DER, leaf first. */
  readonly certificateList: readonly Uint8Array[]
}

export const Certificate: Codec<Certificate> = /* @__PURE__ */ struct('Certificate', {
  certificateList: vector(opaqueVector(1, 0xffffff), 0, 0xffffff),
})

/** https://www.rfc-editor.org/rfc/rfc5246#section-7.4.4 */
export interface CertificateRequest {
  readonly certificateTypes: readonly number[]
  readonly supportedSignatureAlgorithms: readonly number[]
  /** DER DistinguishedNames. */
  readonly certificateAuthorities: readonly Uint8Array[]
}

export const CertificateRequest: Codec<CertificateRequest> = /* @__PURE__ */ struct('CertificateRequest', {
  certificateTypes: vector(uint8, 1, 255),
  supportedSignatureAlgorithms: SchemeList,
  certificateAuthorities: vector(opaqueVector(1, 0xffff), 0, 0xffff),
})

/** https://www.rfc-editor.org/rfc/rfc5077#section-3.3 */
export interface NewSessionTicket {
  /** Seconds; 0: unspecified. */
  readonly ticketLifetimeHint: number
  readonly ticket: Uint8Array
}

export const NewSessionTicket: Codec<NewSessionTicket> = /* @__PURE__ */ struct('NewSessionTicket', {
  ticketLifetimeHint: uint32,
  ticket: opaqueVector(0, 0xffff),
})

const codecs: { readonly [K in Tls12MessageType]: Codec<Tls12Messages[K]> } = {
  hello_request: empty,
  client_hello: ClientHello,
  server_hello: ServerHello,
  new_session_ticket: NewSessionTicket,
  certificate: Certificate,
  // Its body depends on the key exchange, which reads it.
  server_key_exchange: rest,
  certificate_request: CertificateRequest,
  server_hello_done: empty,
  certificate_verify: CertificateVerify,
  client_key_exchange: rest,
  finished: Finished,
  certificate_status: CertificateStatus,
}

export const tls12Messages: MessageSet = /* @__PURE__ */ messageSet(codecs)
