import { nodeCrypto } from '@typetls/crypto-node'
import { describe, expect, test } from 'vitest'
import { clock, connectedPair, pairOf } from '../test/peers.ts'
import { tls12ConnectedPair } from '../test/tls12-peers.ts'
import type { Session, TicketStore } from './index.ts'
import { rotatingTicketKeys, storedTickets } from './index.ts'

const crypto = nodeCrypto

class MapStore implements TicketStore {
  readonly states = new Map<string, Uint8Array>()
  readonly lifetimes: number[] = []

  put(id: Uint8Array, state: Uint8Array, lifetime: number): void {
    this.states.set(id.join(), state)
    this.lifetimes.push(lifetime)
  }

  take(id: Uint8Array): Uint8Array | undefined {
    const state = this.states.get(id.join())
    this.states.delete(id.join())
    return state
  }
}

function resumes(session: Session, tickets: ReturnType<typeof storedTickets>): boolean | undefined {
  return connectedPair({ session }, { tickets }).client.facts?.resumed
}

test('a ticket names a session of the store, once', () => {
  const store = new MapStore()
  const tickets = storedTickets({ crypto, store, lifetime: 60 })
  const [session, other] = connectedPair({}, { tickets }).client.sessions as [Session, Session]
  expect(session.ticket).toHaveLength(32)
  expect(store.states.size).toBe(2)
  expect(store.lifetimes).toEqual([60, 60])
  expect(resumes(session, tickets)).toBe(true)
  expect(resumes(session, tickets)).toBe(false)
  expect(resumes(other, tickets)).toBe(true)
})

test('servers that share a store resume sessions of each other, in TLS 1.2 too', () => {
  const store = new MapStore()
  const [here, there] = [storedTickets({ crypto, store }), storedTickets({ crypto, store })]
  expect(resumes(connectedPair({}, { tickets: here }).client.sessions[0] as Session, there)).toBe(true)
  const [session] = tls12ConnectedPair({ server: { tickets: here } }).client.sessions
  const second = tls12ConnectedPair({ client: { session: session as Session }, server: { tickets: there } })
  expect(second.client.facts?.resumed).toBe(true)
})

test('what the store has is sealed, if wanted', () => {
  const store = new MapStore()
  const tickets = storedTickets({ crypto, store, protector: rotatingTicketKeys({ crypto, clock }) })
  const [session] = connectedPair({}, { tickets }).client.sessions as [Session]
  // The same store in clear has the name of the server in it.
  expect(Buffer.concat([...store.states.values()]).includes('server.test')).toBe(false)
  expect(resumes(session, tickets)).toBe(true)
})

test('the store may answer later', async () => {
  const map = new MapStore()
  const store: TicketStore = {
    put: async (id, state, lifetime) => {
      await Promise.resolve()
      map.put(id, state, lifetime)
    },
    take: async (id) => await Promise.resolve(map.take(id)),
  }
  const tickets = storedTickets({ crypto, store })
  const first = pairOf({}, { tickets })
  await first.settle()
  const second = pairOf({ session: first.client.sessions[0] as Session }, { tickets })
  await second.settle()
  expect(second.client.facts?.resumed).toBe(true)
})

describe('a store that fails', () => {
  const down = new Error('the store is down')
  const failing: TicketStore = {
    put: () => {
      throw down
    },
    take: () => Promise.reject(down),
  }

  test('costs the resumption and nothing else, for those who want to be told', async () => {
    const told: unknown[] = []
    const tickets = storedTickets({ crypto, store: failing, failed: (error) => void told.push(error) })
    const first = pairOf({}, { tickets })
    await first.settle()
    expect(first.server.facts).toBeDefined()
    const second = pairOf({ session: first.client.sessions[0] as Session }, { tickets })
    await second.settle()
    expect(second.client.facts?.resumed).toBe(false)
    expect(new Set(told)).toEqual(new Set([down]))
  })

  test('is otherwise the end of the handshake', async () => {
    const pair = pairOf({}, { tickets: storedTickets({ crypto, store: failing }) })
    await pair.settle()
    expect(pair.server.connection.failure).toMatchObject({ code: 'ERR_TLS_CALLBACK', alert: 'internal_error' })
  })
})
