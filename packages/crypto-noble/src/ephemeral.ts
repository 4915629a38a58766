import { disposedKey, invalidShare, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'

/** What makes a Diffie-Hellman function a named group. `agree` throws for a share it cannot use. */
export interface DiffieHellman {
  /** A new private key; the caller wipes it. */
  generate(): Uint8Array
  publicKey(privateKey: Uint8Array): Uint8Array
  agree(privateKey: Uint8Array, share: Uint8Array): Uint8Array
}

/** A named group on ephemeral Diffie-Hellman. */
export function ephemeral(row: NamedGroup, curve: DiffieHellman): KeyExchange<'sync'> {
  return {
    ...row,
    start() {
      const privateKey = curve.generate()
      const start: KeyExchangeStart<'sync'> = {
        share: curve.publicKey(privateKey),
        finish(serverShare) {
          if (disposed) {
            throw disposedKey()
          }
          return agree(privateKey, serverShare)
        },
        dispose() {
          privateKey.fill(0)
          disposed = true
        },
      }
      let disposed = false
      return start
    },
    respond(clientShare) {
      const privateKey = curve.generate()
      try {
        return { secret: agree(privateKey, clientShare), share: curve.publicKey(privateKey) }
      } finally {
        privateKey.fill(0)
      }
    },
  }

  function agree(privateKey: Uint8Array, share: Uint8Array): Secret {
    requireShareLength(row, row.clientShareLength, share)
    try {
      return new Secret(curve.agree(privateKey, share))
    } catch (cause) {
      throw invalidShare(row.name, 'makes no secret', cause)
    }
  }
}
