import { disposedKey, foreignKey, unfitKey } from '@typetls/crypto-provider'
import type { KeyType, PrivateKey } from '@typetls/crypto-provider'
import type { RsaKeyKind } from '@typetls/crypto-provider/key-forms'
import type { RsaPrivateKey } from './rsa-key.ts'

/** What a private key is made of, by kind. */
export type KeyMaterial =
  | { readonly kind: 'scalar'; readonly bytes: Uint8Array }
  | { readonly kind: 'rsa'; readonly key: RsaPrivateKey; readonly of: RsaKeyKind }

/** A private key of this backend. Its parts are not reachable from the object. */
export class NoblePrivateKey implements PrivateKey {
  readonly keyType: KeyType
  readonly spki: Uint8Array
  #material: KeyMaterial | undefined

  constructor(keyType: KeyType, spki: Uint8Array, material: KeyMaterial) {
    this.keyType = keyType
    this.spki = spki
    this.#material = material
  }

  /** @throws TlsError `ERR_TLS_SECRET_DISPOSED` (internal_error) after `dispose()` */
  material(): KeyMaterial {
    if (this.#material) return this.#material
    throw disposedKey()
  }

  /** Wipes what is bytes. The numbers of an RSA key are BigInts, which JavaScript cannot overwrite: they are let go. */
  dispose(): void {
    if (this.#material?.kind === 'scalar') this.#material.bytes.fill(0)
    this.#material = undefined
  }
}

/**
 * The scalar or seed of a key that must have this type.
 *
 * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for another type or another backend's key
 */
export function scalarOf(key: PrivateKey, keyType: KeyType, algorithm: string): Uint8Array {
  const material = materialOf(key)
  if (material.kind === 'scalar' && key.keyType === keyType) return material.bytes
  throw unfitKey(key.keyType, 'sign', algorithm)
}

/** @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for another backend's key */
export function materialOf(key: PrivateKey): KeyMaterial {
  if (key instanceof NoblePrivateKey) return key.material()
  throw foreignKey()
}
