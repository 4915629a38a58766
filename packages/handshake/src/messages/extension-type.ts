import type { OpenEnum } from '@typetls/wire'
import { openEnum } from '@typetls/wire'

const extensionIds = {
  server_name: 0,
  max_fragment_length: 1,
  status_request: 5,
  supported_groups: 10,
  ec_point_formats: 11,
  signature_algorithms: 13,
  use_srtp: 14,
  application_layer_protocol_negotiation: 16,
  signed_certificate_timestamp: 18,
  client_certificate_type: 19,
  server_certificate_type: 20,
  padding: 21,
  encrypt_then_mac: 22,
  extended_main_secret: 23,
  compress_certificate: 27,
  record_size_limit: 28,
  delegated_credential: 34,
  session_ticket: 35,
  pre_shared_key: 41,
  early_data: 42,
  supported_versions: 43,
  cookie: 44,
  psk_key_exchange_modes: 45,
  certificate_authorities: 47,
  oid_filters: 48,
  post_handshake_auth: 49,
  signature_algorithms_cert: 50,
  key_share: 51,
  quic_transport_parameters: 57,
  tls_flags: 62,
  encrypted_client_hello: 0xfe0d,
  renegotiation_info: 0xff01,
} as const

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3 and the IANA "TLS ExtensionType Values" registry. */
export const ExtensionType: OpenEnum<ExtensionName> = /* @__PURE__ */ openEnum(extensionIds)

/** Registry names. */
export type ExtensionName = keyof typeof extensionIds

/** One of the sixteen reserved values `0x?a?a`. https://www.rfc-editor.org/rfc/rfc8701 */
export function isGrease(value: number): boolean {
  return (value & 0x0f0f) === 0x0a0a && value >>> 8 === (value & 0xff)
}

/** The GREASE value of a seed byte. */
export function grease(seed: number): number {
  const byte = (seed & 0xf0) | 0x0a
  return (byte << 8) | byte
}
