import { namedGroups } from '@typetls/crypto-provider'
import { aesCbc } from './cbc.ts'
import { commonAlgorithms } from './common-algorithms.ts'
import { encrypts } from './detection.ts'
import { montgomery } from './diffie-hellman.ts'
import { ed448Key } from './elliptic-keys.ts'
import type { Subtle } from './platform.ts'
import type { SigningAlgorithm } from './private-key.ts'
import type { Lacking, Lists, Trials } from './trials.ts'
import { working } from './trials.ts'

/** What a platform was found to have, and what not. */
export interface Available {
  readonly lists: Lists
  readonly signing: readonly SigningAlgorithm[]
  readonly lacking: readonly Lacking[]
}

/** Tries everything that is not in `omit`, all at the same time. */
export async function available(subtle: Subtle, omit: readonly string[]): Promise<Available> {
  const trials: Trials = { subtle, omit, lacking: [] }
  const [cbc, { lists, signing }] = await Promise.all([
    working(trials, 'cbc', [aesCbc(subtle, 'aes-128-cbc', 16), aesCbc(subtle, 'aes-256-cbc', 32)], encrypts),
    commonAlgorithms(trials, {
      curves: [montgomery(namedGroups.x448, 'X448')],
      edwardsKeys: [ed448Key],
    }),
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
  return { lists: { ...lists, cbc, keyTransport: {} }, signing, lacking: sorted(trials.lacking) }
}

/** Trials end in any order; a report should not change with it. */
function sorted(lacking: readonly Lacking[]): readonly Lacking[] {
  const key = ({ list, name, keyType }: Lacking): string => `${list} ${name} ${keyType}`
  return [...lacking].sort((a, b) => (key(a) < key(b) ? -1 : 1))
}
