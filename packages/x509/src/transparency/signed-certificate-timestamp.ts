import type { Codec } from '@typetls/wire'
import { decode, encode, opaque, opaqueVector, rest, struct, TlsError, uint8, vector } from '@typetls/wire'

/** https://www.rfc-editor.org/rfc/rfc6962#section-3.2, version 1 */
export interface SignedCertificateTimestamp {
  /** 0 is v1. */
  readonly sctVersion: number
  /** SHA-256 of the log's SubjectPublicKeyInfo. */
  readonly logId: Uint8Array
  /** Milliseconds since 1970. */
  readonly timestamp: number
  readonly extensions: Uint8Array
  /** HashAlgorithm of TLS 1.2: 4 is SHA-256. */
  readonly hash: number
  /** SignatureAlgorithm of TLS 1.2: 1 is RSA, 3 ECDSA. */
  readonly signatureAlgorithm: number
  readonly signature: Uint8Array
}

/**
 * The timestamps of a SignedCertificateTimestampList. Those of another version than 1 and those that cannot be read are
 * left out: each stands behind its own length, so that the others can still be used.
 *
 * https://www.rfc-editor.org/rfc/rfc6962#section-3.3
 *
 * @param path where it stands, for errors
 * @throws TlsError `ERR_TLS_SCT_PARSE` (decode_error) when the list itself cannot be read
 */
export function parseTimestampList(
  bytes: Uint8Array,
  path: string = 'SignedCertificateTimestampList',
): readonly SignedCertificateTimestamp[] {
  return readable(SerializedTimestampList, bytes, path).flatMap((serialized) => {
    if (serialized[0] !== 0) return []
    try {
      return [readable(SignedCertificateTimestamp, serialized, 'SignedCertificateTimestamp')]
    } catch (error) {
      if (error instanceof TlsError && error.code === 'ERR_TLS_SCT_PARSE') return []
      throw error
    }
  })
}

/** What a log signs of an entry. https://www.rfc-editor.org/rfc/rfc6962#section-3.2 */
export function signedData(sct: SignedCertificateTimestamp, entry: Uint8Array): Uint8Array {
  return encode(DigitallySigned, { ...sct, signatureType: 0, entry })
}

interface SignedParts {
  readonly sctVersion: number
  /** certificate_timestamp is 0. */
  readonly signatureType: number
  readonly timestamp: number
  /** entry_type and signed_entry. */
  readonly entry: Uint8Array
  readonly extensions: Uint8Array
}

/** Milliseconds in 64 bits; what does not fit a double exactly is in no year of ours. */
const uint64: Codec<number> = {
  encode(value, writer) {
    writer.uint(4, Math.floor(value / 2 ** 32))
    writer.uint(4, value % 2 ** 32)
  },
  decode(reader) {
    const high = reader.uint(4)
    const low = reader.uint(4)
    if (high >= 2 ** 21) throw new TlsError('ERR_TLS_SCT_PARSE', `${reader.path} is after the year 287,000`)
    return high * 2 ** 32 + low
  },
}

const SignedCertificateTimestamp: Codec<SignedCertificateTimestamp> = /* @__PURE__ */ struct(
  'SignedCertificateTimestamp',
  {
    sctVersion: uint8,
    logId: opaque(32),
    timestamp: uint64,
    extensions: /* @__PURE__ */ opaqueVector(0, 0xffff),
    hash: uint8,
    signatureAlgorithm: uint8,
    signature: /* @__PURE__ */ opaqueVector(0, 0xffff),
  },
)

const DigitallySigned: Codec<SignedParts> = /* @__PURE__ */ struct('digitally-signed', {
  sctVersion: uint8,
  signatureType: uint8,
  timestamp: uint64,
  entry: rest,
  extensions: /* @__PURE__ */ opaqueVector(0, 0xffff),
})

const SerializedTimestampList: Codec<readonly Uint8Array[]> = /* @__PURE__ */ vector(
  /* @__PURE__ */ opaqueVector(1, 0xffff),
  1,
  0xffff,
)

function readable<T>(codec: Codec<T>, bytes: Uint8Array, name: string): T {
  try {
    return decode(codec, bytes, name)
  } catch (cause) {
    if (!(cause instanceof TlsError)) throw cause
    const { path } = cause
    throw new TlsError('ERR_TLS_SCT_PARSE', cause.message, path === undefined ? { cause } : { path, cause })
  }
}
