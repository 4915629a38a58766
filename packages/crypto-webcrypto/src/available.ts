import type { Aead, CryptoProvider, KeyExchange, KeyType, Listed, SignatureAlgorithm } from '@typetls/crypto-provider'
import { hybrid, namedGroups } from '@typetls/crypto-provider'
import { aesGcm, chacha20Poly1305 } from './aead.ts'
import { aesCbc } from './cbc.ts'
import { agrees, authenticates, derives, encrypts, hashes, probe, seals, signs, verifies } from './detection.ts'
import { montgomery, nistCurve } from './diffie-hellman.ts'
import { ecdsa } from './ecdsa.ts'
import { edwards } from './edwards.ts'
import type { EllipticKey } from './elliptic-keys.ts'
import { ecdsaKeys, ed25519Key, ed448Key } from './elliptic-keys.ts'
import type { HashRow } from './hash.ts'
import { hash as hashOf, sha1, sha256, sha384, sha512 } from './hash.ts'
import { hkdf as hkdfOf } from './hkdf.ts'
import { hmac as hmacOf } from './hmac.ts'
import { mlkem768 } from './ml-kem.ts'
import type { ParsedKey } from './pkcs8.ts'
import type { Algorithm, Subtle } from './platform.ts'
import type { SigningAlgorithm } from './private-key.ts'
import type { RsaKeyKind } from '@typetls/crypto-provider/key-forms'
import { rsa, rsaPkcs1, rsaPss } from './rsa.ts'

/** What a platform was found to have, and what not. */
export interface Available {
  readonly lists: Lists
  readonly signing: readonly SigningAlgorithm[]
  readonly lacking: readonly Lacking[]
}

export type Lists = Pick<
  CryptoProvider<'async'>,
  'hash' | 'hmac' | 'hkdf' | 'aead' | 'cbc' | 'keyExchange' | 'signature' | 'keyTransport'
>

export interface Lacking {
  readonly list: keyof Lists
  /** Its name in that list. */
  readonly name: string
  /** With ECDSA and RSA: the kind of key that it does not work with. */
  readonly keyType: KeyType | undefined
  /** What the platform says. */
  readonly reason: string
}

/** Tries everything that is not in `omit`, all at the same time. */
export async function available(subtle: Subtle, omit: readonly string[]): Promise<Available> {
  const trials: Trials = { subtle, omit, lacking: [] }
  const [hash, hmac, hkdf, aead, cbc, keyExchange, signatures] = await Promise.all([
    working(
      trials,
      'hash',
      [sha1, ...hashRows].map((row) => hashOf(subtle, row)),
      hashes,
    ),
    working(
      trials,
      'hmac',
      [sha1, ...hashRows].map((row) => hmacOf(subtle, row)),
      authenticates,
    ),
    working(
      trials,
      'hkdf',
      hashRows.map((row) => hkdfOf(subtle, row)),
      derives,
    ),
    working(trials, 'aead', aeads(subtle), seals),
    working(trials, 'cbc', [aesCbc(subtle, 'aes-128-cbc', 16), aesCbc(subtle, 'aes-256-cbc', 32)], encrypts),
    keyExchanges(trials),
    Promise.all([...edwardsAlgorithms(trials), ...ecdsaAlgorithms(trials), ...rsaAlgorithms(trials)]),
  ])
  for (const name of ['aes-128-ccm', 'aes-128-ccm-8']) {
    trials.lacking.push({ list: 'aead', name, keyType: undefined, reason: 'Web Cryptography has no AES-CCM' })
  }
  for (const name of ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']) {
    const reason = 'this backend does not use the ML-DSA that some platforms have'
    trials.lacking.push({ list: 'signature', name, keyType: undefined, reason })
  }
  const noTransport = 'Web Cryptography has no encryption with PKCS#1 v1.5 padding'
  trials.lacking.push({ list: 'keyTransport', name: 'rsa-pkcs1', keyType: undefined, reason: noTransport })
  const signing = signatures.filter((one) => one !== undefined)
  const signature = Object.fromEntries(signing.map(({ algorithm }) => [algorithm.name, algorithm]))
  const lists = { hash, hmac, hkdf, aead, cbc, keyExchange, signature, keyTransport: {} }
  return { lists, signing, lacking: sorted(trials.lacking) }
}

interface Trials {
  readonly subtle: Subtle
  readonly omit: readonly string[]
  readonly lacking: Lacking[]
}

/** The algorithms that work, by name. */
async function working<T extends { readonly name: string } | { readonly hash: string }>(
  trials: Trials,
  list: keyof Lists,
  algorithms: readonly T[],
  attempt: (algorithm: T) => PromiseLike<boolean>,
): Promise<Listed<T>> {
  const named = algorithms.map((one) => ['name' in one ? one.name : one.hash, one] as const)
  const works = await Promise.all(named.map(([name, one]) => tried(trials, list, name, () => attempt(one))))
  return Object.fromEntries(named.filter((_, i) => works[i]))
}

