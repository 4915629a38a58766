import type { PublicKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import type { Algorithm, Key, Subtle } from './platform.ts'

/** What makes a signature scheme of the platform one of ours. */
export interface Scheme {
  readonly name: string
  /** For signing and verifying. */
  readonly parameters: Algorithm
  /** The key as the platform has it; `undefined` for one that is malformed or does not fit. May reject as well. */
  importPublicKey(key: PublicKey): PromiseLike<Key> | undefined
  /** The platform's form of a signature by such a key, or `undefined` when it is malformed. */
  toPlatform(signature: Uint8Array, key: PublicKey): Uint8Array | undefined
}

/** The part of an algorithm that needs no private keys. */
export function verifying(subtle: Subtle, scheme: Scheme): Pick<SignatureAlgorithm<'async'>, 'name' | 'verify'> {
  const { name, parameters } = scheme
  const imported = new WeakMap<PublicKey, Promise<Key | undefined>>()
  const read = async (key: PublicKey): Promise<Key | undefined> => {
    try {
      return await scheme.importPublicKey(key)
    } catch {
      // verify() answers false for a malformed key, as its contract says.
      return undefined
    }
  }
  return {
    name,
    async verify(key, data, signature) {
      let known = imported.get(key)
      if (known === undefined) imported.set(key, (known = read(key)))
      const publicKey = await known
      if (publicKey === undefined) return false
      const converted = scheme.toPlatform(signature, key)
      if (converted === undefined) return false
      try {
        return await subtle.verify(parameters, publicKey, converted, data)
      } catch {
        // Some platforms reject for some malformed signatures; the contract says false.
        return false
      }
    },
  }
}
