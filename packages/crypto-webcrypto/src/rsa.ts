import type { HashRow } from './hash.ts'
import { hashRows } from './hash.ts'
import type { Algorithm, Subtle } from './platform.ts'
import { allowsPss, readRsaSpki } from '@typetls/crypto-provider/key-forms'
import type { RsaKeyKind } from '@typetls/crypto-provider/key-forms'
import type { Scheme } from './verifying.ts'

/** One of our RSA signature algorithms: the platform ties keys to scheme and hash. */
export interface RsaScheme {
  readonly name: string
  /** For importing keys. */
  readonly algorithm: Algorithm
  readonly parameters: Algorithm
  readonly allows: (key: RsaKeyKind) => boolean
}

/** RSASSA-PSS with MGF1 of the same hash and a salt of its length, by keys of type `rsa` and `rsa-pss`. */
export function rsaPss(hash: HashRow): RsaScheme {
  const name = `rsa-pss-${hash.name}`
  return rsa(name, hash, { name: 'RSA-PSS', saltLength: hash.length }, (key) => allowsPss(key, name))
}

/** RSASSA-PKCS1-v1_5 by keys of type `rsa`. */
export function rsaPkcs1(hash: HashRow): RsaScheme {
  return rsa(`rsa-pkcs1-${hash.name}`, hash, { name: 'RSASSA-PKCS1-v1_5' }, (key) => key.keyType === 'rsa')
}

function rsa(name: string, hash: HashRow, parameters: Algorithm, allows: RsaScheme['allows']): RsaScheme {
  return { name, algorithm: { name: parameters.name, hash: hash.webName }, parameters, allows }
}

/** All of them. */
export function rsaSchemes(): RsaScheme[] {
  return [...hashRows.map(rsaPkcs1), ...hashRows.map(rsaPss)]
}

export function rsaSchemeOn(subtle: Subtle, { name, algorithm, parameters, allows }: RsaScheme): Scheme {
  return {
    name,
    parameters,
    readPublicKey(key) {
      const read = readRsaSpki(key.spki)
      if (read?.keyType !== key.keyType || !allows(read)) return undefined
      return {
        // Platforms do not read keys of the identifier id-RSASSA-PSS; what these are bound to is checked above.
        imported: subtle.importKey('spki', read.plainSpki, algorithm, true, ['verify']),
        toPlatform: (signature) => (isBelow(signature, read.n) ? signature : undefined),
      }
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
