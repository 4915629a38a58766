import { Secret } from '@typetls/crypto-provider'
import type { Key } from './platform.ts'

/** A secret that keeps the platform's key of its bytes: most have several values derived from them. */
export class WebSecret extends Secret {
  readonly #keys = new Map<string, Promise<Key>>()

  /** The key for HMAC with this hash, imported at the first call. Throws as `reveal()`. */
  keyFor(hash: string, importKey: (bytes: Uint8Array) => Promise<Key>): Promise<Key> {
    const bytes = this.reveal()
    let key = this.#keys.get(hash)
    if (key === undefined) this.#keys.set(hash, (key = importKey(bytes)))
    return key
  }

  /** Lets go of the keys too; the platform wipes what it held. */
  override dispose(): void {
    this.#keys.clear()
    super.dispose()
  }
}
