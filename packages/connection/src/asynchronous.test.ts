import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { cipherSuites } from '@typetls/crypto-provider'
import { asyncProvider, interceptedProvider } from '@typetls/testing'
import { TlsError, ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { samples } from '../test/effort.ts'
import { live, livelyClient, livelyServer } from '../test/life.ts'
import { clock, connectedLater, connectedPair, credentialFor, certificateFor, pairOf, verifier } from '../test/peers.ts'
import type { ClientOptions, Credential, PeerVerifier, ServerOptions, TicketProtector } from './index.ts'
import { exportKeyingMaterial, rotatingTicketKeys } from './index.ts'

const later = (seed: number): CryptoProvider => asyncProvider(nodeCrypto, { seed })

const sides: [string, (seed: number) => [CryptoProvider, CryptoProvider]][] = [
  ['the client', (seed) => [later(seed), nodeCrypto]],
  ['the server', (seed) => [nodeCrypto, later(seed)]],
  ['both', (seed) => [later(seed), later(seed + 1000)]],
]

describe.each(sides)('with an asynchronous provider of %s', (_who, providers) => {
  const pairOptions = (seed: number): [Partial<ClientOptions>, Partial<ServerOptions>] => {
    const [client, server] = providers(seed)
    return [{ crypto: client }, { crypto: server }]
  }

  test('a whole life is the same as with synchronous ones', async () => {
    const tickets = rotatingTicketKeys({ crypto: later(1), clock })
    for (let seed = 0; seed < samples(8); seed++) {
      const [client, server] = pairOptions(seed)
      const pair = pairOf({ ...livelyClient, ...client }, { ...livelyServer, tickets, ...server })
      await live(pair, 20)
      for (const peer of [pair.client, pair.server]) expect(peer.failure).toBeUndefined()
      expect(pair.client.told).toEqual(['connected', 'data', 'data', 'end', 'closed'])
      expect(pair.server.told.filter((event) => event !== 'authenticated')).toEqual([
        'connected',
        'data',
        'end',
        'closed',
      ])
      expect(pair.server.authenticated).toHaveLength(1)
      expect(pair.client.sessions).toHaveLength(2)
      expect(fromAscii(pair.client.received())).toBe('from the server, twice')
    }
  })

  test('resumption, a HelloRetryRequest and a cookie', async () => {
    const tickets = rotatingTicketKeys({ crypto: later(2), clock })
    const [client, server] = pairOptions(5)
    const first = await connectedLater(client, { tickets, ...server })
    const session = first.client.sessions[0]
    const second = await connectedLater(
      { ...(session && { session }), groups: ['x25519', 'secp256r1'], ...client },
      { tickets, cookies: tickets, requireCookie: true, groups: ['secp256r1'], ...server },
    )
    expect(second.client.facts).toMatchObject({ resumed: true, helloRetryRequest: true, group: 'secp256r1' })
  })

  test.each(cipherSuites)('much data both ways under changing keys of $name, in order', async (row) => {
    const suite = { ...row, recordLimit: 4 }
    const [client, server] = pairOptions(9)
    const pair = await connectedLater(
      { ...client, cipherSuites: [suite], maxFragment: 300 },
      { ...server, cipherSuites: [suite], maxFragment: 200 },
    )
    const sent = { client: '', server: '' }
    for (let i = 0; i < 60; i++) {
      for (const side of ['client', 'server'] as const) {
        const text = `${side} ${i} ${'.'.repeat((i * 37) % 700)} `
        pair[side].connection.write(ascii(text))
        sent[side] += text
        if (i % 11 === 5) pair[side].connection.updateKeys(i % 2 === 0)
      }
      if (i % 13 === 0) await pair.settle(1)
    }
    pair.client.connection.closeWrite()
    pair.server.connection.closeWrite()
    await pair.settle()
    for (const side of ['client', 'server'] as const) expect(pair[side].failure).toBeUndefined()
    expect(fromAscii(pair.server.received())).toBe(sent.client)
    expect(fromAscii(pair.client.received())).toBe(sent.server)
    for (const side of ['client', 'server'] as const) {
      expect(pair[side].connection.pendingOutput).toBe(0)
      expect(pair[side].told.at(-1)).toBe('closed')
    }
  })

  test('any split of the input', async () => {
    for (const split of ['bytes', 'whole', { seed: 3, max: 40 }] as const) {
      const [client, server] = pairOptions(3)
      const pair = pairOf({ ...livelyClient, ...client }, { ...livelyServer, ...server }, { split })
      await live(pair, 20)
      expect(pair.client.told.at(-1)).toBe('closed')
      expect(fromAscii(pair.server.received())).toBe('from the client')
    }
  })
})

describe('user code that answers later', () => {
  const slowly = async <T>(value: T | PromiseLike<T>): Promise<T> => {
    for (let i = 0; i < 3; i++) await new Promise((resolve) => setImmediate(resolve))
    return await value
  }
  const slowVerifier: PeerVerifier = { verify: (chain, context) => slowly(verifier.verify(chain, context)) }
  const slowSigner = (credential: Credential): Credential => ({
    ...credential,
    signer: {
      schemes: credential.signer.schemes,
      sign: (scheme, data) => slowly(credential.signer.sign(scheme, data)),
    },
  })
  const keys = rotatingTicketKeys({ crypto: nodeCrypto, clock })
  const slowTickets: TicketProtector = {
    seal: (state) => slowly(keys.seal(state)),
    open: (sealed) => slowly(keys.open(sealed)),
  }

  test('verifiers, signers, selectors, hooks and ticket keys may all be slow', async () => {
    const pair = pairOf(
      { ...livelyClient, verifier: slowVerifier, credentials: () => slowly(slowSigner(livelyClient.credentials)) },
      {
        ...livelyServer,
        verifier: slowVerifier,
        credentials: () => slowly(slowSigner(credentialFor(certificateFor()))),
        tickets: slowTickets,
        cookies: slowTickets,
        requireCookie: true,
        onClientHello: () => slowly(undefined),
      },
    )
    await live(pair, 30)
    for (const peer of [pair.client, pair.server]) {
      expect(peer.failure).toBeUndefined()
      expect(peer.facts).toMatchObject({ helloRetryRequest: true, peer: { authorized: true } })
    }
    expect(pair.client.sessions).toHaveLength(2)
  })

  test.each<[string, 'client' | 'server', Partial<ClientOptions>, Partial<ServerOptions>, string]>([
    ['a verifier', 'client', { verifier: rejecting() }, {}, 'ERR_TLS_CALLBACK'],
    ['a verifier of clients', 'server', {}, { verifier: rejecting() }, 'ERR_TLS_CALLBACK'],
    ['a signer', 'server', {}, { credentials: unsigning() }, 'ERR_TLS_SIGNER'],
    ['a signer of clients', 'client', { credentials: unsigning() }, {}, 'ERR_TLS_SIGNER'],
    ['a selector', 'server', {}, { credentials: () => Promise.reject(new Error('broken')) }, 'ERR_TLS_CALLBACK'],
    [
      'a selector of clients',
      'client',
      { credentials: () => Promise.reject(new Error('broken')) },
      {},
      'ERR_TLS_CALLBACK',
    ],
    [
      'a ticket protector',
      'server',
      {},
      { tickets: { seal: () => Promise.reject(new Error('broken')), open: () => undefined } },
      'ERR_TLS_CALLBACK',
    ],
    ['a PSK lookup', 'server', {}, { externalPsk: () => Promise.reject(new Error('broken')) }, 'ERR_TLS_CALLBACK'],
  ])('%s that rejects ends it, and the peer is told internal_error', async (_who, side, client, server, code) => {
    const session = connectedPair({}, { tickets: keys }).client.sessions[0]
    const offered = 'externalPsk' in server ? { ...(session && { session }) } : {}
    const pair = pairOf({ ...livelyClient, ...offered, ...client }, { ...livelyServer, ...server })
    await pair.settle()
    expect(pair[side].failure).toMatchObject({ code, alert: 'internal_error', cause: { message: 'broken' } })
    const other = side === 'client' ? 'server' : 'client'
    expect(pair[other].failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'internal_error' })
  })

  function rejecting(): PeerVerifier {
    return { verify: () => Promise.reject(new Error('broken')) }
  }

  function unsigning(): Credential {
    const { certificates, signer } = credentialFor(certificateFor('ed25519', 'client.test'))
    return { certificates, signer: { schemes: signer.schemes, sign: () => Promise.reject(new Error('broken')) } }
  }
})

