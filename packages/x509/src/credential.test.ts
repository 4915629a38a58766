import { createPublicKey, generateKeyPairSync, verify } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider, SignatureScheme } from '@typetls/crypto-provider'
import {
  ecdsa_secp256r1_sha256,
  ecdsa_secp384r1_sha384,
  ecdsa_secp521r1_sha512,
  ed25519,
  rsa_pkcs1_sha256,
  rsa_pss_rsae_sha256,
} from '@typetls/crypto-provider'
import { createAuthority } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { thrownBy } from '../test/thrown.ts'
import { describe, expect, test } from 'vitest'
import type { Credential } from './credential.ts'
import { createCredential } from './credential.ts'
import { selectCredential } from './select-credential.ts'

const root = createAuthority()
const data = ascii('to be signed')

describe('a credential', () => {
  test.each([
    ['ec-secp256r1', ['ecdsa_secp256r1_sha256']],
    ['ec-secp384r1', ['ecdsa_secp384r1_sha384']],
    ['ec-secp521r1', ['ecdsa_secp521r1_sha512']],
    [
      'rsa',
      [
        'rsa_pss_rsae_sha256',
        'rsa_pss_rsae_sha384',
        'rsa_pss_rsae_sha512',
        'rsa_pkcs1_sha256',
        'rsa_pkcs1_sha384',
        'rsa_pkcs1_sha512',
      ],
    ],
    ['rsa-pss', ['rsa_pss_pss_sha256', 'rsa_pss_pss_sha384', 'rsa_pss_pss_sha512']],
    ['ed25519', ['ed25519']],
    ['ed448', ['ed448']],
  ] as const)('of an %s key signs with the schemes that fit', (keyType, names) => {
    const made = root.issueIntermediate().issue({ keyType })
    const credential = createCredential({
      certificates: made.chainPem,
      privateKey: made.privateKeyPem,
      provider: nodeCrypto,
    })
    expect(credential.certificates).toEqual(made.chain)
    expect(credential.signer.schemes.map(({ name }) => name)).toEqual(names)
    for (const scheme of credential.signer.schemes) {
      const signature = credential.signer.sign(scheme, data) as Uint8Array
      const key = { keyType, spki: made.spki }
      expect(nodeCrypto.signature[scheme.algorithm]?.verify(key, data, signature)).toBe(true)
    }
  })

  test('is made of PEM, of DER, of the bytes of files, and of a key of the provider', () => {
    const made = root.issueIntermediate().issue({ keyType: 'ed25519' })
    const inputs = [
      { certificates: made.chainPem, privateKey: made.privateKeyPem },
      { certificates: made.chain, privateKey: made.privateKeyDer },
      { certificates: Buffer.from(made.chainPem), privateKey: Buffer.from(made.privateKeyPem) },
      {
        certificates: [made.pem, made.chain[1] as Uint8Array],
        privateKey: nodeCrypto.importPrivateKey(made.privateKeyDer),
      },
    ]
    for (const input of inputs) {
      const credential = createCredential({ ...input, provider: nodeCrypto })
      expect(credential.certificates).toEqual(made.chain)
      const signature = credential.signer.sign(ed25519, data) as Uint8Array
      const publicKey = createPublicKey({ key: Buffer.from(made.spki), format: 'der', type: 'spki' })
      expect(verify(null, data, publicKey, signature)).toBe(true)
    }
    expect(made.privateKeyDer[0]).toBe(0x30)
  })

  test('of an ECDSA key signs in TLS 1.2 with any hash, first with that of its curve', () => {
    const made = root.issue({ keyType: 'ec-secp384r1' })
    const options = { certificates: made.pem, privateKey: made.privateKeyPem, provider: nodeCrypto }
    const { signer } = createCredential(options)
    expect(signer.keyType).toBe('ec-secp384r1')
    expect(signer.schemes).toEqual([ecdsa_secp384r1_sha384])
    expect(signer.tls12Schemes).toEqual([ecdsa_secp384r1_sha384, ecdsa_secp256r1_sha256, ecdsa_secp521r1_sha512])
    const signature = signer.sign(ecdsa_secp256r1_sha256, data) as Uint8Array
    const publicKey = createPublicKey({ key: Buffer.from(made.spki), format: 'der', type: 'spki' })
    expect(verify('sha256', data, publicKey, signature)).toBe(true)

    const only = createCredential({ ...options, schemes: [ecdsa_secp256r1_sha256] }).signer
    expect([only.schemes, only.tls12Schemes]).toEqual([[], [ecdsa_secp256r1_sha256]])
  })

  test('signs with what it is asked for, in that order, as far as it fits', () => {
    const made = root.issue({ keyType: 'rsa' })
    const schemes = [rsa_pkcs1_sha256, ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256]
    const options = { certificates: made.pem, privateKey: made.privateKeyPem, provider: nodeCrypto, schemes }
    expect(createCredential(options).signer.schemes).toEqual([rsa_pkcs1_sha256, rsa_pss_rsae_sha256])
    expect(codeOf(() => createCredential(options).signer.sign(ecdsa_secp256r1_sha256, data))).toBe('ERR_TLS_SIGNER')
  })

  test('is refused when key and certificate do not belong together', () => {
    const one = root.issue()
    for (const other of [root.issue(), root.issue({ keyType: 'ed25519' })]) {
      const options = { certificates: one.pem, privateKey: other.privateKeyPem, provider: nodeCrypto }
      expect(codeOf(() => createCredential(options))).toBe('ERR_TLS_OPTIONS')
    }
  })

  test('is refused without a certificate, and with a key that nothing fits', () => {
    const made = root.issue()
    const base = { certificates: made.pem, privateKey: made.privateKeyPem, provider: nodeCrypto }
    expect(codeOf(() => createCredential({ ...base, certificates: [] }))).toBe('ERR_TLS_OPTIONS')
    expect(codeOf(() => createCredential({ ...base, schemes: [ed25519] }))).toBe('ERR_TLS_OPTIONS')
    expect(codeOf(() => createCredential({ ...base, privateKey: 'nothing' }))).toBe('ERR_TLS_KEY_PARSE')
    expect(codeOf(() => createCredential({ ...base, certificates: 'nothing' }))).toBe('ERR_TLS_CERTIFICATE_PARSE')
  })

  test('is promised where the provider answers later', async () => {
    const made = root.issue()
    const later = {
      ...nodeCrypto,
      mode: 'async',
      importPrivateKey: async (pkcs8: Uint8Array) => nodeCrypto.importPrivateKey(pkcs8.slice()),
    } as CryptoProvider
    const credential = createCredential({ certificates: made.pem, privateKey: made.privateKeyPem, provider: later })
    expect(credential).toBeInstanceOf(Promise)
    expect((await credential).signer.schemes).toEqual([ecdsa_secp256r1_sha256])
    const mismatch = createCredential({
      certificates: root.issue().pem,
      privateKey: made.privateKeyPem,
      provider: later,
    })
    await expect(mismatch).rejects.toMatchObject({ code: 'ERR_TLS_OPTIONS' })
  })
})

