import { invalidShare, namedGroups, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { ClientKeyExchange, KeyExchange, NamedGroup } from '@typetls/crypto-provider'
import { keyExchangeStart, ownKeyShare } from './key-share.ts'
import type { Algorithm, Key, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

/** ML-KEM-768 of newer platforms, for the hybrid groups. https://wicg.github.io/webcrypto-modern-algos/#ml-kem */
export function mlkem768(platform: Subtle): KeyExchange<'async'> {
  const subtle = platform as SubtleWithKem
  return {
    ...clientMlkem768(platform),
    async respond(clientShare) {
      requireShareLength(row, row.clientShareLength, clientShare)
      let answer: Encapsulated
      try {
        // Reading the key checks that its coefficients are reduced, as FIPS 203 section 7.2 asks.
        const key = await subtle.importKey('raw-public', clientShare, algorithm, true, ['encapsulateBits'])
        answer = await subtle.encapsulateBits(algorithm, key)
      } catch (cause) {
        throw invalidShare(row.name, 'is not an encapsulation key', cause)
      }
      return { share: new Uint8Array(answer.ciphertext), secret: new Secret(new Uint8Array(answer.sharedKey)) }
    },
  }
}

/** The client's side. */
export function clientMlkem768(platform: Subtle): ClientKeyExchange<'async'> {
  // Where the methods are missing, calling them fails, and detection finds out.
  const subtle = platform as SubtleWithKem
  return {
    ...row,
    start: async () =>
      keyExchangeStart(
        await ownKeyShare(subtle, algorithm, 'decapsulateBits', 'raw-public'),
        async (privateKey, serverShare) => {
          requireShareLength(row, row.serverShareLength, serverShare)
          const secret = platformCall(subtle, 'decapsulateBits', algorithm, privateKey, serverShare)
          return new Secret(new Uint8Array(await secret))
        },
      ),
  }
}

interface SubtleWithKem extends Subtle {
  encapsulateBits(algorithm: Algorithm, key: Key): PromiseLike<Encapsulated>
  decapsulateBits(algorithm: Algorithm, key: Key, ciphertext: Uint8Array): PromiseLike<ArrayBuffer>
}

interface Encapsulated {
  readonly ciphertext: ArrayBuffer
  readonly sharedKey: ArrayBuffer
}

const algorithm: Algorithm = { name: 'ML-KEM-768' }

const row: NamedGroup = { id: 0x0201, name: 'MLKEM768', clientShareLength: 1184, serverShareLength: 1088 }

/** A group that has it beside an elliptic curve. */
export interface HybridRow {
  readonly row: NamedGroup
  /** Name of the other group. */
  readonly curve: string
  readonly isKemFirst: boolean
}

export const hybrids: readonly HybridRow[] = [
  { row: namedGroups.X25519MLKEM768, curve: 'x25519', isKemFirst: true },
  { row: namedGroups.SecP256r1MLKEM768, curve: 'secp256r1', isKemFirst: false },
]
