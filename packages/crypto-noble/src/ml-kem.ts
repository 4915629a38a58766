import { ml_kem512, ml_kem768, ml_kem1024 } from '@noble/post-quantum/ml-kem.js'
import { disposedKey, invalidShare, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { random } from './random.ts'

/**
 * ML-KEM (FIPS 203) in the shape of a named group: the half of a hybrid group that other backends may lack.
 * `hybrid(namedGroups.X25519MLKEM768, mlkem768, theirX25519)` is the group with the other half from elsewhere.
 *
 * Alone they are the groups of draft-ietf-tls-mlkem, in no list of a provider: add them to `keyExchange` to have them.
 */
export const mlkem512: KeyExchange<'sync'> = /* @__PURE__ */ group(ml_kem512, 0x0200, 'MLKEM512', 800, 768)
export const mlkem768: KeyExchange<'sync'> = /* @__PURE__ */ group(ml_kem768, 0x0201, 'MLKEM768', 1184, 1088)
export const mlkem1024: KeyExchange<'sync'> = /* @__PURE__ */ group(ml_kem1024, 0x0202, 'MLKEM1024', 1568, 1568)

type Kem = typeof ml_kem768

function group(
  kem: Kem,
  id: number,
  name: string,
  clientShareLength: number,
  serverShareLength: number,
): KeyExchange<'sync'> {
  const row: NamedGroup = { id, name, clientShareLength, serverShareLength }
  return { ...row, start: () => start(row, kem), respond: (clientShare) => respond(row, kem, clientShare) }
}

function start(row: NamedGroup, kem: Kem): KeyExchangeStart<'sync'> {
  const seed = random(64)
  const { publicKey, secretKey } = kem.keygen(seed)
  seed.fill(0)
  let disposed = false
  return {
    share: publicKey,
    finish(serverShare) {
      if (disposed) throw disposedKey()
      requireShareLength(row, row.serverShareLength, serverShare)
      return new Secret(kem.decapsulate(serverShare, secretKey))
    },
    dispose() {
      secretKey.fill(0)
      disposed = true
    },
  }
}

function respond(row: NamedGroup, kem: Kem, clientShare: Uint8Array): { share: Uint8Array; secret: Secret } {
  requireShareLength(row, row.clientShareLength, clientShare)
  const seed = random(32)
  try {
    // noble makes the modulus check of FIPS 203 section 7.2, the one thing that can fail here.
    const { cipherText, sharedSecret } = kem.encapsulate(clientShare, seed)
    return { share: cipherText, secret: new Secret(sharedSecret) }
  } catch (cause) {
    throw invalidShare(row.name, 'is not an encapsulation key', cause)
  } finally {
    seed.fill(0)
  }
}
