import type { HashRow } from './hash.ts'
import { hashRows } from './hash.ts'
import type { Algorithm, Subtle } from './platform.ts'
import { allowsPss, readRsaSpki, writeRsaSpki } from '@typetls/crypto-provider/key-forms'
import type { RsaKeyKind } from '@typetls/crypto-provider/key-forms'
import type { Scheme } from './verifying.ts'

/** One of our RSA signature algorithms: the platform ties keys to scheme and hash. */
export interface RsaScheme {
  readonly name: string
  /** For importing keys. */
  readonly algorithm: Algorithm
  readonly parameters: Algorithm
  allows(key: RsaKeyKind): boolean
}

/** RSASSA-PSS with MGF1 of the same hash and a salt of its length, by keys of type `rsa` and `rsa-pss`. */
export function rsaPss({ name, webName, length }: HashRow): RsaScheme {
  return {
    name: `rsa-pss-${name}`,
    algorithm: { name: 'RSA-PSS', hash: webName },
    parameters: { name: 'RSA-PSS', saltLength: length },
    allows: (key) => allowsPss(key, name, length),
  }
}

/** RSASSA-PKCS1-v1_5 by keys of type `rsa`. */
export function rsaPkcs1({ name, webName }: HashRow): RsaScheme {
  return {
    name: `rsa-pkcs1-${name}`,
    algorithm: { name: 'RSASSA-PKCS1-v1_5', hash: webName },
    parameters: { name: 'RSASSA-PKCS1-v1_5' },
    allows: (key) => key.keyType === 'rsa',
  }
}

/** All of them. */
export function rsaSchemes(): RsaScheme[] {
  return [...hashRows.map(rsaPkcs1), ...hashRows.map(rsaPss)]
}

export function rsaSchemeOn(subtle: Subtle, scheme: RsaScheme): Scheme {
  return {
    name: scheme.name,
    parameters: scheme.parameters,
    importPublicKey(key) {
      const read = readRsaSpki(key.spki)
      if (read?.keyType !== key.keyType || !scheme.allows(read)) return undefined
      // Platforms do not read keys of the identifier id-RSASSA-PSS; what these are bound to is checked above.
      return subtle.importKey('spki', writeRsaSpki(read), scheme.algorithm, true, ['verify'])
    },
    toPlatform: (signature, key) => {
      const read = readRsaSpki(key.spki)
      return read && isBelow(signature, read.n) ? signature : undefined
    },
  }
}

/**
 * "If the signature representative s is not between 0 and n - 1, output 'signature representative out of range' and stop."
 * Not every platform does. https://www.rfc-editor.org/rfc/rfc8017#section-5.2.2
 */
function isBelow(signature: Uint8Array, modulus: Uint8Array): boolean {
  if (signature.length !== modulus.length) return false
  const at = signature.findIndex((byte, i) => byte !== modulus[i])
  return at >= 0 && (signature[at] as number) < (modulus[at] as number)
}
