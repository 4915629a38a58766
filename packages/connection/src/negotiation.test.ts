import { describe, expect, test } from 'vitest'
import { certificateFor, connectedPair, credentialFor, pairOf } from '../test/peers.ts'
import type { CredentialRequest } from './index.ts'

describe('SNI', () => {
  const names = ['one.test', 'two.test']

  test.each(names)('a selector that answers later gives %s its certificate', async (serverName) => {
    const asked: CredentialRequest[] = []
    const pair = pairOf(
      { serverName },
      {
        async credentials(request) {
          asked.push(request)
          await Promise.resolve()
          return credentialFor(certificateFor('ec-secp256r1', request.serverName))
        },
      },
    )
    await pair.settle()
    expect(pair.client.facts?.peer?.certificates).toEqual(certificateFor('ec-secp256r1', serverName).chain)
    expect(pair.server.facts?.serverName).toBe(serverName)
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ role: 'server', serverName, certificateAuthorities: [] })
    expect(asked[0]?.clientHello?.random).toHaveLength(32)
    expect(asked[0]?.signatureSchemes.map((row) => row.name)).toContain('ed25519')
  })

  test('a selector that knows no certificate for the name refuses', () => {
    const pair = pairOf({}, { credentials: () => undefined })
    pair.pump()
    expect(pair.server.failure).toMatchObject({
      code: 'ERR_TLS_NO_CREDENTIAL',
      alert: 'handshake_failure',
      received: 'server.test',
    })
  })

  test('a name is sent in lower case and without the dot of the root; an address is verified and not sent', () => {
    expect(connectedPair({ serverName: 'Server.TEST.' }).server.facts?.serverName).toBe('server.test')
    const pair = pairOf({ serverName: '192.0.2.1' })
    pair.pump()
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME' })
    const nameless = connectedPair({ serverName: '192.0.2.1', verifyName: 'server.test' })
    expect(nameless.server.facts?.serverName).toBeUndefined()
  })

  test('a certificate for another name is refused', () => {
    const pair = pairOf({ serverName: 'other.test' })
    pair.pump()
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME', alert: 'bad_certificate' })
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'bad_certificate' })
    expect(pair.client.told).not.toContain('connected')
    expect(pair.server.told).not.toContain('connected')
  })
})

describe('ALPN', () => {
  test('the server takes its own first choice of what is offered', () => {
    const { client, server } = connectedPair(
      { applicationProtocols: ['http/1.1', 'h2'] },
      { applicationProtocols: ['h3', 'h2', 'http/1.1'] },
    )
    for (const peer of [client, server]) expect(peer.facts?.applicationProtocol).toBe('h2')
  })

  test('the credential selector hears of the choice', () => {
    let heard: string | undefined
    connectedPair(
      { applicationProtocols: ['acme-tls/1'] },
      {
        applicationProtocols: ['acme-tls/1'],
        credentials(request) {
          heard = request.applicationProtocol
          return credentialFor(certificateFor())
        },
      },
    )
    expect(heard).toBe('acme-tls/1')
  })

  test('names are bytes', () => {
    const grease = '\x8a\x8a'
    const { client } = connectedPair({ applicationProtocols: [grease, 'h2'] }, { applicationProtocols: [grease] })
    expect(client.facts?.applicationProtocol).toBe(grease)
  })

  test('a function may choose by name', () => {
    const { client } = connectedPair(
      { applicationProtocols: ['a', 'b'] },
      { selectApplicationProtocol: (offered, name) => (name === 'server.test' ? offered[1] : undefined) },
    )
    expect(client.facts?.applicationProtocol).toBe('b')
  })

  test.each([
    ['lists nothing in common', { applicationProtocols: ['h2'] }],
    ['has a function that finds none', { selectApplicationProtocol: () => undefined }],
    ['has a function that invents one', { selectApplicationProtocol: () => 'invented' }],
  ])('a server that %s refuses', (_why, server) => {
    const pair = pairOf({ applicationProtocols: ['spdy/1'] }, server)
    pair.pump()
    expect(pair.server.failure).toMatchObject({
      code: 'ERR_TLS_NO_APPLICATION_PROTOCOL',
      alert: 'no_application_protocol',
    })
    expect(pair.client.failure).toMatchObject({ received: 'no_application_protocol' })
  })

  test('who has no protocols leaves it out', () => {
    expect(connectedPair({ applicationProtocols: ['h2'] }).client.facts?.applicationProtocol).toBeUndefined()
    expect(connectedPair({}, { applicationProtocols: ['h2'] }).server.facts?.applicationProtocol).toBeUndefined()
  })
})

describe('onClientHello', () => {
  test('sees the ClientHello, whole and as bytes, and may answer later', async () => {
    const seen: [string | undefined, number][] = []
    const pair = pairOf(
      {},
      {
        async onClientHello(hello, raw) {
          await Promise.resolve()
          seen.push([hello.extensions.server_name, raw[0] as number])
        },
      },
    )
    await pair.settle()
    expect(seen).toEqual([['server.test', 1]])
    expect(pair.client.facts).toBeDefined()
  })

  test.each([
    [
      'throws',
      () => {
        throw new Error('not today')
      },
    ],
    ['rejects', () => Promise.reject(new Error('not today'))],
  ])('refuses when it %s', async (_how, onClientHello) => {
    const pair = pairOf({}, { onClientHello })
    await pair.settle()
    expect(pair.server.failure).toMatchObject({
      code: 'ERR_TLS_CLIENT_HELLO_REFUSED',
      alert: 'access_denied',
      cause: { message: 'not today' },
    })
    expect(pair.client.failure).toMatchObject({ received: 'access_denied' })
  })
})
