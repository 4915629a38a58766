import type { ClientKeyExchange, Listed } from '@typetls/crypto-provider'
import { clientHybrid, Secret } from '@typetls/crypto-provider'
import type { TlsErrorCode } from '@typetls/wire'
import { TlsError } from '@typetls/wire'
import { aeads } from './aead.ts'
import { signs } from './detection.ts'
import { clientDiffieHellman, commonCurves } from './diffie-hellman.ts'
import { ecdsaScheme } from './ecdsa.ts'
import { edwardsScheme } from './edwards.ts'
import { ecdsaKeys, ed25519Key } from './elliptic-keys.ts'
import { digestRows, hash, hashRows } from './hash.ts'
import { hkdf } from './hkdf.ts'
import { hmac } from './hmac.ts'
import { clientMlkem768, hybrids } from './ml-kem.ts'
import type { Subtle } from './platform.ts'
import { rsaSchemeOn, rsaSchemes } from './rsa.ts'
import type { Lists } from './trials.ts'
import type { Scheme } from './verifying.ts'
import { verifying } from './verifying.ts'

/** The algorithms of a client: what every platform has, and of the rest what works, tried all at the same time. */
export async function clientAlgorithms(
  subtle: Subtle,
  omit: readonly string[],
): Promise<Pick<Lists, 'hash' | 'hmac' | 'hkdf' | 'aead' | 'keyExchange' | 'signature'>> {
  const isWanted: IsWanted = (...names) => !names.some((name) => omit.includes(name))
  const wanted = <T extends { readonly name: string }>(all: readonly T[]): T[] =>
    all.filter(({ name }) => isWanted(name))
  const [aead, keyExchange, curved] = await Promise.all([
    thatWork(wanted(aeads(subtle)), (one) => one.key(new Secret(new Uint8Array(one.keyLength)))),
    groups(subtle, isWanted),
    curvedSchemes(subtle, isWanted),
  ])
  const rsa = wanted(rsaSchemes()).map((scheme) =>
    rsaSchemeOn(subtle, { ...scheme, allows: (key) => isWanted(key.keyType) && scheme.allows(key) }),
  )
  return {
    hash: byName(wanted(digestRows), (row) => hash(subtle, row)),
    hmac: byName(wanted(digestRows), (row) => hmac(subtle, row)),
    hkdf: byName(wanted(hashRows), (row) => hkdf(subtle, row)),
    aead: byName(aead, (one) => one),
    keyExchange: byName(keyExchange, (group) => ({ ...group, respond: lacking('ERR_TLS_UNSUPPORTED') })),
    signature: byName([...curved, ...rsa], (scheme) => ({
      ...verifying(subtle, scheme),
      sign: lacking('ERR_TLS_CRYPTO'),
    })),
  }
}

type IsWanted = (...names: readonly string[]) => boolean

async function groups(subtle: Subtle, isWanted: IsWanted): Promise<ClientKeyExchange<'async'>[]> {
  const kem = clientMlkem768(subtle)
  const curves = commonCurves.map((curve) => clientDiffieHellman(subtle, curve)).filter(({ name }) => isWanted(name))
  const wanted = hybrids.filter(({ row }) => isWanted(row.name, kem.name))
  const working = await thatWork(wanted.length > 0 ? [kem, ...curves] : curves, async (group) => {
    const start = await group.start()
    // A curve agrees with itself, and a KEM finds a secret in whatever it is given.
    const secret = await start.finish(start.share.subarray(0, group.serverShareLength))
    start.dispose()
    secret.dispose()
  })
  const found = working.filter((group) => group !== kem)
  for (const { row, curve: name, isKemFirst } of wanted) {
    const curve = found.find((group) => group.name === name)
    if (curve === undefined || !working.includes(kem)) continue
    found.push(isKemFirst ? clientHybrid(row, kem, curve) : clientHybrid(row, curve, kem))
  }
  return found
}

/** Platforms lack curves, and some of them combinations of curve and hash. */
async function curvedSchemes(subtle: Subtle, isWanted: IsWanted): Promise<Scheme[]> {
  const ecdsa = hashRows.map(async (row) => {
    const wanted = ecdsaKeys.filter(({ keyType }) => isWanted(keyType, `ecdsa-${row.name}`))
    const curves = await thatWork(wanted, (key) => signs(subtle, key, row))
    return curves.length > 0 ? [ecdsaScheme(subtle, row, curves)] : []
  })
  const edwards = thatWork(isWanted(ed25519Key.keyType) ? [ed25519Key] : [], (key) => signs(subtle, key))
  const found = await Promise.all([...ecdsa, edwards.then((keys) => keys.map((key) => edwardsScheme(subtle, key)))])
  return found.flat()
}

/** Those with which the attempt neither fails nor gives `false`. However a platform says that it does not have something. */
async function thatWork<T>(all: readonly T[], attempt: (one: T) => unknown): Promise<T[]> {
  const outcomes = await Promise.allSettled(all.map(async (one) => attempt(one)))
  return all.filter((_, i) => outcomes[i]?.status === 'fulfilled' && outcomes[i].value !== false)
}

function byName<T extends { readonly name: string }, R>(all: readonly T[], make: (one: T) => R): Listed<R> {
  return Object.fromEntries(all.map((one) => [one.name, make(one)]))
}

/** Stands where servers and owners of private keys have something. */
export function lacking(code: TlsErrorCode): () => Promise<never> {
  return async () => {
    throw new TlsError(code, 'webClientCrypto is for clients without private keys: others take webCrypto')
  }
}
