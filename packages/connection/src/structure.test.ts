import type { CertificateVerifier, Credential as X509Credential, Selector } from '@typetls/x509'
import { createCredential, createVerifier, selectCredential } from '@typetls/x509'
import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { asyncProvider, manualClock } from '@typetls/testing'
import { expect, expectTypeOf, test } from 'vitest'
import { authority, certificateFor } from '../test/peers.ts'
import type {
  ClientOptions,
  Clock,
  Connection,
  Credential,
  CredentialSelector,
  ExternalPsk,
  PeerVerifier,
  ServerOptions,
  TicketProtector,
} from './index.ts'
import { clientConnection, rotatingTicketKeys, serverConnection } from './index.ts'

// The floors do not import each other: what fits together fits by its shape, and `tsc` says so here.

test('what x509 makes is what a connection takes', () => {
  const { chain, privateKeyDer } = certificateFor()
  const credential = createCredential({ certificates: chain, privateKey: privateKeyDer, provider: nodeCrypto })
  expectTypeOf<X509Credential>().toExtend<Credential>()
  expectTypeOf(credential).toExtend<Credential>()
  expectTypeOf<CertificateVerifier>().toExtend<PeerVerifier>()
  expectTypeOf<Selector<X509Credential>>().toExtend<CredentialSelector>()
  const server: ServerOptions = {
    crypto: nodeCrypto,
    clock: manualClock(),
    credentials: selectCredential([credential]),
    verifier: createVerifier({ trustAnchors: [authority.certificate] }),
  }
  expect(serverConnection(server, { output() {}, data() {}, closed() {} }).role).toBe('server')
})

test('a provider of either mode will do', () => {
  expectTypeOf<CryptoProvider<'sync'>>().toExtend<ClientOptions['crypto']>()
  expectTypeOf<CryptoProvider<'async'>>().toExtend<ClientOptions['crypto']>()
  expectTypeOf(asyncProvider(nodeCrypto)).toExtend<ServerOptions['crypto']>()
  expectTypeOf(rotatingTicketKeys).returns.toExtend<TicketProtector>()
  expectTypeOf(manualClock()).toExtend<Clock>()
})

test('options that are wrong do not compile', () => {
  const events = { output() {}, data() {}, closed() {} }
  const crypto = nodeCrypto
  const clock = manualClock()
  const psk: ExternalPsk = { identity: Uint8Array.of(1), secret: new Secret(new Uint8Array(32)) }
  const wrong: (() => Connection)[] = [
    // @ts-expect-error a clock is needed
    () => clientConnection({ crypto }, events),
    // @ts-expect-error a provider is needed
    () => clientConnection({ clock }, events),
    // @ts-expect-error output and closed are needed
    () => clientConnection({ crypto, clock }, { data() {} }),
    // @ts-expect-error clients do not ask for certificates
    () => clientConnection({ crypto, clock, clientAuthentication: 'require' }, events),
    // @ts-expect-error servers are not named
    () => serverConnection({ crypto, clock, serverName: 'a' }, events),
    // @ts-expect-error a key is a Secret, not bytes
    () => clientConnection({ crypto, clock, externalPsks: [{ ...psk, secret: new Uint8Array(32) }] }, events),
    // @ts-expect-error suites are rows, not names
    () => clientConnection({ crypto, clock, cipherSuites: ['TLS_AES_128_GCM_SHA256'] }, events),
  ]
  expect(wrong).toHaveLength(7)
})
