import type { CryptoProvider, KeyType, Listed } from '@typetls/crypto-provider'
import { probe } from './detection.ts'
import type { Subtle } from './platform.ts'

/** What is tried on a platform, and what did not work. */
export interface Trials {
  readonly subtle: Subtle
  readonly omit: readonly string[]
  readonly lacking: Lacking[]
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

/** The algorithms that work, by name. */
export async function working<T extends { readonly name: string } | { readonly hash: string }>(
  trials: Trials,
  list: keyof Lists,
  algorithms: readonly T[],
  attempt: (algorithm: T) => PromiseLike<boolean>,
): Promise<Listed<T>> {
  const named = algorithms.map((one) => ['name' in one ? one.name : one.hash, one] as const)
  const works = await Promise.all(named.map(([name, one]) => tried(trials, list, name, () => attempt(one))))
  return Object.fromEntries(named.filter((_, i) => works[i]))
}

export async function tried(
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

export const leftOut = 'left out as asked'
