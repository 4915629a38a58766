import { mlkem1024, nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import {
  cipherSuites,
  compose,
  defaultSignatureSchemes,
  hybrid,
  mldsa65,
  namedGroups,
  pick,
  signatureSchemes,
} from '@typetls/crypto-provider'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { ffdhe2048 } from '@typetls/crypto-provider/finite-field'
import { asyncProvider } from '@typetls/testing'
import { ascii, concat, fromAscii, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { clock, connectedLater, connectedPair, pairOf } from '../test/peers.ts'
import {
  brainpoolCredential,
  brainpoolP256r1tls13,
  ecdsa_brainpoolP256r1tls13_sha256,
  pinningVerifier,
  strangeAlgorithms,
  TLS_AES_128_OCB_SHA3_256,
} from '../test/strange-algorithms.ts'
import type { ClientOptions, Credential, ServerOptions } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

// "A suite, group or signature scheme defined outside our repo plugs in and works": nothing here is known to a package
// of ours, and no protocol code is touched.

const crypto = compose(nodeCrypto, strangeAlgorithms)
const suite = { cipherSuites: [TLS_AES_128_OCB_SHA3_256] }

test('none of it is in our tables', () => {
  expect(cipherSuites.map((row) => row.id)).not.toContain(TLS_AES_128_OCB_SHA3_256.id)
  expect(Object.values(namedGroups).map((row) => row.id)).not.toContain(brainpoolP256r1tls13.id)
  expect(signatureSchemes.map((row) => row.id)).not.toContain(ecdsa_brainpoolP256r1tls13_sha256.id)
  for (const list of ['hash', 'hmac', 'hkdf', 'aead', 'keyExchange', 'signature'] as const) {
    for (const name of Object.keys(strangeAlgorithms[list] ?? {})) expect(nodeCrypto[list][name]).toBeUndefined()
  }
})

test('the compliance suite takes it as it is', async () => {
  const report = await checkCompliance(
    {
      ...nodeCrypto,
      hash: {},
      hmac: {},
      hkdf: {},
      aead: {},
      keyExchange: {},
      signature: {},
      keyTransport: {},
      ...strangeAlgorithms,
      name: 'strange',
    },
    { verifiesOnly: { 'ecdsa-brainpool-sha256': 'its keys are with its credentials' } },
  )
  expect(report.passed, formatReport(report)).toBe(true)
})

test.each([nodeCrypto, nobleCrypto])('a group of RFC 7919 is there when it is added, on $name', (base) => {
  const withGroup = compose(base, { keyExchange: { ffdhe2048: base.finiteField?.(ffdhe2048) } })
  const options = { crypto: withGroup, groups: ['ffdhe2048'] }
  const { client, server } = connectedPair(options, options)
  for (const peer of [client, server]) expect(peer.facts?.group).toBe('ffdhe2048')
})

describe('a cipher suite', () => {
  test('carries data, changes keys and exports', () => {
    const { client, server, pump } = connectedPair({ crypto, ...suite }, { crypto, ...suite })
    for (const peer of [client, server]) expect(peer.facts?.cipherSuite).toBe('TLS_AES_128_OCB_SHA3_256')
    client.connection.write(ascii('one '))
    client.connection.updateKeys(true)
    client.connection.write(ascii('two'))
    pump()
    server.connection.write(ascii('three'))
    pump()
    expect(fromAscii(server.received())).toBe('one two')
    expect(fromAscii(client.received())).toBe('three')
  })

  test('resumes sessions', () => {
    const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
    const first = connectedPair({ crypto, ...suite }, { crypto, ...suite, tickets })
    const [session] = first.client.sessions
    const { client } = connectedPair({ crypto, ...suite, session }, { crypto, ...suite, tickets })
    expect(client.facts).toMatchObject({ resumed: true, cipherSuite: 'TLS_AES_128_OCB_SHA3_256' })
  })
})

describe('a group', () => {
  const group = { groups: ['brainpoolP256r1tls13'] }

  test('agrees on a secret', () => {
    const { client, server } = connectedPair({ crypto, ...group }, { crypto, ...group })
    for (const peer of [client, server]) expect(peer.facts?.group).toBe('brainpoolP256r1tls13')
  })

  test('can be asked for by a HelloRetryRequest', () => {
    const groups = ['x25519', 'brainpoolP256r1tls13']
    const { client } = connectedPair({ crypto, groups, keyShares: ['x25519'] }, { crypto, ...group })
    expect(client.facts).toMatchObject({ group: 'brainpoolP256r1tls13', helloRetryRequest: true })
  })

  test('can be made of halves: SecP384r1MLKEM1024', () => {
    const { secp384r1 } = nodeCrypto.keyExchange
    if (secp384r1 === undefined) throw new Error('node:crypto has no P-384')
    // https://datatracker.ietf.org/doc/html/draft-ietf-tls-ecdhe-mlkem
    const row = { id: 0x11ed, name: 'SecP384r1MLKEM1024', clientShareLength: 97 + 1568, serverShareLength: 97 + 1568 }
    const mixed = compose(nodeCrypto, { keyExchange: { [row.name]: hybrid(row, secp384r1, mlkem1024) } })
    const options = { crypto: mixed, groups: [row.name] }
    const { client } = connectedPair(options, options)
    expect(client.facts?.group).toBe('SecP384r1MLKEM1024')
  })
})

describe('a signature scheme', () => {
  const credential = brainpoolCredential()
  const verifier = pinningVerifier(credential, 'ec-brainpoolP256r1')
  const schemes = { signatureSchemes: [ecdsa_brainpoolP256r1tls13_sha256, ...defaultSignatureSchemes] }

  test('authenticates the server', () => {
    const { client, server } = connectedPair(
      { crypto, verifier, ...schemes },
      { crypto, credentials: credential, ...schemes },
    )
    for (const peer of [client, server]) expect(peer.facts?.signatureScheme).toBe('ecdsa_brainpoolP256r1tls13_sha256')
    expect(client.facts?.peer).toMatchObject({ authorized: true, certificates: credential.certificates })
  })

  test('authenticates the client', () => {
    const { server } = connectedPair(
      { crypto, credentials: credential, ...schemes },
      { crypto, clientAuthentication: 'require', verifier, ...schemes },
    )
    expect(server.facts?.clientSignatureScheme).toBe('ecdsa_brainpoolP256r1tls13_sha256')
  })

  test('is refused when the signature is not right', () => {
    const other = brainpoolCredential()
    const impostor: Credential = { certificates: credential.certificates, signer: other.signer }
    const pair = pairOf({ crypto, verifier, ...schemes }, { crypto, credentials: impostor, ...schemes })
    pair.pump()
    expect(pair.client.failure).toMatchObject({ alert: 'decrypt_error' })
  })

  test('can be one that is not offered without being asked for: ML-DSA-65 of noble', () => {
    const mixed = compose(nodeCrypto, pick(nobleCrypto, ['ml-dsa-65']))
    const mlDsa = mlDsaCredential()
    const { client } = connectedPair(
      { crypto: mixed, verifier: pinningVerifier(mlDsa, 'ml-dsa-65'), signatureSchemes: [mldsa65] },
      { crypto: mixed, credentials: mlDsa, signatureSchemes: [mldsa65] },
    )
    expect(client.facts?.signatureScheme).toBe('mldsa65')
  })
})

describe('all three together', () => {
  const credential = brainpoolCredential()
  const verifier = pinningVerifier(credential, 'ec-brainpoolP256r1')
  const facts = {
    cipherSuite: 'TLS_AES_128_OCB_SHA3_256',
    group: 'brainpoolP256r1tls13',
    signatureScheme: 'ecdsa_brainpoolP256r1tls13_sha256',
  }
  const options = (provider: CryptoProvider): [Partial<ClientOptions>, Partial<ServerOptions>] => {
    const signature = { signatureSchemes: [ecdsa_brainpoolP256r1tls13_sha256] }
    const both = { crypto: provider, ...suite, groups: ['brainpoolP256r1tls13'], ...signature }
    return [
      { ...both, verifier },
      { ...both, credentials: credential },
    ]
  }

  test('complete a handshake at once', () => {
    const { client, server } = connectedPair(...options(crypto))
    for (const peer of [client, server]) expect(peer.facts).toMatchObject(facts)
  })

  test('complete a handshake where answers come later', async () => {
    const { client, server } = await connectedLater(...options(asyncProvider(crypto)))
    for (const peer of [client, server]) expect(peer.facts).toMatchObject(facts)
  })
})

function mlDsaCredential(): Credential {
  const key = nobleCrypto.importPrivateKey(
    concat(fromHex('3034020100300b060960864801650304031204228020'), new Uint8Array(32).fill(42)),
  )
  const algorithm = nobleCrypto.signature['ml-dsa-65']
  if (algorithm === undefined || key.spki === undefined) throw new Error('noble has no ML-DSA-65')
  return {
    certificates: [key.spki],
    signer: { schemes: [mldsa65], sign: (_, data) => algorithm.sign(key, data) },
  }
}
