import { nodeCrypto } from '@typetls/crypto-node'
import { describe, expect, test } from 'vitest'
import { wycheproofRuns } from './wycheproof-runs.ts'
import type { WycheproofRun } from './wycheproof-runs.ts'
import { runWycheproof } from './wycheproof.ts'

// Key agreement takes private keys, which a provider has no way to take: packages/crypto-node tests that itself.
describe('node:crypto fails no vector of Project Wycheproof', () => {
  test.each<WycheproofRun>([
    ...wycheproofRuns,
    ['aes_ccm', 86, 466],
    ['ecdsa_secp256r1_sha256', 484, 0],
    ['ecdsa_secp256r1_sha512', 554, 0],
    ['ecdsa_secp384r1_sha384', 504, 0],
    ['ecdsa_secp384r1_sha512', 542, 0],
    ['ecdsa_secp521r1_sha512', 542, 0],
    ['rsa_pkcs1_2048', 67, 0],
    ['rsa_pkcs1_3072', 67, 0],
    ['rsa_pkcs1_4096', 67, 0],
  ])('%s: %i run, %i of sizes or algorithms that TLS has not', (file, passed, notSupported) => {
    expect(runWycheproof(nodeCrypto, file)).toEqual({ passed, notSupported, failures: [] })
  })
})
