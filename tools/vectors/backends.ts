import { createECDH, createPrivateKey, webcrypto } from 'node:crypto'
import { mlkem1024, mlkem512, mlkem768, nobleCrypto, noblePasswordCrypto } from '../../packages/crypto-noble/src/index.ts'
import { nodeCrypto, nodePasswordCrypto } from '../../packages/crypto-node/src/index.ts'
import { mlkem768 as nodeMlKem } from '../../packages/crypto-node/src/ml-kem.ts'
import { agree as nodeMontgomery } from '../../packages/crypto-node/src/montgomery.ts'
import { agree as nodeNistCurve } from '../../packages/crypto-node/src/nist-curve.ts'
import { namedGroups } from '../../packages/crypto-provider/src/index.ts'
import type { CryptoProvider, KeyExchange, NamedGroup } from '../../packages/crypto-provider/src/index.ts'
import { diffieHellman, montgomery, nistCurve } from '../../packages/crypto-webcrypto/src/diffie-hellman.ts'
import { webCrypto, webPasswordCrypto } from '../../packages/crypto-webcrypto/src/index.ts'
import type { Subtle } from '../../packages/crypto-webcrypto/src/index.ts'
import { mlkem768 as webMlKem } from '../../packages/crypto-webcrypto/src/ml-kem.ts'
import type { KeyPair } from '../../packages/crypto-webcrypto/src/platform.ts'
import { changedPlatform, nodePlatform } from '../../packages/crypto-webcrypto/test/changed-platform.ts'
import type { WycheproofKem, WycheproofOptions } from '../../packages/testing/src/index.ts'
import { concat, fromHex, toHex } from '../../packages/wire/src/index.ts'

export type BackendName = 'node' | 'noble' | 'webcrypto'

/** A provider, and the back doors to its private keys and its randomness, which the vectors give. */
export interface VectorBackend {
  readonly provider: CryptoProvider
  readonly options: WycheproofOptions
}

export const backends: Readonly<Record<BackendName, () => Promise<VectorBackend>>> = { node, noble, webcrypto: web }

async function node(): Promise<VectorBackend> {
  const group = nodeMlKem()
  return {
    provider: nodeCrypto,
    options: {
      password: nodePasswordCrypto,
      agree(name, privateKey, share) {
        const row = rowOf(name)
        if (!name.startsWith('x')) {
          const ecdh = createECDH(name === 'secp256r1' ? 'prime256v1' : name)
          ecdh.setPrivateKey(privateKey)
          return nodeNistCurve(row, ecdh, share).reveal()
        }
        const der = Buffer.from(concat(fromHex(pkcs8Headers[name] ?? ''), privateKey))
        const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' })
        return nodeMontgomery(row, name.toUpperCase(), key, share).reveal()
      },
      // Node makes ML-KEM keys and ciphertexts from randomness of its own.
      kem: (name) => (name === 'MLKEM768' && group !== undefined ? { group } : undefined),
    },
  }
}

/** noble draws from `crypto.getRandomValues` and nowhere else: what should come of it is put there. */
async function noble(): Promise<VectorBackend> {
  const kems: Readonly<Record<string, KeyExchange<'sync'>>> = {
    MLKEM512: mlkem512,
    MLKEM768: mlkem768,
    MLKEM1024: mlkem1024,
  }
  return {
    provider: nobleCrypto,
    options: {
      password: noblePasswordCrypto,
      agree(name, privateKey, share) {
        const group = nobleCrypto.keyExchange[name] as KeyExchange<'sync'>
        return drawing(nistSeed(name, privateKey) ?? privateKey, () => group.respond(share).secret.reveal())
      },
      kem(name): WycheproofKem | undefined {
        const group = kems[name]
        return (
          group && {
            group,
            share: (seed) => drawing(seed, () => group.start()).share,
            finish: (seed, ciphertext) => drawing(seed, () => group.start()).finish(ciphertext),
            respond: (randomness, share) => drawing(randomness, () => group.respond(share)),
          }
        )
      },
      withRandomness: drawing,
    },
  }
}

/** What a call makes when the first random bytes of this length are these; noble draws others too, for blinding. */
function drawing<T>(bytes: Uint8Array, call: () => T): T {
  const platform = globalThis.crypto
  let drawn = false
  const getRandomValues = (into: Uint8Array<ArrayBuffer>): Uint8Array => {
    if (drawn || into.length !== bytes.length) return webcrypto.getRandomValues(into)
    drawn = true
    into.set(bytes)
    return into
  }
  Object.defineProperty(globalThis, 'crypto', { value: { getRandomValues }, configurable: true, writable: true })
  try {
    return call()
  } finally {
    Object.defineProperty(globalThis, 'crypto', { value: platform, configurable: true, writable: true })
  }
}

/** noble makes a scalar of a seed as `seed mod (order - 1) + 1`. */
function nistSeed(name: string, scalar: Uint8Array): Uint8Array | undefined {
  const length = { secp256r1: 48, secp384r1: 72, secp521r1: 99 }[name]
  if (length === undefined) return undefined
  const seed = BigInt(`0x${toHex(scalar)}`) - 1n
  return fromHex(seed.toString(16).padStart(2 * length, '0'))
}

/** The platform generates private keys itself; so this is a platform that always generates the same. */
async function web(): Promise<VectorBackend> {
  const provider = await webCrypto()
  const hasKem = provider.keyExchange['X25519MLKEM768'] !== undefined
  return {
    provider,
    options: {
      password: webPasswordCrypto(),
      async agree(name, privateKey, share) {
        const subtle = withPrivateKey('pkcs8', concat(fromHex(pkcs8Headers[name] ?? ''), privateKey))
        const webName = webNames[name] ?? ''
        const make = name.startsWith('x') ? montgomery : nistCurve
        const start = await diffieHellman(subtle, make(rowOf(name), webName as 'X448')).start()
        return (await start.finish(share)).reveal()
      },
      kem(name): WycheproofKem | undefined {
        if (name !== 'MLKEM768' || !hasKem) return undefined
        return {
          group: webMlKem(nodePlatform.subtle),
          finish: async (seed, ciphertext) =>
            (await webMlKem(withPrivateKey('raw-seed', seed)).start()).finish(ciphertext),
        }
      },
    },
  }
}

function withPrivateKey(format: string, data: Uint8Array): Subtle {
  return changedPlatform((real) => ({
    async generateKey(algorithm, extractable, usages) {
      const { publicKey } = (await real.generateKey(algorithm, extractable, usages)) as KeyPair
      return { publicKey, privateKey: await real.importKey(format, data, algorithm, extractable, usages) }
    },
  })).subtle
}

function rowOf(name: string): NamedGroup {
  return namedGroups[name as keyof typeof namedGroups]
}

const webNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

/** PKCS#8 up to the private key itself. */
const pkcs8Headers: Readonly<Record<string, string>> = {
  x25519: '302e020100300506032b656e04220420',
  x448: '3046020100300506032b656f043a0438',
  secp256r1: '3041020100301306072a8648ce3d020106082a8648ce3d030107042730250201010420',
  secp384r1: '304e020100301006072a8648ce3d020106052b81040022043730350201010430',
  secp521r1: '3060020100301006072a8648ce3d020106052b81040023044930470201010442',
}
