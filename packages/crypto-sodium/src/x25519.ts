import { disposedKey, invalidShare, namedGroups, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart } from '@typetls/crypto-provider'
import sodium from 'sodium-native'

/** https://www.rfc-editor.org/rfc/rfc7748#section-6.1 */
export const x25519: KeyExchange<'sync'> = {
  ...namedGroups.x25519,
  start: () => new X25519Start(),
  respond(clientShare) {
    const own = new X25519Start()
    try {
      return { share: own.share, secret: own.finish(clientShare) }
    } finally {
      own.dispose()
    }
  },
}

class X25519Start implements KeyExchangeStart<'sync'> {
  readonly share: Uint8Array = new Uint8Array(32)
  #scalar: Uint8Array | undefined = new Uint8Array(32)

  constructor() {
    sodium.randombytes_buf(this.#scalar as Uint8Array)
    sodium.crypto_scalarmult_base(this.share, this.#scalar as Uint8Array)
  }

  finish(theirShare: Uint8Array): Secret {
    if (this.#scalar === undefined) throw disposedKey()
    requireShareLength(namedGroups.x25519, 32, theirShare)
    const secret = new Uint8Array(32)
    try {
      sodium.crypto_scalarmult(secret, this.#scalar, theirShare)
    } catch (cause) {
      // libsodium refuses the all-zero secret that RFC 9846 section 7.4.2 wants checked for.
      throw invalidShare('x25519', 'makes no secret', cause)
    }
    return new Secret(secret)
  }

  dispose(): void {
    this.#scalar?.fill(0)
    this.#scalar = undefined
  }
}
