import { expect, test } from 'vitest'
import { cipherSuites } from './cipher-suites.ts'
import { defaultGroupNames, namedGroups } from './named-groups.ts'
import { defaultSignatureSchemes, signatureSchemes } from './signature-schemes.ts'

// https://www.iana.org/assignments/tls-parameters/tls-parameters.xhtml
test('signature schemes have the numbers of the registry', () => {
  expect(defaultSignatureSchemes.map(({ id, name }) => [id.toString(16).padStart(4, '0'), name])).toEqual([
    ['0403', 'ecdsa_secp256r1_sha256'],
    ['0503', 'ecdsa_secp384r1_sha384'],
    ['0603', 'ecdsa_secp521r1_sha512'],
    ['0807', 'ed25519'],
    ['0808', 'ed448'],
    ['0804', 'rsa_pss_rsae_sha256'],
    ['0805', 'rsa_pss_rsae_sha384'],
    ['0806', 'rsa_pss_rsae_sha512'],
    ['0809', 'rsa_pss_pss_sha256'],
    ['080a', 'rsa_pss_pss_sha384'],
    ['080b', 'rsa_pss_pss_sha512'],
    ['0401', 'rsa_pkcs1_sha256'],
    ['0501', 'rsa_pkcs1_sha384'],
    ['0601', 'rsa_pkcs1_sha512'],
  ])
})

test('ML-DSA and the legacy schemes of clients have rows, and are not offered without being asked for', () => {
  const others = signatureSchemes.filter((row) => !defaultSignatureSchemes.includes(row))
  expect(others.map(({ id, name }) => [id, name])).toEqual([
    [0x0904, 'mldsa44'],
    [0x0905, 'mldsa65'],
    [0x0906, 'mldsa87'],
    [0x0420, 'rsa_pkcs1_sha256_legacy'],
    [0x0520, 'rsa_pkcs1_sha384_legacy'],
    [0x0620, 'rsa_pkcs1_sha512_legacy'],
  ])
})

test('RSASSA-PKCS1-v1_5 is for certificates only', () => {
  for (const { name, handshake } of defaultSignatureSchemes) expect(handshake).toBe(!name.startsWith('rsa_pkcs1_'))
})

test('no two rows of a table have one number or one name', () => {
  for (const table of [signatureSchemes, cipherSuites, Object.values(namedGroups)]) {
    expect(new Set(table.map(({ id }) => id)).size).toBe(table.length)
    expect(new Set(table.map(({ name }) => name)).size).toBe(table.length)
  }
})

test('groups are listed under their names, and every default is one of them', () => {
  for (const [key, { name }] of Object.entries(namedGroups)) expect(key).toBe(name)
  expect([...defaultGroupNames].sort()).toEqual(Object.keys(namedGroups).sort())
})
