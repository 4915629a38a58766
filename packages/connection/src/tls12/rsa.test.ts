import type { Secret } from '@typetls/crypto-provider'
import { Secret as SecretBytes } from '@typetls/crypto-provider'
import { nodeCrypto } from '@typetls/crypto-node'
import type { TestCertificate } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { authority, certificateFor, clock, credentialFor, serverName } from '../../test/peers.ts'
import type { Tls12Pair } from '../../test/tls12-peers.ts'
import { tls12ConnectedPair, tls12PairOf } from '../../test/tls12-peers.ts'
import { rotatingTicketKeys } from '../index.ts'
import type { Credential, Session } from '../index.ts'
import {
  TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256,
  TLS_RSA_WITH_AES_128_CBC_SHA,
  TLS_RSA_WITH_AES_128_GCM_SHA256,
  clientTls12,
  rsaTls12CipherSuites,
} from './index.ts'

/** Static RSA needs a client whose backend encrypts; Web Cryptography does not. */
const encrypting = testCrypto.keyTransport['rsa-pkcs1'] !== undefined ? testCrypto : nodeCrypto

const forBoth = certificateWith('digitalSignature', 'keyEncipherment')

function certificateWith(...keyUsage: NonNullable<Parameters<typeof authority.issue>[0]>['keyUsage'] & {}) {
  return authority.issue({ subject: serverName, dns: [serverName], keyType: 'rsa', keyUsage })
}

function staticRsa(certificate: TestCertificate = forBoth, row = TLS_RSA_WITH_AES_128_GCM_SHA256): Tls12Pair {
  const only = { cipherSuites: [row] }
  const credentials = credentialFor(certificate, encrypting)
  return { client: { crypto: encrypting }, client12: only, server: { credentials }, server12: only }
}

describe.each(rsaTls12CipherSuites)('$name', (row) => {
  test('connects and carries data', ({ skip }) => {
    skip(!row.cipher.supportedBy(testCrypto), `${testCrypto.name} has not what ${row.name} needs`)
    const pair = tls12ConnectedPair(staticRsa(forBoth, row))
    for (const { facts } of [pair.client, pair.server]) {
      expect(facts).toMatchObject({ cipherSuite: row.name, group: undefined, extendedMainSecret: true })
    }
    expect(pair.client.facts?.peer).toMatchObject({ authorized: true, certificates: forBoth.chain })
    pair.client.connection.write(ascii('from the client'))
    pair.pump()
    expect(fromAscii(pair.server.received())).toBe('from the client')
  })
})

test('a session by static RSA is resumed, and a client may authenticate', () => {
  const options = staticRsa()
  const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })
  const server = { ...options.server, tickets }
  const [session] = tls12ConnectedPair({ ...options, server }).client.sessions
  const again = tls12ConnectedPair({ ...options, server, client: { ...options.client, session: session as Session } })
  expect(again.client.facts?.resumed).toBe(true)
})

test('a server takes ECDHE where it can, whatever the client prefers', () => {
  const both = { cipherSuites: [TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256] }
  const pair = tls12ConnectedPair({ ...staticRsa(), client12: both, server12: both })
  expect(pair.client.facts?.cipherSuite).toBe(TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256.name)
})

test('a staple comes with static RSA, and need not where the server has none', () => {
  const options = staticRsa()
  const credentials = { ...(options.server?.credentials as Credential), ocspResponse: Uint8Array.of(0x30, 0) }
  const pair = tls12ConnectedPair({ ...options, server: { credentials }, client: { ...options.client } })
  expect(pair.client.facts?.peer?.ocspResponse).toEqual(Uint8Array.of(0x30, 0))
})

test('a client refuses a certificate whose key is not for encryption', () => {
  const certificate = certificateWith('digitalSignature')
  const options = staticRsa(certificate)
  // The server of ours has no decrypter by then; this one does not look.
  const { decrypter } = credentialFor(forBoth, encrypting)
  const credentials = { ...credentialFor(certificate), decrypter }
  const pair = tls12PairOf({ ...options, server: { credentials } })
  pair.pump()
  expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_KEY_USAGE', alert: 'illegal_parameter' })
})

