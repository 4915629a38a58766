import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import {
  Secret,
  TLS_AES_128_CCM_SHA256,
  complete,
  defaultCipherSuites,
  defaultGroupNames,
  defaultSignatureSchemes,
  pick,
  rsa_pss_rsae_sha256,
} from '@typetls/crypto-provider'
import { clientGrease } from '@typetls/handshake'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { Changed } from '../test/peers.ts'
import { clientOptions, clock, serverOptions, verifier } from '../test/peers.ts'
import { checkExternalPsks, clientParameters as resolved, serverParameters } from './defaults.ts'
import type { ClientOptions, ServerOptions } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const clientParameters = (options: ClientOptions) => {
  checkExternalPsks(options)
  return resolved(options, {
    psks: undefined,
    grease: clientGrease,
    select: undefined,
    answer: undefined,
    details: undefined,
    sessionOf: undefined,
  })
}

const everything = complete(nodeCrypto, nobleCrypto)
const psk = { identity: ascii('a'), secret: new Secret(new Uint8Array(32).fill(1)) }

describe('a client that says nothing', () => {
  const parameters = clientParameters(clientOptions({ crypto: everything }))

  test('offers what the provider has of the default algorithms', () => {
    expect(parameters.cipherSuites).toEqual(defaultCipherSuites)
    expect(parameters.groups.map((group) => group.name)).toEqual(defaultGroupNames)
    expect(parameters.signatureSchemes).toEqual(defaultSignatureSchemes)
    const crypto = {
      ...nodeCrypto,
      ...pick(nodeCrypto, ['aes-256-gcm', 'secp384r1', 'ed25519']),
      hash: nodeCrypto.hash,
    }
    const little = clientParameters(
      clientOptions({ crypto: { ...crypto, hkdf: nodeCrypto.hkdf, hmac: nodeCrypto.hmac } }),
    )
    expect(little.cipherSuites.map((row) => row.name)).toEqual(['TLS_AES_256_GCM_SHA384'])
    expect(little.groups.map((row) => row.name)).toEqual(['secp384r1'])
    expect(little.signatureSchemes.map((row) => row.name)).toEqual(['ed25519'])
  })

  test('sends a share of the hybrid it likes best and of a classical group', () => {
    expect(parameters.keyShares.map((group) => group.name)).toEqual(['X25519MLKEM768', 'x25519'])
    const classical = clientParameters(clientOptions({ groups: ['secp256r1', 'x25519'] }))
    expect(classical.keyShares.map((group) => group.name)).toEqual(['secp256r1'])
    const hybrid = clientParameters(clientOptions({ crypto: everything, groups: ['X25519MLKEM768'] }))
    expect(hybrid.keyShares.map((group) => group.name)).toEqual(['X25519MLKEM768'])
  })

  test('sends what few paths and servers fail on, and asks for what costs nothing', () => {
    expect(parameters).toMatchObject({
      grease: clientGrease,
      middleboxCompatibility: true,
      requestStatus: true,
      requestTimestamps: true,
      maxCertificateListSize: 102400,
      postHandshakeAuthentication: false,
      allowPskWithoutKeyExchange: false,
      recordSizeLimit: undefined,
      applicationProtocols: [],
      credentials: undefined,
    })
  })
})

test('a server that says nothing asks for no certificate, sends no tickets and follows its own order', () => {
  expect(serverParameters(serverOptions())).toMatchObject({
    clientAuthentication: 'none',
    certificateAuthorities: [],
    tickets: undefined,
    ticketCount: 2,
    ticketLifetime: 7200,
    requireCookie: false,
    cipherPreference: 'server',
  })
})

test("a server's options are resolved once", () => {
  const options = serverOptions()
  expect(serverParameters(options)).toBe(serverParameters(options))
  expect(serverParameters({ ...options })).not.toBe(serverParameters(options))
})

describe('names', () => {
  test.each([
    ['Example.COM', 'example.com', 'Example.COM'],
    ['example.com.', 'example.com', 'example.com.'],
    ['192.0.2.1', undefined, '192.0.2.1'],
    ['2001:db8::1', undefined, '2001:db8::1'],
    [undefined, undefined, undefined],
  ])('%s is sent as %s and verified as %s', (serverName, sent, verified) => {
    expect(clientParameters(clientOptions({ serverName }))).toMatchObject(
      serverName === undefined ? {} : { serverName: sent, verifyName: verified },
    )
  })
})

