import { Secret } from '@typetls/crypto-provider'
import { concat } from '@typetls/wire'

/**
 * The secrets that a connection keeps when its handshake is over, side by side in one array: there may be thousands of
 * connections that do nothing, and each array of its own costs ten times its 32 bytes.
 */
export class KeptSecrets {
  readonly #packed: Secret
  readonly #length: number

  /** Takes ownership of `secrets`, which are all of the same length, and wipes them. */
  constructor(secrets: readonly Secret[]) {
    this.#length = (secrets[0] as Secret).length
    this.#packed = new Secret(concat(...secrets.map((secret) => secret.reveal())))
    for (const secret of secrets) secret.dispose()
  }

  /**
   * A copy, for the caller to dispose of.
   *
   * @throws TlsError `ERR_TLS_SECRET_DISPOSED` (internal_error) after `dispose()`
   */
  copy(index: number): Secret {
    return Secret.copyOf(this.#place(index))
  }

  /** Keeps `secret` in place of another; wipes both. After `dispose()` it is only wiped. */
  replace(index: number, secret: Secret): void {
    if (!this.#packed.disposed && !secret.disposed) this.#place(index).set(secret.reveal())
    secret.dispose()
  }

  dispose(): void {
    this.#packed.dispose()
  }

  #place(index: number): Uint8Array {
    return this.#packed.reveal().subarray(index * this.#length, (index + 1) * this.#length)
  }
}
