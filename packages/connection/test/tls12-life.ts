import type { MemoryPair } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import type { Peer } from './peers.ts'
import { certificateFor, credentialFor, verifier } from './peers.ts'

/** Options under which both authenticate and agree on a protocol. */
export const tls12LivelyClient = {
  credentials: credentialFor(certificateFor('ed25519', 'client.test')),
  applicationProtocols: ['x'],
} as const

export const tls12LivelyServer = { verifier, clientAuthentication: 'request', applicationProtocols: ['x'] } as const

/** Connects, talks both ways, and closes. */
export async function liveTls12(pair: MemoryPair<Peer, Peer>, quietTurns = 4): Promise<void> {
  await pair.settle(quietTurns)
  for (const step of steps(pair)) {
    step()
    await pair.settle(quietTurns)
  }
}

/** The same at once, for providers that answer at once. */
export function liveTls12Now(pair: MemoryPair<Peer, Peer>): void {
  pair.pump()
  for (const step of steps(pair)) {
    step()
    pair.pump()
  }
}

function steps({ client, server }: MemoryPair<Peer, Peer>): readonly (() => void)[] {
  return [
    () => unlessOver(() => client.connection.write(ascii('from the client'))),
    () => unlessOver(() => server.connection.write(ascii('from the server'))),
    () => {
      client.connection.closeWrite()
      server.connection.closeWrite()
    },
  ]
}

/** A side that is over says nothing more; every other exception is one too many. */
function unlessOver(step: () => void): void {
  try {
    step()
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_TLS_STATE') throw error
  }
}
