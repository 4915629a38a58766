import { webcrypto } from 'node:crypto'
import { p256, p384, p521 } from '@noble/curves/nist.js'
import { ml_kem768 } from '@noble/post-quantum/ml-kem.js'
import type { KeyExchange } from '@typetls/crypto-provider'
import { loadWycheproof, runWycheproof, wycheproofRuns } from '@typetls/testing'
import type { WycheproofRun } from '@typetls/testing'
import { equalBytes, fromHex, TlsError, toHex } from '@typetls/wire'
import { afterEach, describe, expect, test, vi } from 'vitest'
import { mlkem768 } from './ml-kem.ts'
import { nobleCrypto } from './noble-crypto.ts'

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('noble fails no vector of Project Wycheproof', () => {
  test.each<WycheproofRun>([...wycheproofRuns, ['aes_ccm', 0, 552], ['rsa_pkcs1_2048', 67, 0], ['x25519', 518, 0]])(
    '%s: %i run, %i of sizes or algorithms that noble or TLS has not',
    (file, passed, notSupported) => {
      expect(runWycheproof(nobleCrypto, file, { agree })).toEqual({ passed, notSupported, failures: [] })
    },
  )

  // Slices, to keep the time of a test run low.
  test.each([
    ['ecdsa_secp256r1_sha256', 1, 484],
    ['ecdsa_secp256r1_sha512', 4, 139],
    ['ecdsa_secp384r1_sha384', 4, 126],
    ['ecdsa_secp384r1_sha512', 8, 68],
    ['ecdsa_secp521r1_sha512', 8, 68],
    ['ecdh_secp256r1_ecpoint', 1, 355],
    ['ecdh_secp384r1_ecpoint', 8, 99],
    ['ecdh_secp521r1_ecpoint', 8, 83],
    ['x448', 2, 255],
  ])('%s: each %i-th, %i run', (file, every, passed) => {
    expect(runWycheproof(nobleCrypto, file, { agree, every })).toEqual({ passed, notSupported: 0, failures: [] })
  })
})

test('ML-KEM-768 decapsulates as Project Wycheproof says, and refuses what has the wrong length', () => {
  let run = 0
  for (const vector of loadWycheproof('mlkem_768').testGroups.flatMap((group) => group.tests)) {
    const seed = fromHex(String(vector['seed']))
    if (seed.length !== 64) continue
    run++
    feedRandom(seed)
    const start = mlkem768.start()
    if (vector['ek'] !== undefined && vector.result === 'valid') expect(toHex(start.share)).toBe(vector['ek'])
    const secret = attempt(() => toHex(start.finish(fromHex(String(vector['c']))).reveal()))
    expect(secret).toBe(vector.result === 'valid' ? vector['K'] : 'ERR_TLS_KEY_SHARE_INVALID')
  }
  expect(run).toBeGreaterThan(150)
})

test('ML-KEM-768 encapsulates as Project Wycheproof says, and refuses keys that are not reduced', () => {
  const vectors = loadWycheproof('mlkem_768_encaps').testGroups.flatMap((group) => group.tests)
  for (const vector of vectors) {
    feedRandom(fromHex(String(vector['m'])))
    const outcome = attempt(() => {
      const { share, secret } = mlkem768.respond(fromHex(String(vector['ek'])))
      return `${toHex(share)} ${toHex(secret.reveal())}`
    })
    const expected = `${String(vector['c'])} ${String(vector['K'])}`
    expect(outcome).toBe(vector.result === 'valid' ? expected : 'ERR_TLS_KEY_SHARE_INVALID')
  }
  expect(vectors).toHaveLength(265)
})

test('ML-KEM-768 makes the keys that Project Wycheproof gives for seeds', () => {
  const vectors = loadWycheproof('mlkem_768_keygen_seed').testGroups.flatMap((group) => group.tests)
  for (const vector of vectors) {
    const seed = fromHex(String(vector['seed']))
    feedRandom(seed)
    expect(toHex(mlkem768.start().share)).toBe(vector['ek'])
    expect(equalBytes(ml_kem768.keygen(seed).secretKey, fromHex(String(vector['dk'])))).toBe(true)
  }
  expect(vectors).toHaveLength(100)
})

/** Key generation draws from `crypto.getRandomValues` only, so a private key can be put there. */
function agree(group: string, privateKey: Uint8Array, share: Uint8Array): Uint8Array {
  feedRandom(nistSeed(group, privateKey) ?? privateKey)
  const row = nobleCrypto.keyExchange[group] as KeyExchange<'sync'>
  return row.respond(share).secret.reveal()
}

/** noble makes a scalar of a seed as `seed mod (order - 1) + 1`. */
function nistSeed(group: string, scalar: Uint8Array): Uint8Array | undefined {
  const curve = { secp256r1: p256, secp384r1: p384, secp521r1: p521 }[group]
  if (curve === undefined) return undefined
  const seed = BigInt(`0x${toHex(scalar)}`) - 1n
  return fromHex(seed.toString(16).padStart(2 * (curve.lengths.seed ?? 0), '0'))
}

/** The next random bytes of this length are these. noble draws others, for blinding. */
function feedRandom(bytes: Uint8Array): void {
  let fed = false
  vi.stubGlobal('crypto', {
    getRandomValues(into: Uint8Array) {
      if (fed || into.length !== bytes.length) return webcrypto.getRandomValues(into)
      fed = true
      into.set(bytes)
      return into
    },
  })
}

function attempt(call: () => string): string {
  try {
    return call()
  } catch (error) {
    return error instanceof TlsError ? error.code : String(error)
  }
}
