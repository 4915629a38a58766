import * as crypto from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { disposedKey, invalidShare, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { concat, fromHex } from '@typetls/wire'
import { plainBytes } from './plain-bytes.ts'

/** ML-KEM-768 for the hybrid groups, or `undefined` where the running Node has none (before 24.7). FIPS 203. */
export function mlkem768(): KeyExchange<'sync'> | undefined {
  const { encapsulate, decapsulate, generateKeyPairSync } = crypto as unknown as Partial<MlKemOfNode> &
    Pick<MlKemOfNode, 'generateKeyPairSync'>
  if (encapsulate === undefined || decapsulate === undefined) return undefined
  return {
    ...row,
    start() {
      const { publicKey, privateKey } = generateKeyPairSync('ml-kem-768', publicKeyAsSpki)
      return new MlKemStart(decapsulate, new Uint8Array(publicKey.subarray(spkiHeader.length)), privateKey)
    },
    respond(clientShare) {
      requireShareLength(row, row.clientShareLength, clientShare)
      try {
        // Reading the key checks that its coefficients are reduced, as FIPS 203 section 7.2 asks.
        const key = Buffer.from(concat(spkiHeader, clientShare))
        const answer = encapsulate(crypto.createPublicKey({ key, format: 'der', type: 'spki' }))
        return { share: plainBytes(answer.ciphertext), secret: new Secret(plainBytes(answer.sharedKey)) }
      } catch (cause) {
        throw invalidShare(row.name, 'is not an encapsulation key', cause)
      }
    },
  }
}

class MlKemStart implements KeyExchangeStart<'sync'> {
  readonly share: Uint8Array
  readonly #decapsulate: MlKemOfNode['decapsulate']
  #privateKey: KeyObject | undefined

  constructor(decapsulate: MlKemOfNode['decapsulate'], share: Uint8Array, privateKey: KeyObject) {
    this.#decapsulate = decapsulate
    this.share = share
    this.#privateKey = privateKey
  }

  finish(serverShare: Uint8Array): Secret {
    if (this.#privateKey === undefined) {
      throw disposedKey()
    }
    requireShareLength(row, row.serverShareLength, serverShare)
    return new Secret(plainBytes(this.#decapsulate(this.#privateKey, serverShare)))
  }

  dispose(): void {
    this.#privateKey = undefined
  }
}

/** What @types/node for Node 20 does not have. */
interface MlKemOfNode {
  encapsulate(key: KeyObject): { sharedKey: Buffer; ciphertext: Buffer }
  decapsulate(key: KeyObject, ciphertext: Uint8Array): Buffer
  generateKeyPairSync(type: 'ml-kem-768', options: typeof publicKeyAsSpki): { publicKey: Buffer; privateKey: KeyObject }
}

const row: NamedGroup = { id: 0x0201, name: 'MLKEM768', clientShareLength: 1184, serverShareLength: 1088 }

const publicKeyAsSpki = { publicKeyEncoding: { format: 'der', type: 'spki' } } as const

// SEQUENCE { SEQUENCE { OBJECT IDENTIFIER id-alg-ml-kem-768 }, BIT STRING of 1184 bytes }, up to the key itself.
const spkiHeader = /* @__PURE__ */ fromHex('308204b2300b0609608648016503040402038204a100')
