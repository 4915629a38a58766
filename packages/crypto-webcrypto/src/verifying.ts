import type { PublicKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import type { Algorithm, Key, Subtle } from './platform.ts'

/** What makes a signature scheme of the platform one of ours. */
export interface Scheme {
  readonly name: string
  /** For signing and verifying. */
  readonly parameters: Algorithm
  /**
   * The key as the platform has it; `undefined` for one that is malformed or does not fit. May throw and reject for such
   * as well.
   */
  readPublicKey(key: PublicKey): PlatformPublicKey | undefined
}

export interface PlatformPublicKey {
  readonly imported: PromiseLike<Key>
  /** The platform's form of a signature by the key, or `undefined` when it is malformed; may throw for such as well. */
  toPlatform(signature: Uint8Array): Uint8Array | undefined
}

/** The part of an algorithm that needs no private keys. */
export function verifying(subtle: Subtle, scheme: Scheme): Pick<SignatureAlgorithm<'async'>, 'name' | 'verify'> {
  const read = new WeakMap<PublicKey, PlatformPublicKey>()
  return {
    name: scheme.name,
    async verify(key, data, signature) {
      try {
        const publicKey = read.get(key) ?? scheme.readPublicKey(key)
        if (publicKey === undefined) return false
        read.set(key, publicKey)
        // Whatever comes of the import, somebody waits for it.
        const imported = await publicKey.imported
        const converted = publicKey.toPlatform(signature)
        return converted !== undefined && (await subtle.verify(scheme.parameters, imported, converted, data))
      } catch {
        // Malformed keys and signatures are false, as the contract says. Some of them only the platform rejects.
        return false
      }
    },
  }
}
