import {
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  cbcTls12CipherSuites,
  cipherSuites,
  defaultCipherSuites,
  defaultSignatureSchemes,
  defaultTls12CipherSuites,
  dheCbcTls12CipherSuites,
  dhePskTls12CipherSuites,
  dheTls12CipherSuites,
  namedGroups,
  pskLegacyTls12CipherSuites,
  pskTls12CipherSuites,
  rsaTls12CipherSuites,
} from './built.js'

/** The groups of a list such as `X25519,P-256` or `prime256v1:secp384r1`, by IANA, NIST and OpenSSL names. */
export function groupNames(list) {
  return namesOf(list).map((name) => {
    const known = otherGroupNames[name.toLowerCase()] ?? name
    const found = Object.keys(namedGroups).find((group) => same(group, known))
    if (found === undefined) throw new RangeError(`there is no group ${name}: ${Object.keys(namedGroups).join(', ')}`)
    return found
  })
}

/** The signature schemes of a list such as `ecdsa_secp256r1_sha256,RSA-PSS+SHA256`, by IANA and OpenSSL names. */
export function signatureSchemes(list) {
  return namesOf(list).flatMap((name) => {
    const [algorithm, hash] = name.toLowerCase().split('+')
    const known = hash === undefined ? [name] : (openSslAlgorithms[algorithm]?.(hash) ?? [name])
    const found = defaultSignatureSchemes.filter((row) => known.some((one) => same(row.name, one)))
    if (found.length > 0) return found
    const all = defaultSignatureSchemes.map((row) => row.name).join(', ')
    throw new RangeError(`there is no signature scheme ${name}: ${all}`)
  })
}

/**
 * `modern`: the defaults of each version, so none by name; `cbc`: those of block ciphers too; `legacy`: also those
 * without forward secrecy; or a list of suites by IANA names.
 */
export function suiteNames(list) {
  if (list === 'modern') return []
  if (list === 'cbc' || list === 'legacy') {
    const legacy = list === 'legacy' ? rsaTls12CipherSuites : []
    return [...defaultCipherSuites, ...defaultTls12CipherSuites, ...cbcTls12CipherSuites, ...legacy]
  }
  return namesOf(list).map((name) => {
    const found = allSuites.find((suite) => same(suite.name, name))
    if (found !== undefined) return found
    const names = allSuites.map((suite) => suite.name)
    throw new RangeError(`there is no cipher suite ${name}: modern, cbc, legacy, ${names.join(', ')}`)
  })
}

const allSuites = [
  ...cipherSuites,
  ...defaultTls12CipherSuites,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  ...cbcTls12CipherSuites,
  ...dheTls12CipherSuites,
  ...pskTls12CipherSuites,
  ...dheCbcTls12CipherSuites,
  ...dhePskTls12CipherSuites,
  ...pskLegacyTls12CipherSuites,
  ...rsaTls12CipherSuites,
]

/** The parts of a list, separated by commas or, as OpenSSL has it, colons. */
export function namesOf(list) {
  return list.split(/[,:]/).filter((name) => name !== '')
}

function same(one, other) {
  return one.toLowerCase() === other.toLowerCase()
}

const otherGroupNames = {
  'p-256': 'secp256r1',
  'p-384': 'secp384r1',
  'p-521': 'secp521r1',
  prime256v1: 'secp256r1',
}

const curveOfHash = { sha256: 'secp256r1', sha384: 'secp384r1', sha512: 'secp521r1' }

const openSslAlgorithms = {
  ecdsa: (hash) => [`ecdsa_${curveOfHash[hash]}_${hash}`],
  rsa: (hash) => [`rsa_pkcs1_${hash}`],
  'rsa-pss': (hash) => [`rsa_pss_rsae_${hash}`, `rsa_pss_pss_${hash}`],
  pss: (hash) => [`rsa_pss_rsae_${hash}`, `rsa_pss_pss_${hash}`],
}
