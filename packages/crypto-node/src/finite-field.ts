import { createDiffieHellman } from 'node:crypto'
import type { DiffieHellman } from 'node:crypto'
import { disposedKey, invalidShare, Secret } from '@typetls/crypto-provider'
import type { FiniteField, KeyExchange, KeyExchangeStart } from '@typetls/crypto-provider'
import { checkFiniteField, checkFiniteFieldShare } from '@typetls/crypto-provider/finite-field'

/** Ephemeral Diffie-Hellman modulo a prime. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.1 */
export function finiteField(field: FiniteField): KeyExchange<'sync'> {
  checkFiniteField(field)
  const { name, id, prime, generator } = field
  const generate = (): { readonly dh: DiffieHellman; readonly share: Uint8Array } => {
    const dh = createDiffieHellman(prime, generator)
    return { dh, share: padded(dh.generateKeys(), prime.length) }
  }
  const agree = (dh: DiffieHellman, share: Uint8Array): Secret => {
    checkFiniteFieldShare(field, share)
    try {
      return new Secret(padded(dh.computeSecret(share), prime.length))
    } catch (cause) {
      throw invalidShare(name, 'makes no secret', cause)
    }
  }
  return {
    name,
    id,
    clientShareLength: prime.length,
    serverShareLength: prime.length,
    start() {
      const { dh, share } = generate()
      let key: DiffieHellman | undefined = dh
      const start: KeyExchangeStart<'sync'> = {
        share,
        finish(serverShare) {
          if (key === undefined) {
            throw disposedKey()
          }
          return agree(key, serverShare)
        },
        dispose() {
          key = undefined
        },
      }
      return start
    },
    respond(clientShare) {
      checkFiniteFieldShare(field, clientShare)
      const { dh, share } = generate()
      return { share, secret: agree(dh, clientShare) }
    },
  }
}

/** Big-endian, with zeros in front, in an array of its own; the bytes given are wiped. */
function padded(bytes: Buffer, length: number): Uint8Array {
  const whole = new Uint8Array(length)
  whole.set(bytes, length - bytes.length)
  bytes.fill(0)
  return whole
}