async function tried(
  { subtle, omit, lacking }: Trials,
  list: keyof Lists,
  name: string,
  attempt: () => PromiseLike<boolean>,
  keyType?: KeyType,
): Promise<boolean> {
  const omitted = omit.includes(name) || (keyType !== undefined && omit.includes(keyType))
  const reason = omitted ? leftOut : await probe(subtle, `${list} ${name} ${keyType}`, attempt)
  if (reason !== undefined) lacking.push({ list, name, keyType, reason })
  return reason === undefined
}

function aeads(subtle: Subtle): readonly Aead<'async'>[] {
  return [aesGcm(subtle, 'aes-128-gcm', 16), aesGcm(subtle, 'aes-256-gcm', 32), chacha20Poly1305(subtle)]
}

async function keyExchanges(trials: Trials): Promise<Listed<KeyExchange<'async'>>> {
  const { subtle, omit, lacking } = trials
  const curves = [
    montgomery(subtle, namedGroups.x25519, 'X25519'),
    montgomery(subtle, namedGroups.x448, 'X448'),
    nistCurve(subtle, namedGroups.secp256r1, 'P-256'),
    nistCurve(subtle, namedGroups.secp384r1, 'P-384'),
    nistCurve(subtle, namedGroups.secp521r1, 'P-521'),
  ]
  const kem = mlkem768(subtle)
  const omitted = (name: string): boolean => omit.includes(name) || omit.includes(kem.name)
  const [list, withoutKem] = await Promise.all([
    working(trials, 'keyExchange', curves, agrees),
    hybrids.every(omitted) ? undefined : probe(subtle, kem.name, () => agrees(kem)),
  ])
  const groups: Record<string, KeyExchange<'async'>> = { ...(list as Record<string, KeyExchange<'async'>>) }
  for (const name of hybrids) {
    const curve = list[name === 'X25519MLKEM768' ? 'x25519' : 'secp256r1']
    const reason = omitted(name) ? leftOut : (withoutKem ?? (curve ? undefined : 'its elliptic curve is missing'))
    if (reason !== undefined) lacking.push({ list: 'keyExchange', name, keyType: undefined, reason })
    else if (curve !== undefined) {
      const [first, second] = name === 'X25519MLKEM768' ? [kem, curve] : [curve, kem]
      groups[name] = hybrid(namedGroups[name], first, second)
    }
  }
  return groups
}

type Signing = SigningAlgorithm & { readonly algorithm: SignatureAlgorithm<'async'> }

function edwardsAlgorithms(trials: Trials): Promise<Signing | undefined>[] {
  const { subtle } = trials
  return [ed25519Key, ed448Key].map(async (row): Promise<Signing | undefined> => {
    if (!(await tried(trials, 'signature', row.keyType, () => signs(subtle, row)))) return undefined
    return { algorithm: edwards(subtle, row), importedAs: (key) => importedOnCurve(key, [row]) }
  })
}

/** Platforms lack curves, and some of them combinations of curve and hash. */
function ecdsaAlgorithms(trials: Trials): Promise<Signing | undefined>[] {
  const { subtle } = trials
  return hashRows.map(async (hash): Promise<Signing | undefined> => {
    const attempt = (row: EllipticKey): Promise<boolean> =>
      tried(trials, 'signature', `ecdsa-${hash.name}`, () => signs(subtle, row, hash), row.keyType)
    const works = await Promise.all(ecdsaKeys.map(attempt))
    const curves = ecdsaKeys.filter((_, i) => works[i])
    if (curves.length === 0) return undefined
    return { algorithm: ecdsa(subtle, hash, curves), importedAs: (key) => importedOnCurve(key, curves) }
  })
}

function importedOnCurve(key: ParsedKey, curves: readonly EllipticKey[]): Algorithm | undefined {
  return key.kind === 'elliptic' && curves.includes(key.row) ? key.row.algorithm : undefined
}

function rsaAlgorithms(trials: Trials): Promise<Signing | undefined>[] {
  const { subtle, omit, lacking } = trials
  const omitted = ['rsa', 'rsa-pss'].filter((keyType) => omit.includes(keyType))
  return [...hashRows.map(rsaPkcs1), ...hashRows.map(rsaPss)].map(async (scheme): Promise<Signing | undefined> => {
    if (!(await tried(trials, 'signature', scheme.name, () => verifies(subtle, scheme)))) return undefined
    for (const keyType of omitted) {
      if (scheme.allows({ keyType, pss: undefined })) {
        lacking.push({ list: 'signature', name: scheme.name, keyType, reason: leftOut })
      }
    }
    const allows = (key: RsaKeyKind): boolean => !omitted.includes(key.keyType) && scheme.allows(key)
    return {
      algorithm: rsa(subtle, { ...scheme, allows }),
      importedAs: (key) => (key.kind === 'rsa' && allows(key.rsa) ? scheme.algorithm : undefined),
    }
  })
}

/** Trials end in any order; a report should not change with it. */
function sorted(lacking: readonly Lacking[]): readonly Lacking[] {
  const key = ({ list, name, keyType }: Lacking): string => `${list} ${name} ${keyType}`
  return [...lacking].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}

const hashRows: readonly HashRow[] = [sha256, sha384, sha512]
const hybrids = ['X25519MLKEM768', 'SecP256r1MLKEM768'] as const
const leftOut = 'left out as asked'
