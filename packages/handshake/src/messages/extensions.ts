import type { Codec } from '@typetls/wire'
import { TlsError, ascii, framed, fromAscii, opaqueVector, struct, uint16, uint32, uint8, vector } from '@typetls/wire'

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

/**
 * The one DNS host name of the list. https://www.rfc-editor.org/rfc/rfc6066#section-3
 * Other name types were never defined and are refused, as is more than one host name.
 */
export const ServerNameList: Codec<string> = {
  encode(name, writer) {
    writer.vector(2, 1, 0xffff, (list) => {
      list.uint8(0)
      list.vector(2, 1, 0xffff, (inner) => inner.raw(ascii(name)))
    })
  },
  decode(reader) {
    const list = reader.sub(reader.uint16())
    const type = list.uint8()
    if (type !== 0) {
      throw new TlsError('ERR_TLS_DECODE_VALUE', `${reader.path} has the unknown name type ${type}`, {
        path: reader.path,
        received: type,
      })
    }
    const name = list.take(list.uint16())
    list.finish()
    if (name.length === 0 || name.length > 255 || name.some((byte) => byte <= 0x20 || byte > 0x7e)) {
      throw new TlsError('ERR_TLS_DECODE_VALUE', `${reader.path} is not a host name`, { path: reader.path })
    }
    return fromAscii(name)
  },
}

/** https://www.rfc-editor.org/rfc/rfc7301#section-3.1 */
export const ProtocolNameList: Codec<readonly string[]> = /* @__PURE__ */ vector(
  {
    encode: (name: string, writer) => opaqueVector(1, 255).encode(protocolName(name), writer),
    decode: (reader) => fromAscii(opaqueVector(1, 255).decode(reader)),
  },
  2,
  0xffff,
)

/** Exactly one protocol: the server's answer. */
export const SelectedProtocol: Codec<string> = /* @__PURE__ */ framed(2, 0xffff, {
  encode: (name: string, writer) => opaqueVector(1, 255).encode(protocolName(name), writer),
  decode: (reader) => fromAscii(opaqueVector(1, 255).decode(reader)),
})

/** Protocol names are bytes; strings hold one byte a character. */
function protocolName(name: string): Uint8Array {
  return Uint8Array.from(name, (character) => character.charCodeAt(0))
}

/** A request for an OCSP staple. https://www.rfc-editor.org/rfc/rfc6066#section-8 */
export interface CertificateStatusRequest {
  /** Always 1: ocsp. Other types carry `request` uninterpreted. */
  readonly statusType: number
  readonly request: Uint8Array
}

export const CertificateStatusRequest: Codec<CertificateStatusRequest> = {
  encode(value, writer) {
    writer.uint8(value.statusType)
    writer.raw(value.request)
  },
  decode(reader) {
    const statusType = reader.uint8()
    if (statusType !== 1) return { statusType, request: reader.take(reader.remaining) }
    const from = reader.offset
    opaqueVector(0, 0xffff).decode(reader)
    opaqueVector(0, 0xffff).decode(reader)
    return { statusType, request: reader.bytes.subarray(from, reader.offset) }
  },
}

/** No responder ids, no request extensions. */
export const ocspRequest: CertificateStatusRequest = { statusType: 1, request: /* @__PURE__ */ new Uint8Array(4) }

/** The staple itself, DER. https://www.rfc-editor.org/rfc/rfc9846#section-4.5.2.1 */
export const CertificateStatus: Codec<Uint8Array> = {
  encode(response, writer) {
    writer.uint8(1)
    opaqueVector(1, 0xffffff).encode(response, writer)
  },
  decode(reader) {
    const type = reader.uint8()
    if (type !== 1) {
      throw new TlsError('ERR_TLS_DECODE_VALUE', `${reader.path} has the unknown status type ${type}`, {
        path: reader.path,
        received: type,
      })
    }
    return opaqueVector(1, 0xffffff).decode(reader)
  },
}

/** SignedCertificateTimestampList, checked for shape and kept whole. https://www.rfc-editor.org/rfc/rfc6962#section-3.3 */
export const SignedCertificateTimestampList: Codec<Uint8Array> = {
  encode: (list, writer) => writer.raw(list),
  decode(reader) {
    const from = reader.offset
    vector(opaqueVector(1, 0xffff), 1, 0xffff).decode(reader)
    return reader.bytes.subarray(from, reader.offset)
  },
}

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
