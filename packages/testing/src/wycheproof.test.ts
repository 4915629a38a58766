import { nodeCrypto } from '@typetls/crypto-node'
import { describe, expect, test } from 'vitest'
import { runWycheproof } from './wycheproof.ts'

// Key agreement takes private keys, which a provider has no way to take: packages/crypto-node tests that itself.
describe('node:crypto fails no vector of Project Wycheproof', () => {
  test.each([
    ['aes_cbc_pkcs5', 144, 72],
    ['aes_ccm', 86, 466],
    ['aes_gcm', 133, 183],
    ['chacha20_poly1305', 316, 9],
    ['ecdsa_secp256r1_sha256', 484, 0],
    ['ecdsa_secp256r1_sha512', 554, 0],
    ['ecdsa_secp384r1_sha384', 504, 0],
    ['ecdsa_secp384r1_sha512', 542, 0],
    ['ecdsa_secp521r1_sha512', 542, 0],
    ['ed25519', 151, 0],
    ['ed448', 87, 0],
    ['hkdf_sha256', 86, 0],
    ['hkdf_sha384', 83, 0],
    ['hkdf_sha512', 83, 0],
    ['hmac_sha1', 170, 0],
    ['hmac_sha256', 174, 0],
    ['hmac_sha384', 174, 0],
    ['hmac_sha512', 174, 0],
    ['rsa_pkcs1_2048', 67, 0],
    ['rsa_pkcs1_3072', 67, 0],
    ['rsa_pkcs1_4096', 67, 0],
    ['rsa_pss_2048_sha256_mgf1_32', 108, 0],
    ['rsa_pss_2048_sha256_mgf1_32_params', 108, 0],
    ['rsa_pss_2048_sha384_mgf1_48', 141, 0],
    ['rsa_pss_2048_sha512_mgf1sha256_32_params', 178, 0],
    ['rsa_pss_3072_sha256_mgf1_32', 108, 0],
    ['rsa_pss_4096_sha512_mgf1_64', 179, 0],
    ['rsa_pss_4096_sha512_mgf1_64_params', 179, 0],
    ['rsa_signature_2048_sha256', 259, 0],
    ['rsa_signature_2048_sha384', 258, 0],
    ['rsa_signature_2048_sha512', 259, 0],
    ['rsa_signature_3072_sha256', 259, 0],
    ['rsa_signature_4096_sha512', 259, 0],
  ])('%s: %i run, %i of sizes or algorithms that TLS has not', (file, passed, notSupported) => {
    expect(runWycheproof(nodeCrypto, file)).toEqual({ passed, notSupported, failures: [] })
  })
})
