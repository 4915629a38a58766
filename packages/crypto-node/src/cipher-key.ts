import { disposedKey } from '@typetls/crypto-provider'
import type { KeyObject } from 'node:crypto'
import { PackedKey } from './packed-key.ts'
import { symmetricKey } from './symmetric-key.ts'

/** A key as a connection keeps it. */
export type CipherKey = PackedKey | KeyObject

export function cipherKey(bytes: Uint8Array): CipherKey {
  const key = symmetricKey(bytes)
  return key instanceof Uint8Array ? new PackedKey(key) : key
}

/** A key for the moment of making a cipher, which copies it: valid until the next call. */
export function unpacked(key: CipherKey | undefined): Uint8Array | KeyObject {
  if (key === undefined) throw disposedKey()
  return key instanceof PackedKey ? key.unpack() : key
}

export function wipeKey(key: CipherKey | undefined): void {
  if (key instanceof PackedKey) key.wipe()
}
