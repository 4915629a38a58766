import { nodeCrypto } from '@typetls/crypto-node'
import { plaintextHandshake } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { defaultGroup } from '../test/backend.ts'
import { clientPeer, clock, connectedPair, pairOf, serverPeer } from '../test/peers.ts'
import { rotatingTicketKeys } from './ticket-keys.ts'

const cookies = rotatingTicketKeys({ crypto: nodeCrypto, clock })

test('a server asks for a group that the client lists but sent no share of', () => {
  const { client, server, sent } = connectedPair({ groups: ['x25519', 'secp384r1'] }, { groups: ['secp384r1'] })
  for (const peer of [client, server]) expect(peer.facts).toMatchObject({ helloRetryRequest: true, group: 'secp384r1' })
  expect(plaintextHandshake(sent('client-to-server')).map(({ type }) => type)).toEqual([1, 1])
  expect(decisions(client, 'hello_retry_request')).toEqual(['group'])
  expect(decisions(server, 'hello_retry_request')).toEqual(['secp384r1'])
})

test('a client without key shares is asked for one', () => {
  const { client } = connectedPair({ keyShares: [] })
  expect(client.facts).toMatchObject({ helloRetryRequest: true, group: defaultGroup })
})

test('a server that wants a cookie gets it back, and the key share stays', () => {
  const { client, server, sent } = connectedPair({}, { cookies, requireCookie: true })
  for (const peer of [client, server])
    expect(peer.facts).toMatchObject({ helloRetryRequest: true, group: defaultGroup })
  const [first, second] = plaintextHandshake(sent('client-to-server'))
  expect(second?.raw.length).toBeGreaterThan(first?.raw.length as number)
  expect(decisions(client, 'hello_retry_request')).toEqual(['cookie'])
})

test('cookie and group go together', () => {
  const { client, server } = connectedPair(
    { groups: ['x25519', 'secp256r1'] },
    { cookies, requireCookie: true, groups: ['secp256r1'] },
  )
  for (const peer of [client, server]) expect(peer.facts).toMatchObject({ helloRetryRequest: true, group: 'secp256r1' })
})

describe.each([
  ['a group', { groups: ['x25519', 'secp256r1'] }, { groups: ['secp256r1'] }],
  ['a cookie alone', {}, {}],
])('a stateless server that asked for %s', (_what, clientOptions, serverOptions) => {
  test('goes on in a connection that saw only the second ClientHello', () => {
    const server = { cookies, requireCookie: true, ...serverOptions }
    const outputs = { toServer: [] as Uint8Array[], first: [] as Uint8Array[], second: [] as Uint8Array[] }
    const wireOf = (into: Uint8Array[]) => ({ output: (bytes: Uint8Array) => void into.push(bytes), end() {} })

    const client = clientPeer(clientOptions, wireOf(outputs.toServer))
    const asking = serverPeer(server, wireOf(outputs.first))
    for (const bytes of outputs.toServer.splice(0)) void asking.receive(bytes)
    // The connection that asked is forgotten here.
    for (const bytes of outputs.first) void client.receive(bytes)

    const answering = serverPeer(server, wireOf(outputs.second))
    for (let round = 0; round < 4; round++) {
      for (const bytes of outputs.toServer.splice(0)) void answering.receive(bytes)
      for (const bytes of outputs.second.splice(0)) void client.receive(bytes)
    }
    expect(client.facts).toMatchObject({ helloRetryRequest: true })
    expect(answering.facts).toMatchObject({ helloRetryRequest: true })
    client.connection.write(ascii('hello again'))
    for (const bytes of outputs.toServer.splice(0)) void answering.receive(bytes)
    expect(fromAscii(answering.received())).toBe('hello again')
  })
})

test('a cookie of another server is refused', () => {
  const strangers = rotatingTicketKeys({ crypto: nodeCrypto, clock })
  const pair = pairOf(
    {},
    { requireCookie: true, cookies: { seal: (state) => strangers.seal(state), open: () => undefined } },
  )
  pair.pump()
  expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_COOKIE', alert: 'illegal_parameter' })
  expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'illegal_parameter' })
})

test('a ticket is no cookie, though the same keys seal both', () => {
  const first = connectedPair({}, { tickets: cookies })
  const ticket = first.client.sessions[0]?.ticket as Uint8Array
  const pair = pairOf(
    {},
    { requireCookie: true, cookies: { seal: () => ticket, open: (sealed) => cookies.open(sealed) } },
  )
  pair.pump()
  expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_COOKIE' })
})

function decisions(peer: { readonly trace: readonly unknown[] }, what: string): string[] {
  return (peer.trace as { event: string; what?: string; value?: string }[])
    .filter((event) => event.event === 'decision' && event.what === what)
    .map((event) => event.value as string)
}
