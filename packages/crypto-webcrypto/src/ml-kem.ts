import { Secret } from '@typetls/crypto-provider'
import type { ClientKeyExchange, KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { invalidShare, requireShareLength } from './invalid-share.ts'
import type { Algorithm, Key, KeyPair, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

/** ML-KEM-768 of newer platforms, for the hybrid groups. https://wicg.github.io/webcrypto-modern-algos/#ml-kem */
export function mlkem768(platform: Subtle): KeyExchange<'async'> {
  const subtle = platform as SubtleWithKem
  return {
    ...clientMlkem768(platform),
    async respond(clientShare) {
      requireShareLength(row.name, row.clientShareLength, clientShare)
      let answer: Encapsulated
      try {
        // Reading the key checks that its coefficients are reduced, as FIPS 203 section 7.2 asks.
        const key = await subtle.importKey('raw-public', clientShare, algorithm, true, ['encapsulateBits'])
        answer = await subtle.encapsulateBits(algorithm, key)
      } catch (cause) {
        throw invalidShare('the ML-KEM-768 key share is not an encapsulation key', cause)
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
    async start() {
      const { publicKey, privateKey } = await platformCall('make a key for ML-KEM-768', async () => {
        return (await subtle.generateKey(algorithm, false, ['decapsulateBits'])) as KeyPair
      })
      const share = platformCall('export a key of ML-KEM-768', () => subtle.exportKey('raw-public', publicKey))
      return new MlKemStart(subtle, new Uint8Array((await share) as ArrayBuffer), privateKey)
    },
  }
}

class MlKemStart implements KeyExchangeStart<'async'> {
  readonly share: Uint8Array
  readonly #subtle: SubtleWithKem
  #privateKey: Key | undefined

  constructor(subtle: SubtleWithKem, share: Uint8Array, privateKey: Key) {
    this.#subtle = subtle
    this.#privateKey = privateKey
    this.share = share
  }

  async finish(serverShare: Uint8Array): Promise<Secret> {
    const key = this.#privateKey
    if (key === undefined) {
      throw new TlsError('ERR_TLS_SECRET_DISPOSED', `this ${row.name} key was disposed of already`)
    }
    requireShareLength(row.name, row.serverShareLength, serverShare)
    const subtle = this.#subtle
    const secret = platformCall('decapsulate', () => subtle.decapsulateBits(algorithm, key, serverShare))
    return new Secret(new Uint8Array(await secret))
  }

  dispose(): void {
    this.#privateKey = undefined
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

/** Groups that have it beside an elliptic curve. */
export const hybrids = ['X25519MLKEM768', 'SecP256r1MLKEM768'] as const