describe('receive', () => {
  test('answers nothing with synchronous parts, and a promise while something pends', async () => {
    const now = pairOf()
    expect(now.server.receive(now.sent('client-to-server'))).toBeUndefined()
    const pair = pairOf({}, { crypto: later(1) })
    const answer = pair.server.receive(pair.sent('client-to-server'))
    expect(answer).toBeInstanceOf(Promise)
    await answer
    expect(pair.sent('server-to-client').length).toBeGreaterThan(500)
  })

  test('is done with the bytes when its answer is there, and keeps what comes meanwhile', async () => {
    for (const crypto of [nodeCrypto, later(4)]) {
      const { client, server, sent } = await connectedLater({}, { crypto })
      const before = sent('client-to-server').length
      for (let i = 0; i < 5; i++) client.connection.write(ascii(`piece ${i}, `))
      const stream = sent('client-to-server').slice(before)
      const buffer = new Uint8Array(7)
      for (let offset = 0; offset < stream.length; offset += 20) {
        const piece = stream.subarray(offset, offset + 7)
        buffer.set(piece)
        const answer = server.receive(buffer.subarray(0, piece.length))
        const meanwhile = stream.slice(offset + 7, offset + 20)
        const other = server.receive(meanwhile)
        if (answer !== undefined) meanwhile.fill(0)
        await answer
        await other
        buffer.fill(0)
      }
      expect(fromAscii(server.received())).toBe('piece 0, piece 1, piece 2, piece 3, piece 4, ')
    }
  })

  test('is done when the connection was aborted, though an answer never comes', async () => {
    const never = new Promise<never>(() => {})
    const pair = pairOf({ verifier: { verify: () => never } }, {})
    let answer: void | PromiseLike<void>
    pair.server.receive(pair.sent('client-to-server'))
    expect((answer = pair.client.receive(pair.sent('server-to-client')))).toBeInstanceOf(Promise)
    pair.client.connection.abort()
    await answer
    expect(pair.client.told).toEqual(['closed ERR_TLS_ABORTED'])
  })

  test('does not mind an answer that comes after the end', async () => {
    for (const outcome of ['resolve', 'reject'] as const) {
      let settle = (): void => {}
      const verdict = new Promise<never>((resolve, reject) => {
        settle = () => (outcome === 'resolve' ? resolve(undefined as never) : reject(new Error('too late')))
      })
      const pair = pairOf({ verifier: { verify: () => verdict } }, {})
      await pair.until(() => pair.client.trace.some((event) => event.event === 'keys'))
      pair.client.connection.abort()
      settle()
      await pair.settle()
      expect(pair.client.told).toEqual(['closed ERR_TLS_ABORTED'])
      expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_HANDSHAKE_CLOSED' })
    }
  })
})

