import { equalBytes, fromHex } from '@typetls/wire'
import { bitString, derElement, sequence } from '@typetls/wire/der'

/**
 * SubjectPublicKeyInfo of one kind of key where everything but the key itself is fixed bytes: elliptic curves by name
 * (RFC 5480, RFC 8410) with uncompressed points, and ML-DSA (RFC 9881). Other writings of the same key are not ones TLS
 * allows, and what platforms make of those differs.
 */
export interface SpkiForm {
  /** AlgorithmIdentifier. Also what PKCS#8 names such keys by. */
  readonly algorithm: Uint8Array
  /** The public key's own bytes, or `undefined` when the SPKI is not of this kind. */
  read(spki: Uint8Array): Uint8Array | undefined
  write(publicKey: Uint8Array): Uint8Array
}

/**
 * @param algorithm AlgorithmIdentifier, hex
 * @param length bytes of a key
 */
export function spkiForm(algorithm: string, length: number): SpkiForm {
  const identifier = fromHex(algorithm)
  const write = (publicKey: Uint8Array): Uint8Array => writeSpki(identifier, publicKey)
  return {
    algorithm: identifier,
    read(spki) {
      const publicKey = spki.subarray(-length)
      return equalBytes(write(publicKey), spki) ? publicKey : undefined
    },
    write,
  }
}

/** SubjectPublicKeyInfo. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.7 */
export function writeSpki(algorithm: Uint8Array, publicKey: Uint8Array): Uint8Array {
  return derElement(sequence, algorithm, derElement(bitString, Uint8Array.of(0), publicKey))
}

/** Points on the curves of RFC 8422, by IANA group name. */
export function ecSpki(curve: 'secp256r1' | 'secp384r1' | 'secp521r1'): SpkiForm {
  switch (curve) {
    case 'secp256r1':
      return spkiForm('301306072a8648ce3d020106082a8648ce3d030107', 65)
    case 'secp384r1':
      return spkiForm('301006072a8648ce3d020106052b81040022', 97)
    case 'secp521r1':
      return spkiForm('301006072a8648ce3d020106052b81040023', 133)
  }
}

export function ed25519Spki(): SpkiForm {
  return spkiForm('300506032b6570', 32)
}

export function ed448Spki(): SpkiForm {
  return spkiForm('300506032b6571', 57)
}