describe('refused are', () => {
  test.each<[string, Changed<ClientOptions>]>([
    ['verifier', { verifier: undefined }],
    ['serverName', { serverName: '' }],
    ['serverName', { serverName: '.' }],
    ['serverName', { serverName: 'white space' }],
    ['serverName', { serverName: 'münchen.de' }],
    ['serverName', { serverName: 'x'.repeat(256) }],
    ['keyShares', { keyShares: ['secp256r1'], groups: ['x25519'] }],
    ['groups', { groups: ['x25519', 'brainpoolP256r1'] }],
    ['groups', { crypto: { ...nodeCrypto, keyExchange: {} }, groups: ['x25519'] }],
    ['groups', { crypto: { ...nodeCrypto, keyExchange: {} } }],
    ['groups', { groups: [] }],
    ['externalPsks', { externalPsks: [{ ...psk, identity: new Uint8Array() }] }],
    ['cipherSuites', { cipherSuites: [] }],
    ['cipherSuites', { crypto: { ...nodeCrypto, aead: {} } }],
    ['cipherSuites', { crypto: { ...nodeCrypto, aead: {} }, cipherSuites: [TLS_AES_128_CCM_SHA256] }],
    ['signatureSchemes', { crypto: { ...nodeCrypto, signature: {} }, signatureSchemes: [rsa_pss_rsae_sha256] }],
    ['applicationProtocols', { applicationProtocols: [''] }],
    ['applicationProtocols', { applicationProtocols: ['x'.repeat(256)] }],
    ['applicationProtocols', { applicationProtocols: ['\u0100'] }],
    ['recordSizeLimit', { recordSizeLimit: 63 }],
    ['recordSizeLimit', { recordSizeLimit: 16385 }],
    ['recordSizeLimit', { recordSizeLimit: 100.5 }],
    ['maxFragment', { maxFragment: 63 }],
    ['maxFragment', { maxFragment: NaN }],
  ])('%s of a client: %o', (option, options) => {
    expect(() => clientParameters(clientOptions(options))).toThrow(wrong(option))
  })

  test.each<[string, Changed<ServerOptions>]>([
    ['credentials', { credentials: undefined }],
    ['verifier', { clientAuthentication: 'request' }],
    ['verifier', { clientAuthentication: 'require' }],
    ['requireCookie', { requireCookie: true }],
    ['ticketLifetime', { ticketLifetime: 0 }],
    ['ticketLifetime', { ticketLifetime: 604801 }],
    ['ticketLifetime', { ticketLifetime: NaN }],
    ['ticketCount', { ticketCount: -1 }],
    ['ticketCount', { ticketCount: 256 }],
    ['ticketCount', { ticketCount: 1.5 }],
    ['cipherSuites', { cipherSuites: [] }],
    ['groups', { groups: ['none such'] }],
  ])('%s of a server: %o', (option, options) => {
    expect(() => serverParameters(serverOptions(options))).toThrow(wrong(option))
  })
})

describe('fine are', () => {
  test.each<[string, Changed<ClientOptions>]>([
    ['no verifier with an external PSK', { verifier: undefined, externalPsks: [psk] }],
    ['the smallest limits', { recordSizeLimit: 64, maxFragment: 64 }],
    ['the largest limits', { recordSizeLimit: 16384, maxFragment: 16384 }],
    ['no key share', { keyShares: [] }],
    ['no group where none is needed', { groups: [], dangerouslyAllowPskWithoutKeyExchange: true }],
  ])('%s', (_what, options) => {
    expect(clientParameters(clientOptions(options))).toBeDefined()
  })

  test('a server with nothing but external PSKs, and one that requires certificates', () => {
    expect(serverParameters(serverOptions({ credentials: undefined, externalPsk: () => psk }))).toBeDefined()
    expect(serverParameters(serverOptions({ clientAuthentication: 'require', verifier }))).toBeDefined()
    const cookies = rotatingTicketKeys({ crypto: nodeCrypto, clock })
    expect(serverParameters(serverOptions({ requireCookie: true, cookies }))).toBeDefined()
  })
})

function wrong(option: string): unknown {
  return expect.objectContaining({
    code: 'ERR_TLS_OPTIONS',
    received: option,
    message: expect.stringContaining(`option ${option}: `) as string,
  })
}
