import type { KeyObject } from 'node:crypto'
import { createECDH, createPrivateKey, createPublicKey, diffieHellman } from 'node:crypto'
import type { CryptoProvider, KeyExchange } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { concat, fromHex } from '@typetls/wire'
import { seededRandom } from './seeded-random.ts'

/**
 * A provider whose random bytes and key exchange keys are written down beforehand, so that a published trace or an
 * earlier run is repeated byte for byte. Everything else is the given provider's.
 */
export function deterministicProvider(provider: CryptoProvider<'sync'>, script: ProviderScript): DeterministicProvider {
  const random = [...(script.random ?? [])]
  const seeded = script.seed === undefined ? undefined : seededRandom(script.seed)
  const keyExchange: Record<string, KeyExchange<'sync'> | undefined> = { ...provider.keyExchange }
  const keysLeft = new Map<string, Uint8Array[]>()
  for (const [name, keys] of Object.entries(script.keyExchange ?? {})) {
    const left = [...keys]
    keysLeft.set(name, left)
    keyExchange[name] = scriptedKeyExchange(name, left)
  }
  return {
    ...provider,
    name: `${provider.name}, scripted`,
    keyExchange,
    random(length) {
      const next = random.shift()
      if (next === undefined) {
        if (seeded === undefined) throw new Error(`the script has no random bytes left, ${length} were asked for`)
        return seeded.bytes(length)
      }
      if (next.length !== length) {
        throw new Error(`the script's next random bytes are ${next.length}, but ${length} were asked for`)
      }
      return next.slice()
    },
    unused: () => ({
      random: random.length,
      keyExchange: Object.fromEntries([...keysLeft].map(([name, left]) => [name, left.length])),
    }),
  }
}

export interface ProviderScript {
  /** What `random` gives, call by call. A call for another length fails. */
  readonly random?: readonly Uint8Array[]
  /** When `random` is used up: repeatable bytes of this seed. Without it a further call fails. */
  readonly seed?: number
  /**
   * Private keys by group name, in the order in which `start` or `respond` needs them: x25519 and x448 as in RFC 7748,
   * NIST curves as big-endian scalars. Groups that are not named here stay the provider's own.
   */
  readonly keyExchange?: Readonly<Partial<Record<ScriptedGroup, readonly Uint8Array[]>>>
}

export type ScriptedGroup = keyof typeof montgomery | keyof typeof weierstrass

export interface DeterministicProvider extends CryptoProvider<'sync'> {
  /** What of the script nobody asked for: a trace that was followed to its end leaves zeros. */
  unused(): { readonly random: number; readonly keyExchange: Readonly<Record<string, number>> }
}

function scriptedKeyExchange(name: string, left: Uint8Array[]): KeyExchange<'sync'> {
  const take = (): AgreementKey => {
    const key = left.shift()
    if (key === undefined) throw new Error(`the script has no private key left for ${name}`)
    return name in montgomery ? montgomeryKey(name as 'x25519', key) : weierstrassKey(name as 'secp256r1', key)
  }
  const { id, shareLength } = { ...montgomery, ...weierstrass }[name as ScriptedGroup]
  return {
    name,
    id,
    clientShareLength: shareLength,
    serverShareLength: shareLength,
    start() {
      const key = take()
      return { share: key.share, finish: (serverShare) => key.agree(serverShare), dispose() {} }
    },
    respond(clientShare) {
      const key = take()
      return { share: key.share, secret: key.agree(clientShare) }
    },
  }
}

interface AgreementKey {
  readonly share: Uint8Array
  agree(share: Uint8Array): Secret
}

function montgomeryKey(name: keyof typeof montgomery, scalar: Uint8Array): AgreementKey {
  const { shareLength, pkcs8Prefix, spkiPrefix } = montgomery[name]
  const der = concat(fromHex(pkcs8Prefix), scalar)
  const privateKey = createPrivateKey({ key: Buffer.from(der), format: 'der', type: 'pkcs8' })
  const spki = createPublicKey(privateKey).export({ format: 'der', type: 'spki' })
  return {
    share: new Uint8Array(spki.subarray(-shareLength)),
    agree: (share) =>
      new Secret(new Uint8Array(diffieHellman({ privateKey, publicKey: publicKeyOf(spkiPrefix, share) }))),
  }
}

function publicKeyOf(spkiPrefix: string, share: Uint8Array): KeyObject {
  return createPublicKey({ key: Buffer.from(concat(fromHex(spkiPrefix), share)), format: 'der', type: 'spki' })
}

function weierstrassKey(name: keyof typeof weierstrass, scalar: Uint8Array): AgreementKey {
  const ecdh = createECDH(weierstrass[name].curve)
  ecdh.setPrivateKey(scalar)
  return {
    share: new Uint8Array(ecdh.getPublicKey()),
    agree: (share) => new Secret(new Uint8Array(ecdh.computeSecret(share))),
  }
}

const montgomery = {
  x25519: {
    id: 0x001d,
    shareLength: 32,
    pkcs8Prefix: '302e020100300506032b656e04220420',
    spkiPrefix: '302a300506032b656e032100',
  },
  x448: {
    id: 0x001e,
    shareLength: 56,
    pkcs8Prefix: '3046020100300506032b656f043a0438',
    spkiPrefix: '3042300506032b656f033900',
  },
} as const

const weierstrass = {
  secp256r1: { id: 0x0017, shareLength: 65, curve: 'prime256v1' },
  secp384r1: { id: 0x0018, shareLength: 97, curve: 'secp384r1' },
  secp521r1: { id: 0x0019, shareLength: 133, curve: 'secp521r1' },
} as const