describe('among credentials', () => {
  const plain = credential({ dns: ['a.example'] })
  const wildcard = credential({ dns: ['*.example.org'] })
  const exact = credential({ dns: ['b.example.org'] })
  const edwards = credential({ dns: ['b.example.org', 'c.example.org'], keyType: 'ed25519' })
  const other = createAuthority({ name: 'other root', key: 5 })
  const foreign = credential({ dns: ['a.example'] }, other)
  const ecdsa = [ecdsa_secp256r1_sha256]

  test.each<[string, string | undefined, readonly SignatureScheme[], Credential]>([
    ['the first without a name', undefined, ecdsa, plain],
    ['the first for a name that none has', 'nobody.example', ecdsa, plain],
    ['the one whose certificate has the name', 'B.example.org', ecdsa, exact],
    ['the wildcard where no other has the name', 'd.example.org', ecdsa, wildcard],
    ['one whose signatures the peer can check, before its name', 'a.example', [ed25519], edwards],
    ['the name among those that can be checked', 'c.example.org', [ecdsa_secp256r1_sha256, ed25519], edwards],
    ['the default for a server when the peer can check none', 'a.example', [rsa_pss_rsae_sha256], plain],
  ])('a server takes %s', (_, serverName, signatureSchemes, expected) => {
    const select = selectCredential([plain, wildcard, exact, edwards])
    const chosen = select({ role: 'server', serverName, signatureSchemes, certificateAuthorities: [] })
    expect(chosen).toBe(expected)
  })

  test('a server of TLS 1.2 takes one whose curve the client lists, and whose hash it takes', () => {
    const p384 = credential({ dns: ['a.example'], keyType: 'ec-secp384r1' })
    const select = selectCredential([plain, p384])
    const chosen = (version: 'TLSv1.2' | 'TLSv1.3', groups?: readonly string[]): unknown =>
      select({
        role: 'server',
        version,
        serverName: undefined,
        signatureSchemes: ecdsa,
        certificateAuthorities: [],
        groups,
      })
    expect(chosen('TLSv1.2', ['x25519', 'secp384r1'])).toBe(p384)
    expect(chosen('TLSv1.2', ['secp256r1', 'secp384r1'])).toBe(plain)
    expect(chosen('TLSv1.2')).toBe(plain)
    expect(
      selectCredential([p384, plain])({
        role: 'server',
        version: 'TLSv1.3',
        serverName: undefined,
        signatureSchemes: ecdsa,
        certificateAuthorities: [],
      }),
    ).toBe(plain)
  })

  test('a client takes one of an authority that the server names, else the first, and none that cannot be checked', () => {
    const select = selectCredential([plain, foreign])
    const ask = (
      certificateAuthorities: readonly Uint8Array[],
      signatureSchemes: readonly SignatureScheme[] = ecdsa,
    ): unknown => select({ role: 'client', serverName: undefined, signatureSchemes, certificateAuthorities })
    expect(ask([])).toBe(plain)
    expect(ask([other.subjectDer])).toBe(foreign)
    expect(ask([root.subjectDer, other.subjectDer])).toBe(plain)
    expect(ask([Uint8Array.of(0x30, 0)])).toBe(plain)
    expect(ask([], [ed25519])).toBeUndefined()
  })

  test('there must be one', () => {
    expect(codeOf(() => selectCredential([]))).toBe('ERR_TLS_OPTIONS')
  })

  function credential(options: Parameters<typeof root.issue>[0], authority = root): Credential {
    const made = authority.issue(options)
    return createCredential({ certificates: made.chainPem, privateKey: made.privateKeyPem, provider: nodeCrypto })
  }
})

