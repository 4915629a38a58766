import { disposedKey, foreignKey, unfitKey } from '@typetls/crypto-provider'
import type { KeyType, PrivateKey } from '@typetls/crypto-provider'
import type { Key } from './platform.ts'

/** A private key of this backend: CryptoKeys that cannot be extracted, one for each algorithm the platform ties it to. */
export class WebPrivateKey implements PrivateKey {
  readonly keyType: KeyType
  readonly spki: Uint8Array
  #keys: ReadonlyMap<string, Key> | undefined

  constructor(keyType: KeyType, spki: Uint8Array, keys: ReadonlyMap<string, Key>) {
    this.keyType = keyType
    this.spki = spki
    this.#keys = keys
  }

  /** The one for a signature algorithm of ours, if it fits. */
  keyFor(algorithm: string): Key | undefined {
    if (this.#keys) return this.#keys.get(algorithm)
    throw disposedKey()
  }

  /** Lets go of the keys; the platform wipes what it held. */
  dispose(): void {
    this.#keys = undefined
  }
}

/** @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for a key that does not fit, or another backend's key */
export function platformKey(key: PrivateKey, algorithm: string): Key {
  if (!(key instanceof WebPrivateKey)) {
    throw foreignKey()
  }
  const found = key.keyFor(algorithm)
  if (found) return found
  throw unfitKey(key.keyType, 'sign', algorithm)
}
