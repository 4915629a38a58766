import { ascii } from '@typetls/wire'
import type { MemoryPair } from '@typetls/testing'
import { ServerConnection } from '../src/index.ts'
import { certificateFor, credentialFor, verifier } from './peers.ts'
import type { Peer } from './peers.ts'

/** Options under which a life has all there is: both authenticate, agree on a protocol, and may go on later. */
export const livelyClient = {
  credentials: credentialFor(certificateFor('ed25519', 'client.test')),
  postHandshakeAuthentication: true,
  applicationProtocols: ['x'],
} as const

export const livelyServer = { verifier, clientAuthentication: 'request', applicationProtocols: ['x'] } as const

/** Connects, asks for a certificate again and changes keys where the version can, talks both ways, and closes. */
export async function live(pair: MemoryPair<Peer, Peer>, quietTurns = 4): Promise<void> {
  await pair.settle(quietTurns)
  for (const step of steps(pair)) {
    if (step === undefined) await pair.settle(quietTurns)
    else unlessOver(step)
  }
}

/** The same at once, for providers that answer at once. */
export function liveNow(pair: MemoryPair<Peer, Peer>): void {
  pair.pump()
  for (const step of steps(pair)) {
    if (step === undefined) pair.pump()
    else unlessOver(step)
  }
}

/** `undefined`: until nothing moves. */
function steps({ client, server }: MemoryPair<Peer, Peer>): readonly ((() => void) | undefined)[] {
  const { connection } = server
  const modern = connection instanceof ServerConnection && server.facts?.version === 'TLSv1.3'
  return [
    ...(modern ? [() => connection.requestClientCertificate()] : []),
    () => client.connection.write(ascii('from the client')),
    () => connection.write(ascii('from the server')),
    undefined,
    ...(modern ? [() => client.connection.updateKeys(true), undefined] : []),
    () => connection.write(ascii(', twice')),
    () => client.connection.closeWrite(),
    () => connection.closeWrite(),
    undefined,
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
