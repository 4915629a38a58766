import { mlkem1024, nobleCrypto } from '@typetls/crypto-noble'
import type { CipherSuite, SignatureScheme } from '@typetls/crypto-provider'
import {
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  TLS_CHACHA20_POLY1305_SHA256,
  cipherSuites,
  complete,
  compose,
  defaultGroupNames,
  defaultSignatureSchemes,
} from '@typetls/crypto-provider'
import type { TestKeyType } from '@typetls/testing'
import { testKeyTypes } from '@typetls/testing'
import { createCredential } from '@typetls/x509'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { needSuites, testCrypto } from '../test/backend.ts'
import { certificateFor, connectedPair, credentialFor, pairOf, verifier } from '../test/peers.ts'
import type { Credential } from './index.ts'

/** The groups that the backend lacks, as node:crypto of Node 20 does, come from noble. */
const everything = complete(testCrypto, nobleCrypto)

describe('cipher suites', () => {
  test.for(cipherSuites)('$name carries data both ways', (row, { skip }) => {
    needSuites(skip, row)
    const { client, server, pump } = connectedPair({ cipherSuites: [row] }, { cipherSuites: [row] })
    for (const peer of [client, server]) expect(peer.facts?.cipherSuite).toBe(row.name)
    client.connection.write(ascii('over'))
    server.connection.write(ascii('and back'))
    pump()
    expect(fromAscii(server.received())).toBe('over')
    expect(fromAscii(client.received())).toBe('and back')
  })

  test('the CCM suites are not offered without being asked for', ({ skip }) => {
    const ccm = cipherSuites.filter((row) => row.aead.includes('ccm'))
    needSuites(skip, ...ccm)
    const pair = pairOf({}, { cipherSuites: ccm })
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_NO_SHARED_CIPHER', alert: 'handshake_failure' })
  })

  test("the preference is the server's, or the client's if the server says so", ({ skip }) => {
    needSuites(skip, ...cipherSuites)
    const reversed = [...cipherSuites].reverse()
    const by = (cipherPreference: 'server' | 'client') =>
      connectedPair({ cipherSuites: reversed }, { cipherSuites, cipherPreference }).client.facts?.cipherSuite
    expect(by('server')).toBe('TLS_AES_128_GCM_SHA256')
    expect(by('client')).toBe('TLS_AES_128_CCM_8_SHA256')
  })

  test('among suites that a server wants equally the client decides, whatever it wants more', ({ skip }) => {
    const [aes128, aes256, chacha] = [TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256]
    needSuites(skip, aes128, aes256, chacha)
    const chosen = (...theirs: CipherSuite[]) =>
      connectedPair({ cipherSuites: theirs }, { cipherSuites: [[aes256, chacha], aes128] }).client.facts?.cipherSuite
    expect(chosen(aes128, chacha, aes256)).toBe(chacha.name)
    expect(chosen(aes128, aes256, chacha)).toBe(aes256.name)
    expect(chosen(aes128)).toBe(aes128.name)
  })
})

describe('groups', () => {
  test('every group we have a name for is there', () => {
    expect(defaultGroupNames.filter((name) => everything.keyExchange[name] === undefined)).toEqual([])
  })

  test.each(defaultGroupNames)('%s', (name) => {
    const { client, server } = connectedPair(
      { crypto: everything, groups: [name] },
      { crypto: everything, groups: [name] },
    )
    for (const peer of [client, server]) expect(peer.facts).toMatchObject({ group: name, helloRetryRequest: false })
    expect(client.keyLog.toSorted()).toEqual(server.keyLog.toSorted())
  })

  test('a post-quantum first choice comes with a classical share, so that an older server needs no second round', () => {
    const lattice = compose(everything, { keyExchange: { [mlkem1024.name]: mlkem1024 } })
    for (const client of [{ crypto: everything }, { crypto: lattice, groups: [mlkem1024.name, 'x25519'] }]) {
      const { facts } = connectedPair(client, { groups: ['x25519'] }).client
      expect(facts).toMatchObject({ group: 'x25519', helloRetryRequest: false })
    }
  })

  test('without a common group the server refuses', () => {
    const pair = pairOf({ groups: ['x25519'] }, { groups: ['secp256r1'] })
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_NO_SHARED_GROUP', alert: 'handshake_failure' })
  })
})

describe('signature schemes', () => {
  const pairs = defaultSignatureSchemes
    .filter((row) => row.handshake)
    .flatMap((row) => testKeyTypes.filter((type) => type === row.keyType).map((type) => [row.name, row, type] as const))

  test('every scheme of TLS 1.3 has a key here', () => {
    expect(pairs).toHaveLength(defaultSignatureSchemes.filter((row) => row.handshake).length)
  })

  test.each(pairs)('%s authenticates the server', (name, row, type) => {
    const { client, server } = connectedPair({}, { credentials: signingWith(row, type) })
    for (const peer of [client, server]) expect(peer.facts?.signatureScheme).toBe(name)
    expect(client.facts?.peer).toMatchObject({ authorized: true })
  })

  test.each(pairs)('%s authenticates the client', (name, row, type) => {
    const { client, server } = connectedPair(
      { credentials: signingWith(row, type) },
      { clientAuthentication: 'require', verifier },
    )
    for (const peer of [client, server]) expect(peer.facts?.clientSignatureScheme).toBe(name)
    expect(server.facts?.peer?.certificates).toEqual(certificateFor(type).chain)
  })

  test('of several credentials the first that the client can verify is taken', () => {
    const onlyRsa = defaultSignatureSchemes.filter((row) => row.algorithm.startsWith('rsa'))
    const credentials = (['ed25519', 'ec-secp256r1', 'rsa'] as const).map((type) => credentialFor(certificateFor(type)))
    // The authority is ECDSA: its signature on the certificate is the verifier's business, which has its own rules.
    const { client } = connectedPair({ signatureSchemes: onlyRsa }, { credentials })
    expect(client.facts?.signatureScheme).toBe('rsa_pss_rsae_sha256')
  })

  test('a server none of whose schemes the client takes refuses', () => {
    const onlyEd25519 = defaultSignatureSchemes.filter((row) => row.name === 'ed25519')
    const pair = pairOf({ signatureSchemes: onlyEd25519 }, {})
    pair.pump()
    expect(pair.server.failure).toMatchObject({
      code: 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME',
      alert: 'handshake_failure',
      expected: ['ed25519'],
    })
  })
})

function signingWith(row: SignatureScheme, type: TestKeyType): Credential {
  const { chain, privateKeyDer } = certificateFor(type)
  return createCredential({ certificates: chain, privateKey: privateKeyDer, provider: testCrypto, schemes: [row] })
}
