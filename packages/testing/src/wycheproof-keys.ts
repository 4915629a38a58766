import { toHex } from '@typetls/wire'

/**
 * The public key within SPKI of the one form that TLS has, or `undefined`: RFC 5480 with the curve by name and an
 * uncompressed point, RFC 8410 for X25519 and X448.
 */
export function publicKeyBytes(group: string, spki: Uint8Array): Uint8Array | undefined {
  return afterPrefix(spki, spkiPrefixes[group])
}

/** The private key within PKCS#8 of RFC 8410. */
export function montgomeryPrivateKey(group: string, pkcs8: Uint8Array): Uint8Array | undefined {
  return afterPrefix(pkcs8, pkcs8Prefixes[group])
}

export function base64url(text: unknown): Uint8Array | undefined {
  return typeof text === 'string' ? new Uint8Array(Buffer.from(text, 'base64url')) : undefined
}

export function fromPem(text: unknown): Uint8Array | undefined {
  const base64 = /^-----BEGIN [A-Z ]+-----([^-]+)-----END/.exec(String(text))?.[1]
  return base64 === undefined ? undefined : new Uint8Array(Buffer.from(base64, 'base64'))
}

/** The number of an ECPrivateKey within PKCS#8: behind its version 1. */
export function scalarOf(pkcs8: Uint8Array | undefined): Uint8Array | undefined {
  const at = Buffer.from(pkcs8 ?? []).indexOf(Buffer.from('02010104', 'hex'))
  return at === -1 ? undefined : pkcs8?.slice(at + 5, at + 5 + (pkcs8[at + 4] ?? 0))
}

function afterPrefix(bytes: Uint8Array, prefix: string | undefined): Uint8Array | undefined {
  const [text, length] = (prefix ?? ' 0').split(' ') as [string, string]
  const start = text.length / 2
  if (text === '' || bytes.length !== start + Number(length)) return undefined
  return toHex(bytes.subarray(0, start)) === text ? bytes.subarray(start) : undefined
}

/** Bytes of a coordinate. */
export const widths: Readonly<Record<string, number>> = { secp256r1: 32, secp384r1: 48, secp521r1: 66 }

/** SPKI up to the key, and the key's length. */
const spkiPrefixes: Readonly<Record<string, string>> = {
  secp256r1: '3059301306072a8648ce3d020106082a8648ce3d030107034200 65',
  secp384r1: '3076301006072a8648ce3d020106052b81040022036200 97',
  secp521r1: '30819b301006072a8648ce3d020106052b8104002303818600 133',
  x25519: '302a300506032b656e032100 32',
  x448: '3042300506032b656f033900 56',
}

const pkcs8Prefixes: Readonly<Record<string, string>> = {
  x25519: '302e020100300506032b656e04220420 32',
  x448: '3046020100300506032b656f043a0438 56',
}
