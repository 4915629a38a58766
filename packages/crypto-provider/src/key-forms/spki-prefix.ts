import { concat, equalBytes, fromHex } from '@typetls/wire'

/**
 * SubjectPublicKeyInfo of one kind of key where everything but the key itself is fixed bytes: elliptic curves by name
 * (RFC 5480, RFC 8410) with uncompressed points. Other writings of the same key are not ones TLS allows, and what
 * platforms make of those differs.
 */
export interface SpkiPrefix {
  /** The public key's own bytes, or `undefined` when the SPKI is not of this kind. */
  read(spki: Uint8Array): Uint8Array | undefined
  write(publicKey: Uint8Array): Uint8Array
}

export function spkiPrefix(prefix: string, length: number): SpkiPrefix {
  const header = fromHex(prefix)
  return {
    read(spki) {
      const isOfThisKind = equalBytes(spki.subarray(0, -length), header)
      return isOfThisKind ? spki.subarray(-length) : undefined
    },
    write: (publicKey) => concat(header, publicKey),
  }
}