test('a certificate for encryption alone is enough, and does not sign', () => {
  const certificate = certificateWith('keyEncipherment')
  expect(tls12ConnectedPair(staticRsa(certificate)).client.facts?.resumed).toBe(false)
  const pair = tls12PairOf(staticRsa(certificate, TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256))
  pair.pump()
  expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_KEY_USAGE' })
})

test('without a key that decrypts a server has no certificate for static RSA', () => {
  for (const certificate of [certificateWith('digitalSignature'), certificateFor('rsa-pss'), certificateFor()]) {
    const pair = tls12PairOf(staticRsa(certificate))
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_NO_CREDENTIAL', alert: 'handshake_failure' })
  }
})

test('a client whose backend does not encrypt cannot be asked for it', () => {
  const crypto = { ...testCrypto, keyTransport: {} }
  expect(() => clientTls12({ cipherSuites: rsaTls12CipherSuites }).older(crypto)).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }),
  )
})

// What a client encrypts, instead of the 48 bytes that begin with its version.
const faults: Readonly<Record<string, (premaster: Secret) => Secret>> = {
  'one byte short': (premaster) => SecretBytes.copyOf(premaster.reveal().subarray(1)),
  'one byte long': (premaster) => SecretBytes.copyOf(Uint8Array.of(...premaster.reveal(), 0)),
  empty: () => new SecretBytes(new Uint8Array()),
  'another version': (premaster) => SecretBytes.copyOf(premaster.reveal().map((byte, i) => (i === 1 ? 2 : byte))),
}

// What becomes of the ciphertext.
const changes: Readonly<Record<string, (ciphertext: Uint8Array) => Uint8Array>> = {
  'a bit changed': (ciphertext) => ciphertext.map((byte, i) => (i === 100 ? byte ^ 1 : byte)),
  'above the modulus': (ciphertext) => ciphertext.fill(0xff),
  'all zeros': (ciphertext) => ciphertext.fill(0),
  'cut short': (ciphertext) => ciphertext.subarray(1),
  'one byte more': (ciphertext) => Uint8Array.of(0, ...ciphertext),
  'nothing at all': () => new Uint8Array(),
}

describe.each([TLS_RSA_WITH_AES_128_GCM_SHA256, TLS_RSA_WITH_AES_128_CBC_SHA])(
  'a server with $name goes on to the Finished when the premaster secret is',
  (row) => {
    const honest = encrypting.keyTransport['rsa-pkcs1']
    const cases = [
      ...Object.entries(faults).map(([name, fault]) => [name, fault, (bytes: Uint8Array) => bytes] as const),
      ...Object.entries(changes).map(([name, change]) => [name, (secret: Secret) => secret, change] as const),
    ]

    test.each(cases)('%s', (_, fault, change) => {
      if (honest === undefined) throw new Error('no key transport')
      const options = staticRsa(forBoth, row)
      const lying = {
        ...honest,
        encrypt: (key: never, secret: Secret) => change(honest.encrypt(key, fault(secret)) as Uint8Array),
      }
      const crypto = { ...encrypting, keyTransport: { 'rsa-pkcs1': lying } } as typeof encrypting
      const pair = tls12PairOf({ ...options, client: { crypto } })
      pair.pump()
      // Everything is taken up to the first record under keys.
      const messages = pair.server.trace.flatMap((one) =>
        one.event === 'message' && one.direction === 'received' ? [one.type] : [],
      )
      expect(messages).toEqual(['client_hello', 'client_key_exchange'])
      // The very first thing under keys.
      expect(pair.server.trace).toContainEqual(expect.objectContaining({ event: 'keys', direction: 'received' }))
      expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC', alert: 'bad_record_mac' })
      expect(pair.client.failure?.message).toContain('bad_record_mac')
    })
  },
)