describe('writing', () => {
  test('after closeWrite is refused at once, though the keys are being changed', async () => {
    const { client, server, settle } = await connectedLater({ crypto: later(8) })
    client.connection.updateKeys()
    client.connection.write(ascii('held'))
    expect(client.connection.pendingOutput).toBeGreaterThanOrEqual(4)
    client.connection.closeWrite()
    expect(() => client.connection.write(ascii('too late'))).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    await settle()
    expect(fromAscii(server.received())).toBe('held')
    expect(client.connection.pendingOutput).toBe(0)
    expect(server.told.at(-1)).toBe('end')
    expect(server.failure).toBeUndefined()
  })

  test('and failing while keys are being changed tells the user', async () => {
    const { client, settle } = await connectedLater({ crypto: later(8) })
    client.connection.updateKeys()
    client.connection.abort(new TlsError('ERR_TLS_ABORTED', 'enough'))
    await settle()
    expect(client.told).toEqual(['connected', 'closed ERR_TLS_ABORTED'])
  })

  test('is undone by an AEAD that rejects: the connection fails with its error', async () => {
    let broken = false
    const crypto = interceptedProvider(later(1), (call, args, run) =>
      broken && call.endsWith('.seal') ? Promise.reject(new Error('no more')) : run(args),
    )
    const { client, settle } = await connectedLater({ crypto })
    broken = true
    client.connection.write(ascii('x'))
    await settle()
    expect(client.failure).toMatchObject({
      code: 'ERR_TLS_CRYPTO',
      alert: 'internal_error',
      cause: { message: 'no more' },
    })
    expect(client.told.at(-1)).toBe('closed ERR_TLS_CRYPTO')
  })
})

test('peers that hand their output straight to each other talk as well', () => {
  const { client, server } = straight()
  server.connection.write(ascii('pong'))
  client.connection.updateKeys(true)
  client.connection.write(ascii('ping'))
  server.connection.write(ascii(' pong'))
  client.connection.closeWrite()
  server.connection.closeWrite()
  expect([client.told.at(-1), server.told.at(-1)]).toEqual(['closed', 'closed'])
  expect(fromAscii(client.received())).toBe('pong pong')
  expect(fromAscii(server.received())).toBe('ping')

  /** Each output is received before the call that made it returns. */
  function straight(): ReturnType<typeof pairOf> {
    const made: ReturnType<typeof pairOf>[] = []
    const pump = (): void => void made[0]?.pump()
    made.push(pairOf({}, {}, { clientHook: pump, serverHook: pump }))
    pump()
    return made[0] as ReturnType<typeof pairOf>
  }
})

test('an exported key may be promised', async () => {
  const { client, server } = await connectedLater({ crypto: later(1) })
  const promised = exportKeyingMaterial(client.connection, 'a', new Uint8Array(), 32)
  expect(promised).toBeInstanceOf(Promise)
  expect(await promised).toEqual(exportKeyingMaterial(server.connection, 'a', new Uint8Array(), 32))
})

test('nothing is told behind the end, however soon that comes after a record was opened', async () => {
  for (let turns = 0; turns < 12; turns++) {
    let opened = (): void => {}
    const crypto = interceptedProvider(nodeCrypto, (call, args, run) => {
      if (!call.endsWith('.open')) return run(args)
      opened()
      return Promise.resolve(run(args))
    })
    const pair = await connectedLater({ crypto })
    const { connection, told } = pair.client
    opened = () => void soon(turns, () => connection.abort())
    pair.server.connection.write(ascii('too late'))
    await pair.settle()
    expect(told.at(-1)).toBe('closed ERR_TLS_ABORTED')
  }
})

/** After so many turns of promises. */
async function soon(turns: number, then: () => void): Promise<void> {
  for (let i = 0; i < turns; i++) await undefined
  then()
}
