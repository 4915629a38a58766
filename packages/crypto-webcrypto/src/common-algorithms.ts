import type { KeyExchange, Listed, SignatureAlgorithm } from '@typetls/crypto-provider'
import { hybrid } from '@typetls/crypto-provider'
import type { RsaKeyKind } from '@typetls/crypto-provider/key-forms'
import { aeads } from './aead.ts'
import { agrees, authenticates, derives, hashes, probe, seals, signs, verifies } from './detection.ts'
import type { Curve } from './diffie-hellman.ts'
import { commonCurves, diffieHellman } from './diffie-hellman.ts'
import { ecdsaScheme } from './ecdsa.ts'
import { edwardsScheme } from './edwards.ts'
import type { EllipticKey } from './elliptic-keys.ts'
import { ecdsaKeys, ed25519Key } from './elliptic-keys.ts'
import { digestRows, hash as hashOf, hashRows } from './hash.ts'
import { hkdf as hkdfOf } from './hkdf.ts'
import { hmac as hmacOf } from './hmac.ts'
import { hybrids, mlkem768 } from './ml-kem.ts'
import type { HybridRow } from './ml-kem.ts'
import type { ParsedKey } from './pkcs8.ts'
import type { Algorithm } from './platform.ts'
import type { SigningAlgorithm } from './private-key.ts'
import { rsaSchemeOn, rsaSchemes } from './rsa.ts'
import { signatureAlgorithm } from './signature.ts'
import type { Lists, Trials } from './trials.ts'
import { leftOut, tried, working } from './trials.ts'

/** What TLS 1.3 uses by default. */
export interface CommonAlgorithms {
  readonly lists: Pick<Lists, 'hash' | 'hmac' | 'hkdf' | 'aead' | 'keyExchange' | 'signature'>
  readonly signing: readonly SigningAlgorithm[]
}

/** What not everybody needs, to be tried as well. */
export interface MoreAlgorithms {
  readonly curves?: readonly Curve[]
  readonly edwardsKeys?: readonly EllipticKey[]
}

/** Tries everything that is not left out, all at the same time. */
export async function commonAlgorithms(trials: Trials, more: MoreAlgorithms = {}): Promise<CommonAlgorithms> {
  const { subtle } = trials
  const [hash, hmac, hkdf, aead, keyExchange, signatures] = await Promise.all([
    working(
      trials,
      'hash',
      digestRows.map((row) => hashOf(subtle, row)),
      hashes,
    ),
    working(
      trials,
      'hmac',
      digestRows.map((row) => hmacOf(subtle, row)),
      authenticates,
    ),
    working(
      trials,
      'hkdf',
      hashRows.map((row) => hkdfOf(subtle, row)),
      derives,
    ),
    working(trials, 'aead', aeads(subtle), seals),
    keyExchanges(trials, more.curves ?? []),
    Promise.all([
      ...edwardsAlgorithms(trials, [ed25519Key, ...(more.edwardsKeys ?? [])]),
      ...ecdsaAlgorithms(trials),
      ...rsaAlgorithms(trials),
    ]),
  ])
  const signing = signatures.filter((one) => one !== undefined)
  const signature = Object.fromEntries(signing.map(({ algorithm }) => [algorithm.name, algorithm]))
  return { lists: { hash, hmac, hkdf, aead, keyExchange, signature }, signing }
}

async function keyExchanges(trials: Trials, more: readonly Curve[]): Promise<Listed<KeyExchange<'async'>>> {
  const { subtle, omit, lacking } = trials
  const curves = [...commonCurves, ...more].map((curve) => diffieHellman(subtle, curve))
  const kem = mlkem768(subtle)
  const omitted = ({ row }: HybridRow): boolean => omit.includes(row.name) || omit.includes(kem.name)
  const [list, withoutKem] = await Promise.all([
    working(trials, 'keyExchange', curves, agrees),
    hybrids.every(omitted) ? undefined : probe(subtle, kem.name, () => agrees(kem)),
  ])
  const groups: Record<string, KeyExchange<'async'>> = { ...(list as Record<string, KeyExchange<'async'>>) }
  for (const one of hybrids) {
    const { name } = one.row
    const curve = list[one.curve]
    const reason = omitted(one) ? leftOut : (withoutKem ?? (curve ? undefined : 'its elliptic curve is missing'))
    if (reason !== undefined) lacking.push({ list: 'keyExchange', name, keyType: undefined, reason })
    else if (curve !== undefined)
      groups[name] = one.isKemFirst ? hybrid(one.row, kem, curve) : hybrid(one.row, curve, kem)
  }
  return groups
}

type Signing = SigningAlgorithm & { readonly algorithm: SignatureAlgorithm<'async'> }

function edwardsAlgorithms(trials: Trials, rows: readonly EllipticKey[]): Promise<Signing | undefined>[] {
  const { subtle } = trials
  return rows.map(async (row): Promise<Signing | undefined> => {
    if (!(await tried(trials, 'signature', row.keyType, () => signs(subtle, row)))) return undefined
    return {
      algorithm: signatureAlgorithm(subtle, edwardsScheme(subtle, row)),
      importedAs: (key) => importedOnCurve(key, [row]),
    }
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
    return {
      algorithm: signatureAlgorithm(subtle, ecdsaScheme(subtle, hash, curves)),
      importedAs: (key) => importedOnCurve(key, curves),
    }
  })
}

function importedOnCurve(key: ParsedKey, curves: readonly EllipticKey[]): Algorithm | undefined {
  return key.kind === 'elliptic' && curves.includes(key.row) ? key.row.algorithm : undefined
}

function rsaAlgorithms(trials: Trials): Promise<Signing | undefined>[] {
  const { subtle, omit, lacking } = trials
  const omitted = ['rsa', 'rsa-pss'].filter((keyType) => omit.includes(keyType))
  return rsaSchemes().map(async (scheme): Promise<Signing | undefined> => {
    if (!(await tried(trials, 'signature', scheme.name, () => verifies(subtle, scheme)))) return undefined
    for (const keyType of omitted) {
      if (scheme.allows({ keyType, onlyAlgorithm: undefined })) {
        lacking.push({ list: 'signature', name: scheme.name, keyType, reason: leftOut })
      }
    }
    const allows = (key: RsaKeyKind): boolean => !omitted.includes(key.keyType) && scheme.allows(key)
    return {
      algorithm: signatureAlgorithm(subtle, rsaSchemeOn(subtle, { ...scheme, allows })),
      importedAs: (key) => (key.kind === 'rsa' && allows(key.rsa) ? scheme.algorithm : undefined),
    }
  })
}
