import type { Codec, OpenEnum } from '@typetls/wire'
import { Writer, decode, equalBytes, openEnum } from '@typetls/wire'
import { Certificate, CertificateRequest, CertificateVerify, Finished } from './authentication.ts'
import { ClientHello } from './client-hello.ts'
import { EncryptedExtensions } from './encrypted-extensions.ts'
import { KeyUpdate, NewSessionTicket } from './post-handshake.ts'
import { HelloRetryRequest, ServerHello, helloRetryRequestRandom } from './server-hello.ts'

/** A decoded handshake message and the bytes it arrived as. https://www.rfc-editor.org/rfc/rfc9846#section-4 */
export type HandshakeMessage<Type extends HandshakeMessageType = HandshakeMessageType> = {
  readonly [K in Type]: { readonly type: K; readonly body: HandshakeMessages[K]; readonly raw: Uint8Array }
}[Type]

export interface HandshakeMessages {
  client_hello: ClientHello
  server_hello: ServerHello
  hello_retry_request: HelloRetryRequest
  encrypted_extensions: EncryptedExtensions
  certificate_request: CertificateRequest
  certificate: Certificate
  certificate_verify: CertificateVerify
  finished: Finished
  new_session_ticket: NewSessionTicket
  key_update: KeyUpdate
}

export type HandshakeMessageType = keyof HandshakeMessages

const handshakeTypeIds = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  new_session_ticket: 4,
  end_of_early_data: 5,
  encrypted_extensions: 8,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
  certificate_url: 21,
  certificate_status: 22,
  supplemental_data: 23,
  key_update: 24,
  compressed_certificate: 25,
  message_hash: 254,
} as const

/** The numbers of the IANA "TLS HandshakeType" registry; those below 1.3 are named for error texts. */
export const HandshakeType: OpenEnum<HandshakeTypeName> = /* @__PURE__ */ openEnum(handshakeTypeIds)

export type HandshakeTypeName = keyof typeof handshakeTypeIds

/** A HelloRetryRequest is a ServerHello on the wire, told apart by its random. */
const numbers = { ...handshakeTypeIds, hello_retry_request: 2 } as const

const codecs: { readonly [K in HandshakeMessageType]: Codec<HandshakeMessages[K]> } = {
  client_hello: ClientHello,
  server_hello: ServerHello,
  hello_retry_request: HelloRetryRequest,
  encrypted_extensions: EncryptedExtensions,
  certificate_request: CertificateRequest,
  certificate: Certificate,
  certificate_verify: CertificateVerify,
  finished: Finished,
  new_session_ticket: NewSessionTicket,
  key_update: KeyUpdate,
}

/** What TLS 1.2 has and TLS 1.3 has not. Named here, read and written in `tls12` alone. */
export type OlderMessageType =
  | 'hello_request'
  | 'server_key_exchange'
  | 'server_hello_done'
  | 'client_key_exchange'
  | 'certificate_status'
  /** No handshake message but a record: it stands where a program waits for it. */
  | 'change_cipher_spec'

/** A message of whatever version. */
export interface DecodedMessage {
  readonly type: HandshakeMessageType | OlderMessageType
  readonly body: unknown
  readonly raw: Uint8Array
}

/** The messages of one version: the same names may have other bodies. */
export interface MessageSet {
  /** Numbers by name. */
  readonly ids: Readonly<Partial<Record<HandshakeMessageType | OlderMessageType, number>>>
  typeOf(raw: Uint8Array): HandshakeMessageType | OlderMessageType | undefined
  decode(type: HandshakeMessageType | OlderMessageType, raw: Uint8Array): DecodedMessage
  encode(type: HandshakeMessageType | OlderMessageType, body: unknown): Uint8Array
}

/** The messages of one version, out of their codecs. */
export function messageSet(bodies: object, typeOf: MessageSet['typeOf'] = (raw) => nameIn(bodies, raw)): MessageSet {
  const table = bodies as Readonly<Record<string, Codec<unknown>>>
  return {
    ids: numbers,
    typeOf,
    decode(type, raw) {
      const codec = table[type] as Codec<unknown>
      return { type, body: decode(codec, raw, codec.name ?? type, 4), raw }
    },
    encode: (type, body) =>
      Writer.written((writer) => {
        writer.uint8(numbers[type as keyof typeof numbers])
        writer.vector(3, 0, 0xffffff, (inner) => (table[type] as Codec<unknown>).encode(body, inner))
      }),
  }
}

function nameIn(bodies: object, raw: Uint8Array): HandshakeMessageType | undefined {
  const name = HandshakeType.nameOf(raw[0] as number)
  return name !== undefined && name in bodies ? (name as HandshakeMessageType) : undefined
}

export const tls13Messages: MessageSet = /* @__PURE__ */ messageSet(codecs, messageType)

/** Type, uint24 length and body. */
export function encodeMessage<K extends HandshakeMessageType>(type: K, body: HandshakeMessages[K]): Uint8Array {
  return tls13Messages.encode(type, body)
}

/** The type of a whole message, or of one whose first 38 bytes are there; `undefined` for types TLS 1.3 does not have. */
export function messageType(raw: Uint8Array): HandshakeMessageType | undefined {
  const name = nameIn(codecs, raw)
  return name === 'server_hello' && equalBytes(raw.subarray(6, 38), helloRetryRequestRandom)
    ? 'hello_retry_request'
    : name
}

/** @throws TlsError for whatever is wrong in the body, with its path */
export function decodeMessage<K extends HandshakeMessageType>(type: K, raw: Uint8Array): HandshakeMessage<K> {
  return tls13Messages.decode(type, raw) as HandshakeMessage<K>
}

/** What to call the message in an error text. */
export function messageLabel(raw: Uint8Array): string {
  return messageType(raw) ?? HandshakeType.label(raw[0] as number)
}