function codeOf(act: () => unknown): string | undefined {
  return thrownBy(act)?.code
}

test('a credential leaves out what its RSA key is too short for', () => {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 1024 })
  const made = root.issue({ key: privateKey, keyType: 'rsa' })
  const credential = createCredential({
    certificates: made.chainPem,
    privateKey: made.privateKeyPem,
    provider: nodeCrypto,
  })
  expect(credential.signer.schemes.map(({ name }) => name)).toEqual([
    'rsa_pss_rsae_sha256',
    'rsa_pss_rsae_sha384',
    'rsa_pkcs1_sha256',
    'rsa_pkcs1_sha384',
    'rsa_pkcs1_sha512',
  ])
})

test('a credential is refused with timestamps that no client could read', () => {
  const made = root.issue()
  const options = { certificates: made.chainPem, privateKey: made.privateKeyPem, provider: nodeCrypto }
  const refused = { code: 'ERR_TLS_OPTIONS', received: 'signedCertificateTimestamps' }
  for (const list of [[], [0, 0], [0, 3, 0, 2, 1], [0, 2, 0, 0]]) {
    const signedCertificateTimestamps = Uint8Array.from(list)
    expect(() => createCredential({ ...options, signedCertificateTimestamps })).toThrow(
      expect.objectContaining(refused),
    )
  }
  const signedCertificateTimestamps = Uint8Array.of(0, 3, 0, 1, 7)
  expect(createCredential({ ...options, signedCertificateTimestamps })).toMatchObject({ signedCertificateTimestamps })
})
