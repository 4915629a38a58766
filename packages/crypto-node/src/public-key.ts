import { createPublicKey } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import type { PublicKey } from '@typetls/crypto-provider'
import { ecSpki, ed25519Spki, ed448Spki, rsaEncryption } from '@typetls/crypto-provider/key-forms'
import type { SpkiForm } from '@typetls/crypto-provider/key-forms'
import { keyTypeOf } from './key-type.ts'

/** OpenSSL's form of a public key, read once, or `undefined` when it is malformed or not of the kind it says. */
export function keyObjectOfPublic(key: PublicKey): KeyObject | undefined {
  const known = imported.get(key)
  if (known !== undefined) return known ?? undefined
  const keyObject = read(key)
  imported.set(key, keyObject ?? null)
  return keyObject
}

const imported = /* @__PURE__ */ new WeakMap<PublicKey, KeyObject | null>()

function read(key: PublicKey): KeyObject | undefined {
  try {
    const keyObject = readers[key.keyType]?.(key.spki)
    return keyObject !== undefined && keyTypeOf(keyObject) === key.keyType ? keyObject : undefined
  } catch {
    // verify() answers false for a malformed key, as its contract says.
    return undefined
  }
}

/**
 * OpenSSL's reader of SPKI takes 60 to 90 µs because it tries one decoder after another; JWK and PKCS#1 take 2 to 4 µs,
 * and for elliptic curves little more than the check that the point is on the curve. So we cut the fixed header off.
 * A header that differs (a compressed point, explicit curve parameters) is not one that TLS or RFC 5480 allows.
 */
const readers: Readonly<Record<string, (spki: Uint8Array) => KeyObject | undefined>> = {
  'ec-secp256r1': /* @__PURE__ */ curve('P-256', /* @__PURE__ */ ecSpki('secp256r1')),
  'ec-secp384r1': /* @__PURE__ */ curve('P-384', /* @__PURE__ */ ecSpki('secp384r1')),
  'ec-secp521r1': /* @__PURE__ */ curve('P-521', /* @__PURE__ */ ecSpki('secp521r1')),
  ed25519: /* @__PURE__ */ edwards('Ed25519', /* @__PURE__ */ ed25519Spki()),
  ed448: /* @__PURE__ */ edwards('Ed448', /* @__PURE__ */ ed448Spki()),
  rsa,
  'rsa-pss': wholeSpki,
  'ml-dsa-44': wholeSpki,
  'ml-dsa-65': wholeSpki,
  'ml-dsa-87': wholeSpki,
}

function curve(crv: string, form: SpkiForm): (spki: Uint8Array) => KeyObject | undefined {
  return (spki) => {
    const point = form.read(spki)
    if (point?.[0] !== 4) return undefined
    const half = (point.length + 1) / 2
    return jwk({ kty: 'EC', crv, x: base64url(point, 1, half), y: base64url(point, half, point.length) })
  }
}

function edwards(crv: string, form: SpkiForm): (spki: Uint8Array) => KeyObject | undefined {
  return (spki) => {
    const point = form.read(spki)
    return point && jwk({ kty: 'OKP', crv, x: base64url(point, 0, point.length) })
  }
}

/** SEQUENCE { SEQUENCE { rsaEncryption, NULL }, BIT STRING { RSAPublicKey } } */
function rsa(spki: Uint8Array): KeyObject | undefined {
  const outer = contentStart(spki, 0, 0x30)
  if (outer === undefined || !startsWith(spki.subarray(outer), rsaEncryption)) return undefined
  const bits = contentStart(spki, outer + rsaEncryption.length, 0x03)
  // OpenSSL would not mind bytes behind the key.
  if (bits === undefined || spki[bits] !== 0 || contentStart(spki, bits + 1, 0x30) === undefined) return undefined
  const key = Buffer.from(spki.buffer, spki.byteOffset + bits + 1, spki.length - bits - 1)
  return createPublicKey({ key, format: 'der', type: 'pkcs1' })
}

/** Left to OpenSSL's reader: RSASSA-PSS for the parameters a key may be bound to, ML-DSA for want of a shorter way. */
function wholeSpki(spki: Uint8Array): KeyObject | undefined {
  if (contentStart(spki, 0, 0x30) === undefined) return undefined
  return createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
}

/** Where the content of the element at `offset` starts, if it has this tag and ends where `der` ends. */
function contentStart(der: Uint8Array, offset: number, tag: number): number | undefined {
  const first = der[offset + 1]
  if (der[offset] !== tag || first === undefined) return undefined
  const width = first < 0x80 ? 0 : first - 0x80
  if (width > 3) return undefined
  const start = offset + 2 + width
  let length = width === 0 ? first : 0
  for (let i = 0; i < width; i++) length = length * 0x100 + (der[offset + 2 + i] ?? 0)
  return start + length === der.length ? start : undefined
}

function startsWith(bytes: Uint8Array, start: Uint8Array): boolean {
  if (bytes.length < start.length) return false
  for (let i = 0; i < start.length; i++) if (bytes[i] !== start[i]) return false
  return true
}

function jwk(key: JsonWebKey): KeyObject {
  return createPublicKey({ key, format: 'jwk' })
}

function base64url(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString('base64url')
}
