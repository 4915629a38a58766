import type { KeyExchange, Listed, SignatureAlgorithm } from '@typetls/crypto-provider'
import { clientHybrid, namedGroups, Secret } from '@typetls/crypto-provider'
import { equalBytes, TlsError } from '@typetls/wire'
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
  const digests = digestRows.filter(({ name }) => isWanted(name))
  const [aead, keyExchange, curved] = await Promise.all([
    thatWork(
      aeads(subtle).filter(({ name }) => isWanted(name)),
      async (one) => (await one.key(new Secret(new Uint8Array(one.keyLength)))) !== undefined,
    ),
    groups(subtle, isWanted),
    curvedSchemes(subtle, isWanted),
  ])
  const schemes = [...curved, ...rsaOf(subtle, isWanted)]
  return {
    hash: named(digests.map((row) => hash(subtle, row))),
    hmac: Object.fromEntries(digests.map((row) => [row.name, hmac(subtle, row)])),
    hkdf: Object.fromEntries(
      digests.filter((row) => hashRows.includes(row)).map((row) => [row.name, hkdf(subtle, row)]),
    ),
    aead: named(aead),
    keyExchange: named(keyExchange),
    signature: named(schemes.map((scheme): SignatureAlgorithm<'async'> => ({ ...verifying(subtle, scheme), sign }))),
  }
}

type IsWanted = (...names: readonly string[]) => boolean

async function groups(subtle: Subtle, isWanted: IsWanted): Promise<KeyExchange<'async'>[]> {
  const kem = clientMlkem768(subtle)
  const curves = commonCurves.map((curve) => clientDiffieHellman(subtle, curve)).filter(({ name }) => isWanted(name))
  const wanted = hybrids.filter((name) => isWanted(name, kem.name))
  const working = await thatWork(wanted.length > 0 ? [kem, ...curves] : curves, async (group) => {
    const [one, other] = await Promise.all([group.start(), group.start()])
    // Whatever is decapsulated, there is a secret: the share of a KEM is no answer to another.
    const ciphertext = group === kem ? new Uint8Array(kem.serverShareLength) : undefined
    const [ours, theirs] = await Promise.all([
      one.finish(ciphertext ?? other.share),
      other.finish(ciphertext ?? one.share),
    ])
    const agreed = group === kem || equalBytes(ours.reveal(), theirs.reveal())
    for (const done of [one, other, ours, theirs]) done.dispose()
    return agreed
  })
  const found = working.filter((group) => group !== kem)
  for (const name of wanted) {
    const isX25519 = name === 'X25519MLKEM768'
    const curve = working.find((group) => group.name === (isX25519 ? 'x25519' : 'secp256r1'))
    if (curve === undefined || !working.includes(kem)) continue
    const [first, second] = isX25519 ? [kem, curve] : [curve, kem]
    found.push(clientHybrid(namedGroups[name], first, second))
  }
  return found.map((group) => ({ ...group, respond }))
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

function rsaOf(subtle: Subtle, isWanted: IsWanted): Scheme[] {
  const wanted = rsaSchemes().filter(({ name }) => isWanted(name))
  return wanted.map((scheme) =>
    rsaSchemeOn(subtle, { ...scheme, allows: (key) => isWanted(key.keyType) && scheme.allows(key) }),
  )
}

async function thatWork<T>(all: readonly T[], attempt: (one: T) => PromiseLike<boolean>): Promise<T[]> {
  const works = await Promise.all(
    all.map(async (one) => {
      try {
        return await attempt(one)
      } catch {
        // However a platform says that it does not have something.
        return false
      }
    }),
  )
  return all.filter((_, i) => works[i])
}

function named<T extends { readonly name: string }>(all: readonly T[]): Listed<T> {
  return Object.fromEntries(all.map((one) => [one.name, one]))
}

async function respond(): Promise<never> {
  throw new TlsError('ERR_TLS_UNSUPPORTED', 'webClientCrypto is for clients: servers take webCrypto')
}

async function sign(): Promise<never> {
  throw new TlsError('ERR_TLS_CRYPTO', 'webClientCrypto has no private keys: webCrypto does')
}
