import { Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'

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
            throw new TlsError('ERR_TLS_SECRET_DISPOSED', `this ${row.name} key was disposed of already`)
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
    requireShareLength(row.name, row.clientShareLength, share)
    try {
      return new Secret(curve.agree(privateKey, share))
    } catch (cause) {
      throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', `${row.name} agrees on no secret with this key share`, { cause })
    }
  }
}

/** @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter) */
export function requireShareLength(name: string, length: number, share: Uint8Array): void {
  if (share.length === length) return
  throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', `a ${name} key share has ${length} bytes, not ${share.length}`, {
    expected: length,
    received: share.length,
  })
}
