import { nodeCrypto } from '@typetls/crypto-node'
import { TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256 } from '@typetls/crypto-provider'
import { manualClock } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { defaultGroup, needSuites } from '../test/backend.ts'
import { certificateFor, clock, connectedPair, credentialFor, pairOf, verifier } from '../test/peers.ts'
import type { ClientOptions, ServerOptions } from './index.ts'
import { Session, rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })

function firstSession(client: Partial<ClientOptions> = {}, server: Partial<ServerOptions> = {}): Session {
  return connectedPair(client, { tickets, ...server }).client.sessions[0] as Session
}

test('a session is resumed without certificates, with a new key exchange', () => {
  const session = firstSession()
  const { client, server, pump } = connectedPair({ session }, { tickets })
  for (const peer of [client, server]) {
    expect(peer.facts).toMatchObject({ resumed: true, group: defaultGroup, signatureScheme: undefined })
  }
  expect(client.facts?.peer).toMatchObject({ authorized: true, certificates: certificateFor().chain, facts: undefined })
  const types = client.trace.flatMap((event) => (event.event === 'message' ? [event.type] : []))
  expect(types).not.toContain('certificate')
  server.connection.write(ascii('again'))
  pump()
  expect(fromAscii(client.received())).toBe('again')
})

test('two tickets come by default, and as many as the server wants', () => {
  expect(connectedPair({}, { tickets }).client.sessions).toHaveLength(2)
  expect(connectedPair({}, { tickets, ticketCount: 5 }).client.sessions).toHaveLength(5)
  expect(connectedPair({}, { tickets, ticketCount: 0 }).client.sessions).toHaveLength(0)
  expect(connectedPair().client.sessions).toHaveLength(0)
})

test('tickets of one connection are different and each resumes; a resumed connection gives new ones', () => {
  const { client } = connectedPair({}, { tickets, ticketCount: 3 })
  const seen = new Set(client.sessions.map((session) => session.ticket.join()))
  expect(seen.size).toBe(3)
  for (const session of client.sessions) {
    const next = connectedPair({ session }, { tickets })
    expect(next.client.facts?.resumed).toBe(true)
    const after = connectedPair({ session: next.client.sessions[1] as Session }, { tickets })
    expect(after.client.facts).toMatchObject({ resumed: true, peer: { certificates: certificateFor().chain } })
  }
})

test('a server may give new tickets to those alone that had none', () => {
  const options = { tickets, renewTickets: false }
  const session = firstSession({}, options)
  const { client } = connectedPair({ session }, options)
  expect(client.facts?.resumed).toBe(true)
  expect(client.sessions).toHaveLength(0)
})

describe.each([TLS_AES_128_GCM_SHA256, TLS_AES_256_GCM_SHA384, TLS_CHACHA20_POLY1305_SHA256])('$name', (row) => {
  test('is resumed', ({ skip }) => {
    needSuites(skip, row)
    const session = firstSession({ cipherSuites: [row] })
    expect(connectedPair({ session }, { tickets }).client.facts).toMatchObject({ resumed: true, cipherSuite: row.name })
  })
})

test('a session is written down and read again', () => {
  const session = firstSession({ applicationProtocols: ['h2'] }, { applicationProtocols: ['h2'] })
  const read = Session.parse(session.serialize())
  expect(read.serialize()).toEqual(session.serialize())
  expect(read).toMatchObject({
    serverName: 'server.test',
    applicationProtocol: 'h2',
    expiresAt: clock.now() + 7_200_000,
  })
  expect(connectedPair({ session: read }, { tickets }).client.facts?.resumed).toBe(true)
})

test('a HelloRetryRequest changes the binders and not the session', () => {
  const session = firstSession()
  const { client, server } = connectedPair(
    { session, groups: ['x25519', 'secp521r1'] },
    { tickets, groups: ['secp521r1'] },
  )
  for (const peer of [client, server]) {
    expect(peer.facts).toMatchObject({ resumed: true, helloRetryRequest: true, group: 'secp521r1' })
  }
})

test('so does a cookie', () => {
  const session = firstSession()
  const { client } = connectedPair({ session }, { tickets, cookies: tickets, requireCookie: true })
  expect(client.facts).toMatchObject({ resumed: true, helloRetryRequest: true })
})

