import { createPrivateKey, createPublicKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { disposedKey, foreignKey } from '@typetls/crypto-provider'
import type { KeyType, PrivateKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { keyTypeOf } from './key-type.ts'
import { plainBytes } from './plain-bytes.ts'

/**
 * A private key from PKCS#8 DER: RSA, RSA-PSS, ECDSA on P-256, P-384 and P-521, Ed25519, Ed448,
 * and ML-DSA where Node has it.
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function importPrivateKey(pkcs8: Uint8Array): PrivateKey {
  const { keyObject, spki } = parse(pkcs8)
  const keyType = keyTypeOf(keyObject)
  if (keyType === undefined) {
    throw new TlsError('ERR_TLS_KEY_PARSE', 'the private key is of a kind that makes no TLS signatures', {
      received: keyObject.asymmetricKeyType,
    })
  }
  return new NodePrivateKey(keyType, spki, keyObject)
}

/** @throws TlsError `ERR_TLS_CRYPTO` (internal_error) for another backend's key */
export function keyObjectOfPrivate(key: PrivateKey): KeyObject {
  if (key instanceof NodePrivateKey) return key.keyObject()
  throw foreignKey()
}

class NodePrivateKey implements PrivateKey {
  readonly keyType: KeyType
  readonly spki: Uint8Array
  #keyObject: KeyObject | undefined

  constructor(keyType: KeyType, spki: Uint8Array, keyObject: KeyObject) {
    this.keyType = keyType
    this.spki = spki
    this.#keyObject = keyObject
  }

  keyObject(): KeyObject {
    if (this.#keyObject) return this.#keyObject
    throw disposedKey()
  }

  /** Lets go of the key; OpenSSL wipes its memory when the KeyObject is collected. */
  dispose(): void {
    this.#keyObject = undefined
  }
}

function parse(pkcs8: Uint8Array): { readonly keyObject: KeyObject; readonly spki: Uint8Array } {
  const der = Buffer.from(pkcs8)
  try {
    const keyObject = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
    // OpenSSL reads numbers that are longer than those of their curve, and Node aborts when asked which curve that is. Such
    // a key cannot be written.
    if (keyObject.asymmetricKeyType === 'ec') keyObject.export({ format: 'der', type: 'pkcs8' }).fill(0)
    return { keyObject, spki: plainBytes(createPublicKey(keyObject).export({ format: 'der', type: 'spki' })) }
  } catch (cause) {
    throw new TlsError('ERR_TLS_KEY_PARSE', 'the private key is not PKCS#8 DER of a known kind', { cause })
  } finally {
    der.fill(0)
  }
}
