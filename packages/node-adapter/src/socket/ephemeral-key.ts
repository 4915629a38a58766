import type { EphemeralKeyInfo } from 'node:tls'

/** A group in the words of `tlsSocket.getEphemeralKeyInfo()`: OpenSSL's names and bits. */
export function ephemeralKeyInfo(group: string): EphemeralKeyInfo {
  const field = /^(?:ff)?dhe?(\d+)$/.exec(group)?.[1]
  if (field !== undefined) return { type: 'DH', size: Number(field) }
  const curve = curves[group]
  return curve === undefined ? { type: 'KEM', name: group, size: 0 } : { type: 'ECDH', ...curve }
}

const curves: Readonly<Record<string, { readonly name: string; readonly size: number }>> = {
  secp256r1: { name: 'prime256v1', size: 256 },
  secp384r1: { name: 'secp384r1', size: 384 },
  secp521r1: { name: 'secp521r1', size: 521 },
  x25519: { name: 'X25519', size: 253 },
  x448: { name: 'X448', size: 448 },
}