describe('without a key exchange', () => {
  const dangerouslyAllowPskWithoutKeyExchange = true

  test('psk_ke is used when both allow it and there is no group', () => {
    const session = firstSession()
    const { client, server, pump } = connectedPair(
      { session, groups: [], dangerouslyAllowPskWithoutKeyExchange },
      { tickets, dangerouslyAllowPskWithoutKeyExchange },
    )
    for (const peer of [client, server]) expect(peer.facts).toMatchObject({ resumed: true, group: undefined })
    client.connection.write(ascii('no forward secrecy'))
    pump()
    expect(fromAscii(server.received())).toBe('no forward secrecy')
    expect(client.keyLog.toSorted()).toEqual(server.keyLog.toSorted())
  })

  test('a key exchange is preferred where it is possible', () => {
    const session = firstSession()
    const { client } = connectedPair(
      { session, dangerouslyAllowPskWithoutKeyExchange },
      { tickets, dangerouslyAllowPskWithoutKeyExchange },
    )
    expect(client.facts).toMatchObject({ resumed: true, group: defaultGroup })
  })

  test('it is what is left when the two have no group in common', () => {
    const session = firstSession()
    const options = { dangerouslyAllowPskWithoutKeyExchange }
    const { client } = connectedPair(
      { session, groups: ['x25519'], ...options },
      { tickets, groups: ['secp256r1'], ...options },
    )
    expect(client.facts).toMatchObject({ resumed: true, group: undefined, helloRetryRequest: false })
  })

  test('a server that does not allow it refuses a client that offers nothing else', () => {
    const session = firstSession()
    const pair = pairOf({ session, groups: [], dangerouslyAllowPskWithoutKeyExchange }, { tickets })
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_MISSING_EXTENSION', alert: 'missing_extension' })
  })
})

describe('a session is not resumed, and the handshake is a full one,', () => {
  const full = (client: Partial<ClientOptions>, server: Partial<ServerOptions>): void => {
    const pair = connectedPair(client, server)
    for (const peer of [pair.client, pair.server]) expect(peer.facts).toMatchObject({ resumed: false })
    expect(pair.client.facts?.peer?.authorized).toBe(true)
  }
  const other = { credentials: credentialFor(certificateFor('ec-secp256r1', 'other.test')) }

  test('for another name', () => {
    const session = firstSession()
    full({ session, serverName: 'other.test' }, { tickets, ...other })
  })

  test('that must be verified for another name', () => {
    const session = firstSession()
    full({ session, serverName: 'server.test', verifyName: 'other.test' }, { tickets, ...other })
  })

  test('when the ticket is of another name, whatever the client thinks', () => {
    const session = firstSession()
    // The server that made it is asked under another name: the ticket says which one it was.
    const { client } = connectedPair({ session }, { tickets: renaming(tickets) })
    expect(client.facts?.resumed).toBe(false)
  })

  test('with other suites than its own', () => {
    const session = firstSession({ cipherSuites: [TLS_AES_128_GCM_SHA256] })
    full({ session, cipherSuites: [TLS_AES_256_GCM_SHA384] }, { tickets })
    full({ session }, { tickets, cipherSuites: [TLS_AES_256_GCM_SHA384] })
  })

  test('when the server has other ticket keys, or none', () => {
    const session = firstSession()
    full({ session }, { tickets: rotatingTicketKeys({ crypto: nodeCrypto, clock }) })
    full({ session }, {})
  })

  test('when the server has begun to require certificates of clients', () => {
    const session = firstSession()
    const credentials = credentialFor(certificateFor('ed25519', 'client.test'))
    full({ session, credentials }, { tickets, clientAuthentication: 'require', verifier })
  })
})

test('the client is remembered as it was authenticated', () => {
  const credentials = credentialFor(certificateFor('ed25519', 'client.test'))
  const asking = { tickets, clientAuthentication: 'require', verifier } as const
  const { client } = connectedPair({ credentials }, asking)
  const { server } = connectedPair({ session: client.sessions[0] as Session }, asking)
  expect(server.facts).toMatchObject({ resumed: true, peer: { authorized: true } })
  expect(server.facts?.peer?.certificates).toEqual(certificateFor('ed25519', 'client.test').chain)
})

