import { getDiffieHellman } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider, FiniteField } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { ffdhe2048, ffdhe3072, ffdhe4096, ownFiniteField } from '@typetls/crypto-provider/finite-field'
import { ascii, concat, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { certificateFor, credentialFor } from '../../test/peers.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import type { Credential } from '../index.ts'
import { clientTls12, dheCbcTls12CipherSuites, dhePskTls12CipherSuites, dheTls12CipherSuites } from './index.ts'
import type { CipherSuiteRow } from './index.ts'

/** Web Cryptography has no finite fields. */
const crypto = testCrypto.finiteField === undefined ? nodeCrypto : testCrypto

function dhePair(row = dheTls12CipherSuites[0] as CipherSuiteRow): Tls12Pair {
  const only = { cipherSuites: [row] }
  const credentials = credentialFor(certificateFor('rsa'), crypto)
  return { client: { crypto }, client12: only, server: { crypto, credentials }, server12: only }
}

/** A provider that lists these groups, to be named in `groups`. */
function listing(...fields: readonly FiniteField[]): { crypto: CryptoProvider<'sync'>; groups: string[] } {
  const rows = fields.map((field) => [field.name, nodeCrypto.finiteField?.(field)] as const)
  const keyExchange = { ...crypto.keyExchange, ...Object.fromEntries(rows) } as CryptoProvider<'sync'>['keyExchange']
  return { crypto: { ...crypto, keyExchange }, groups: ['x25519', ...fields.map(({ name }) => name)] }
}

describe.each([...dheTls12CipherSuites, ...dheCbcTls12CipherSuites])('$name', (row) => {
  test('connects and carries data', ({ skip }) => {
    skip(!row.cipher.supportedBy(crypto), `${crypto.name} has not what ${row.name} needs`)
    const pair = tls12ConnectedPair(dhePair(row))
    for (const { facts } of [pair.client, pair.server]) {
      expect(facts).toMatchObject({
        cipherSuite: row.name,
        group: 'ffdhe2048',
        signatureScheme: expect.stringMatching(/^rsa/),
      })
    }
    pair.client.connection.write(ascii('from the client'))
    pair.pump()
    expect(fromAscii(pair.server.received())).toBe('from the client')
  })
})

test.for(dhePskTls12CipherSuites)('$name connects with a key alone', (row, { skip }) => {
  skip(!row.cipher.supportedBy(crypto), `${crypto.name} has not what ${row.name} needs`)
  const psk = { identity: Uint8Array.of(1, 2), secret: new Secret(new Uint8Array(32).fill(3)) }
  const { client, client12, server12 } = dhePair(row)
  const pair = tls12ConnectedPair({
    client: { ...client, externalPsks: [psk], verifier: undefined },
    client12: client12 ?? {},
    server: { crypto, credentials: undefined, externalPsk: () => psk },
    server12: server12 ?? {},
  })
  for (const { facts } of [pair.client, pair.server]) {
    expect(facts).toMatchObject({ cipherSuite: row.name, group: 'ffdhe2048', externalPskIdentity: psk.identity })
  }
})

test('a server takes its most wanted group among those the client lists', () => {
  const options = dhePair()
  const server = { ...options.server, ...listing(ffdhe3072, ffdhe2048) }
  const unlisted = tls12ConnectedPair({ ...options, server })
  expect(unlisted.client.facts?.group).toBe('ffdhe3072')
  const listed = tls12ConnectedPair({ ...options, server, client: listing(ffdhe4096, ffdhe2048) })
  expect(listed.client.facts?.group).toBe('ffdhe2048')
})

test("a server's own parameters are for clients that list no group of RFC 7919", () => {
  const options = dhePair()
  const prime = new Uint8Array(getDiffieHellman('modp14').getPrime())
  const server12 = { ...options.server12, dhParameters: ownFiniteField(prime, Uint8Array.of(2)) }
  expect(tls12ConnectedPair({ ...options, server12 }).client.facts?.group).toBe('dh2048')
  const listed = tls12ConnectedPair({ ...options, server12, client: listing(ffdhe2048) })
  expect(listed.client.facts?.group).toBe('ffdhe2048')
})

test("those who list groups get one as large as the server's own parameters, if there is one", () => {
  const options = dhePair()
  const prime = new Uint8Array(getDiffieHellman('modp15').getPrime())
  const server12 = { ...options.server12, dhParameters: ownFiniteField(prime, Uint8Array.of(2)) }
  const groupFor = (...groups: FiniteField[]): string | undefined =>
    tls12ConnectedPair({ ...options, server12, client: listing(...groups) }).client.facts?.group
  expect(groupFor(ffdhe2048, ffdhe3072)).toBe('ffdhe3072')
  expect(groupFor(ffdhe2048)).toBe('ffdhe2048')
})

test('parameters that nobody should take are refused with the options', () => {
  const prime = new Uint8Array(getDiffieHellman('modp5').getPrime())
  const dhParameters = { name: 'weak', id: 0, prime, generator: Uint8Array.of(2) }
  const options = dhePair()
  expect(() => tls12PairOf({ ...options, server12: { ...options.server12, dhParameters } })).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_DH_PARAMETERS', alert: 'insufficient_security' }),
  )
})

test('a client that lists only other groups of RFC 7919 is refused', () => {
  const options = dhePair()
  const pair = tls12PairOf({ ...options, client: listing(ffdhe4096) })
  pair.pump()
  expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_NO_SHARED_GROUP', alert: 'handshake_failure' })
})

test('a client refuses parameters that are weak', () => {
  // A server with a prime of 1536 bits, zeros in front, in the place of its own, which it signs as well.
  const weak = concat(new Uint8Array(64), new Uint8Array(getDiffieHellman('modp5').getPrime()))
  const weakened = (bytes: Uint8Array): Uint8Array => {
    const at = Buffer.from(bytes).indexOf(ffdhe2048.prime)
    if (at >= 0) bytes.set(weak, at)
    return bytes
  }
  const honest = credentialFor(certificateFor('rsa'), crypto)
  const signer: Credential['signer'] = {
    ...honest.signer,
    sign: (scheme, data) => honest.signer.sign(scheme, weakened(data)),
  }
  const pair = tls12PairOf({
    ...dhePair(),
    server: { crypto, credentials: { ...honest, signer } },
    transformRecord: (_, record) => weakened(record),
  })
  pair.pump()
  expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_DH_PARAMETERS', alert: 'insufficient_security' })
})

test('a client whose backend has no finite fields cannot be asked for them', () => {
  const without = { ...crypto, finiteField: undefined }
  expect(() => clientTls12({ cipherSuites: dheTls12CipherSuites }).older(without)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }),
  )
})
