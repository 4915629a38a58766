import { TlsError } from '@typetls/wire'

/**
 * Secret bytes with an owner and an end. They do not show in `console.log`, `JSON.stringify`, string conversion or
 * `util.inspect`; whoever makes a secret calls `dispose()` on every path out, which overwrites the bytes with zeros.
 *
 * A backend may subclass it to carry an opaque handle (KeyObject, CryptoKey) beside or instead of the bytes.
 */
export class Secret {
  static {
    // What Node's util.inspect and console.log call. Not a method: isolatedDeclarations has no computed names.
    const inspect = Symbol.for('nodejs.util.inspect.custom')
    Object.defineProperty(Secret.prototype, inspect, { value: Secret.prototype.toString })
  }

  #bytes: Uint8Array
  #disposed = false

  /** Takes ownership of `bytes`: the caller keeps no copy. */
  constructor(bytes: Uint8Array) {
    this.#bytes = bytes
  }

  /** A secret of its own with a copy of the bytes. */
  static copyOf(bytes: Uint8Array): Secret {
    // Not bytes.slice(): a Buffer's slice is a view.
    return new Secret(new Uint8Array(bytes))
  }

  /** Bytes. */
  get length(): number {
    return this.#bytes.length
  }

  get disposed(): boolean {
    return this.#disposed
  }

  /**
   * The bytes themselves, not a copy: for backends and key logs.
   *
   * @throws TlsError `ERR_TLS_SECRET_DISPOSED` (internal_error) after `dispose()`
   */
  reveal(): Uint8Array {
    if (this.#disposed) throw new TlsError('ERR_TLS_SECRET_DISPOSED', 'this secret was wiped already')
    return this.#bytes
  }

  /** A second secret with its own copy and its own end. */
  clone(): Secret {
    return Secret.copyOf(this.reveal())
  }

  /** Overwrites the bytes. Safe to call twice. */
  dispose(): void {
    this.#bytes.fill(0)
    this.#disposed = true
  }

  toString(): string {
    return `[Secret ${this.#bytes.length} bytes]`
  }

  toJSON(): string {
    return this.toString()
  }
}
