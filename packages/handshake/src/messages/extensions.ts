import type { Codec } from '@typetls/wire'
import {
  TlsError,
  ascii,
  framed,
  fromAscii,
  opaqueVector,
  rest,
  struct,
  uint16,
  uint32,
  uint8,
  vector,
} from '@typetls/wire'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8 */
export interface KeyShareEntry {
  readonly group: number
  readonly keyExchange: Uint8Array
}

export const KeyShareEntry: Codec<KeyShareEntry> = /* @__PURE__ */ struct('KeyShareEntry', {
  group: uint16,
  keyExchange: opaqueVector(1, 0xffff),
})

export const KeyShareClientHello: Codec<readonly KeyShareEntry[]> = /* @__PURE__ */ vector(KeyShareEntry, 0, 0xffff)

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.11 */
export interface PskIdentity {
  readonly identity: Uint8Array
  /** Milliseconds since the ticket was received plus its `ticketAgeAdd`, modulo 2^32; 0 for external keys. */
  readonly obfuscatedTicketAge: number
}

export interface OfferedPsks {
  readonly identities: readonly PskIdentity[]
  readonly binders: readonly Uint8Array[]
}

export const OfferedPsks: Codec<OfferedPsks> = /* @__PURE__ */ struct('OfferedPsks', {
  identities: vector<PskIdentity>(
    struct('PskIdentity', { identity: opaqueVector(1, 0xffff), obfuscatedTicketAge: uint32 }),
    7,
    0xffff,
  ),
  // The least length of a binder, 32, is checked where a PSK is taken: `ERR_TLS_PSK_BINDER_LENGTH`.
  binders: vector(opaqueVector(0, 255), 1, 0xffff),
})

export const PskKeyExchangeMode = { psk_ke: 0, psk_dhe_ke: 1 } as const

const HostName: Codec<string> = {
  encode: (name, writer) => opaqueVector(1, 0xffff).encode(ascii(name), writer),
  decode(reader) {
    const name = fromAscii(opaqueVector(0, 0xffff).decode(reader))
    if (!/^[!-~]{1,255}$/.test(name)) {
      throw new TlsError('ERR_TLS_DECODE_VALUE', `${reader.path} is not a host name`, { path: reader.path })
    }
    return name
  },
}

/**
 * The one DNS host name of the list. https://www.rfc-editor.org/rfc/rfc6066#section-3
 * Other name types were never defined and are refused, as is more than one host name.
 */
export const ServerNameList: Codec<string> = /* @__PURE__ */ framed(1, 0xffff, ofType(0, HostName))

/** Protocol names are bytes; strings hold one byte a character. */
const ProtocolName: Codec<string> = {
  encode: (name, writer) =>
    opaqueVector(1, 255).encode(
      Uint8Array.from(name, (character) => character.charCodeAt(0)),
      writer,
    ),
  decode: (reader) => fromAscii(opaqueVector(1, 255).decode(reader)),
}

/** https://www.rfc-editor.org/rfc/rfc7301#section-3.1 */
export const ProtocolNameList: Codec<readonly string[]> = /* @__PURE__ */ vector(ProtocolName, 2, 0xffff)

/** Exactly one protocol: the server's answer. */
export const SelectedProtocol: Codec<string> = /* @__PURE__ */ framed(2, 0xffff, ProtocolName)

/** A request for an OCSP staple. https://www.rfc-editor.org/rfc/rfc6066#section-8 */
export interface CertificateStatusRequest {
  /** Always 1: ocsp. Other types carry `request` uninterpreted. */
  readonly statusType: number
  readonly request: Uint8Array
}

const OcspStatusRequest: Codec<Uint8Array> = /* @__PURE__ */ keptWhole(
  struct('OCSPStatusRequest', { responderIdList: opaqueVector(0, 0xffff), requestExtensions: opaqueVector(0, 0xffff) }),
)

export const CertificateStatusRequest: Codec<CertificateStatusRequest> = {
  encode({ statusType, request }, writer) {
    writer.uint8(statusType)
    writer.raw(request)
  },
  decode(reader) {
    const statusType = reader.uint8()
    return { statusType, request: (statusType === 1 ? OcspStatusRequest : rest).decode(reader) }
  },
}

/** No responder ids, no request extensions. */
export const ocspRequest: CertificateStatusRequest = { statusType: 1, request: /* @__PURE__ */ new Uint8Array(4) }

/** The staple itself, DER. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2.1 */
export const CertificateStatus: Codec<Uint8Array> = /* @__PURE__ */ ofType(1, opaqueVector(1, 0xffffff))

/** SignedCertificateTimestampList. https://www.rfc-editor.org/rfc/rfc6962#section-3.3 */
export const SignedCertificateTimestampList: Codec<Uint8Array> = /* @__PURE__ */ keptWhole(
  vector(opaqueVector(1, 0xffff), 1, 0xffff),
)

/** Numbers of signature schemes or groups. */
export const SchemeList: Codec<readonly number[]> = /* @__PURE__ */ vector(uint16, 2, 0xfffe)

/** DER DistinguishedNames. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.4 */
export const DistinguishedNames: Codec<readonly Uint8Array[]> = /* @__PURE__ */ vector(
  opaqueVector(1, 0xffff),
  3,
  0xffff,
)

export const Cookie: Codec<Uint8Array> = /* @__PURE__ */ opaqueVector(1, 0xffff)

export const SupportedVersionsClient: Codec<readonly number[]> = /* @__PURE__ */ vector(uint16, 2, 254)

export const PskKeyExchangeModes: Codec<readonly number[]> = /* @__PURE__ */ vector(uint8, 1, 255)

/** Behind a type, of which only this one was ever defined. */
function ofType<T>(type: number, body: Codec<T>): Codec<T> {
  return {
    encode(value, writer) {
      writer.uint8(type)
      body.encode(value, writer)
    },
    decode(reader) {
      const received = reader.uint8()
      if (received === type) return body.decode(reader)
      throw new TlsError('ERR_TLS_DECODE_VALUE', undefined, { path: reader.path, expected: type, received })
    },
  }
}

/** Checked for its shape, and kept as the bytes it has. */
function keptWhole(shape: Codec<unknown>): Codec<Uint8Array> {
  return {
    encode: (bytes, writer) => writer.raw(bytes),
    decode(reader) {
      const from = reader.offset
      shape.decode(reader)
      return reader.bytes.subarray(from, reader.offset)
    },
  }
}
