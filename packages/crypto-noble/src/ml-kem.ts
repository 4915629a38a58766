import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import { Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { requireShareLength } from './ephemeral.ts'
import { random } from './random.ts'

const row: NamedGroup = { id: 0x0201, name: 'MLKEM768', clientShareLength: 1184, serverShareLength: 1088 }

/**
 * ML-KEM-768 (FIPS 203) in the shape of a named group: the half of the hybrid groups that other backends may lack.
 * `hybrid(namedGroups.X25519MLKEM768, mlkem768, theirX25519)` is the group with the other half from elsewhere.
 */
export const mlkem768: KeyExchange<'sync'> = /* @__PURE__ */ kem()

function kem(): KeyExchange<'sync'> {
  return { ...row, start, respond }
}

function start(): KeyExchangeStart<'sync'> {
  const seed = random(64)
  const { publicKey, secretKey } = ml_kem768.keygen(seed)
  seed.fill(0)
  let disposed = false
  return {
    share: publicKey,
    finish(serverShare) {
      if (disposed) throw new TlsError('ERR_TLS_SECRET_DISPOSED', 'this MLKEM768 key was disposed of already')
      requireShareLength(row.name, row.serverShareLength, serverShare)
      return new Secret(ml_kem768.decapsulate(serverShare, secretKey))
    },
    dispose() {
      secretKey.fill(0)
      disposed = true
    },
  }
}

function respond(clientShare: Uint8Array): { share: Uint8Array; secret: Secret } {
  requireShareLength(row.name, row.clientShareLength, clientShare)
  const seed = random(32)
  try {
    // noble makes the modulus check of FIPS 203 section 7.2, the one thing that can fail here.
    const { cipherText, sharedSecret } = ml_kem768.encapsulate(clientShare, seed)
    return { share: cipherText, secret: new Secret(sharedSecret) }
  } catch (cause) {
    throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', 'the ML-KEM-768 key share is not an encapsulation key', { cause })
  } finally {
    seed.fill(0)
  }
}
