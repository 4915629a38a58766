/**
 * Files of Project Wycheproof that a backend can run whole, with how many of their tests TLS has a use for and how many are
 * of sizes or algorithms that it has not.
 */
export const wycheproofRuns: readonly WycheproofRun[] = [
  ['aes_cbc_pkcs5', 144, 72],
  ['aes_gcm', 133, 183],
  ['chacha20_poly1305', 316, 9],
  ['ed25519', 151, 0],
  ['ed448', 87, 0],
  ['hkdf_sha256', 86, 0],
  ['hkdf_sha384', 83, 0],
  ['hkdf_sha512', 83, 0],
  ['hmac_sha1', 170, 0],
  ['hmac_sha256', 174, 0],
  ['hmac_sha384', 174, 0],
  ['hmac_sha512', 174, 0],
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
]

/** A file's name, how many tests run, how many are not supported. */
export type WycheproofRun = readonly [file: string, passed: number, notSupported: number]