describe('time', () => {
  function setting() {
    const time = manualClock(Date.UTC(2026, 10, 21))
    return {
      time,
      tickets: rotatingTicketKeys({ crypto: nodeCrypto, clock: time, rotateEvery: 86400, keepFor: 86400 }),
    }
  }

  test.each([
    ['just before its lifetime is over', 3_599_999, true],
    ['when its lifetime is over', 3_600_000, false],
  ])('a ticket is %s: resumed', (_when, later, resumed) => {
    const { time, tickets } = setting()
    const server = { tickets, clock: time, ticketLifetime: 3600 }
    const session = connectedPair({ clock: time }, server).client.sessions[0] as Session
    expect(session.expiresAt).toBe(time.now() + 3_600_000)
    time.advance(later)
    const { client } = connectedPair({ clock: time, session }, server)
    expect(client.facts?.resumed).toBe(resumed)
    expect(client.trace.some((event) => event.event === 'decision' && event.what === 'psk')).toBe(false)
  })

  test('the server judges by its own clock', () => {
    const { time, tickets } = setting()
    const server = { tickets, clock: time, ticketLifetime: 3600 }
    const session = connectedPair({}, server).client.sessions[0] as Session
    time.advance(3_600_000)
    const pair = connectedPair({ session }, server)
    expect(pair.client.facts?.resumed).toBe(false)
    expect(pair.server.trace).toContainEqual(expect.objectContaining({ event: 'decision', what: 'ticket' }))
  })

  test('a clock that was set back makes no ticket younger than new', () => {
    const { time, tickets } = setting()
    const server = { tickets, clock: time }
    const session = connectedPair({ clock: time }, server).client.sessions[0] as Session
    time.advance(-1)
    expect(connectedPair({ clock: time, session }, server).client.facts?.resumed).toBe(false)
  })

  test('the age that goes over the wire is not the age', () => {
    const { time, tickets } = setting()
    const server = { tickets, clock: time }
    const session = connectedPair({ clock: time }, server).client.sessions[0] as Session
    time.advance(12_345)
    let obfuscated: number | undefined
    connectedPair(
      { clock: time, session },
      {
        ...server,
        onClientHello(hello) {
          obfuscated = hello.extensions.pre_shared_key?.identities[0]?.obfuscatedTicketAge
        },
      },
    )
    expect(obfuscated).toBe((12_345 + session.state.ageAdd) % 2 ** 32)
  })

  test('how far the two sides are apart about the age of a ticket is a fact of the server', () => {
    const { time, tickets } = setting()
    const server = { tickets, clock: time }
    const session = connectedPair({ clock: time }, server).client.sessions[0] as Session
    time.advance(60_000)
    const seen = [-5000, 0, 5000].map((wrong) => {
      const clock = manualClock(time.now() + wrong)
      return connectedPair({ clock, session }, server).server.facts?.ticketAgeSkew
    })
    expect(seen).toEqual([-5000, 0, 5000])
    expect(connectedPair({ clock: time }, server).server.facts?.ticketAgeSkew).toBeUndefined()
  })
})

test('the tickets may be protected elsewhere, and later', async () => {
  const later = {
    seal: async (state: Uint8Array) => await tickets.seal(state.slice()),
    open: async (sealed: Uint8Array) => await tickets.open(sealed),
  }
  const first = pairOf({}, { tickets: later })
  await first.settle()
  const second = pairOf({ session: first.client.sessions[0] as Session }, { tickets: later })
  await second.settle()
  expect(second.client.facts?.resumed).toBe(true)
})

test('a long chain of the client is remembered by its leaf', () => {
  const leaf = certificateFor('ed25519', 'client.test')
  const padding = Array.from({ length: 12 }, () => certificateFor('rsa', 'padding.test').certificate)
  const credentials = { ...credentialFor(leaf), certificates: [...leaf.chain, ...padding] }
  const asking = { tickets, clientAuthentication: 'require', verifier } as const
  const first = connectedPair({ credentials }, asking)
  expect(first.server.facts?.peer?.certificates.length).toBe(13)
  const { server } = connectedPair({ session: first.client.sessions[0] as Session }, asking)
  expect(server.facts).toMatchObject({ resumed: true, peer: { certificates: leaf.chain } })
})

/** Opens every ticket as one of another name. */
function renaming(protector: typeof tickets): typeof tickets {
  return {
    seal: (state) => protector.seal(state),
    open(sealed) {
      const state = protector.open(sealed) as Uint8Array
      const at = fromAscii(state).indexOf('server.test')
      if (at < 0) throw new Error('the ticket names nobody')
      state.set(ascii('sneaky.test'), at)
      return state
    },
  }
}
