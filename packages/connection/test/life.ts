import { ascii } from '@typetls/wire'
import type { MemoryPair } from '@typetls/testing'
import type { ServerConnection } from '../src/index.ts'
import { certificateFor, credentialFor, verifier } from './peers.ts'
import type { Peer } from './peers.ts'

/** Options under which a life has all there is: both authenticate, agree on a protocol, and may go on later. */
export const livelyClient = {
  credentials: credentialFor(certificateFor('ed25519', 'client.test')),
  postHandshakeAuthentication: true,
  applicationProtocols: ['x'],
} as const

export const livelyServer = { verifier, clientAuthentication: 'request', applicationProtocols: ['x'] } as const

/** Connects, asks for a certificate again, talks both ways under changing keys, and closes. */
export async function live(pair: MemoryPair<Peer, Peer<ServerConnection>>, quietTurns = 4): Promise<void> {
  const { client, server } = pair
  await pair.settle(quietTurns)
  for (const step of [
    () => server.connection.requestClientCertificate(),
    () => client.connection.write(ascii('from the client')),
    () => server.connection.write(ascii('from the server')),
    undefined,
    () => client.connection.updateKeys(true),
    undefined,
    () => server.connection.write(ascii(', twice')),
    () => client.connection.closeWrite(),
    () => server.connection.closeWrite(),
    undefined,
  ]) {
    if (step === undefined) await pair.settle(quietTurns)
    else unlessOver(step)
  }
}

/** The same at once, for providers that answer at once. */
export function liveNow(pair: MemoryPair<Peer, Peer<ServerConnection>>): void {
  const { client, server } = pair
  pair.pump()
  unlessOver(() => server.connection.requestClientCertificate())
  unlessOver(() => client.connection.write(ascii('from the client')))
  unlessOver(() => server.connection.write(ascii('from the server')))
  pair.pump()
  unlessOver(() => client.connection.updateKeys(true))
  pair.pump()
  unlessOver(() => server.connection.write(ascii(', twice')))
  client.connection.closeWrite()
  server.connection.closeWrite()
  pair.pump()
}

/** A side that is over says nothing more; every other exception is one too many. */
function unlessOver(step: () => void): void {
  try {
    step()
  } catch (error) {
    if ((error as { code?: string }).code !== 'ERR_TLS_STATE') throw error
  }
}
