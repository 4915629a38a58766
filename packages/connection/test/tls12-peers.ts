import type { MemoryPair, PairOptions } from '@typetls/testing'
import { connectPair } from '@typetls/testing'
import type { ClientOptions, ServerOptions } from '../src/index.ts'
import type { ClientTls12Options, ServerTls12Options } from '../src/tls12/index.ts'
import type { Changed, PairMaker, Peer } from './peers.ts'
import { tls12ClientPeer, tls12ServerPeer } from './peers.ts'

export interface Tls12Pair extends Omit<PairOptions<Peer, Peer>, 'client' | 'server'> {
  readonly client?: Changed<ClientOptions>
  readonly server?: Changed<ServerOptions>
  readonly client12?: ClientTls12Options
  readonly server12?: ServerTls12Options
}

/** A client and a server that speak TLS 1.2 alone; nothing moved yet. */
export function tls12PairOf({ client, server, client12, server12, ...options }: Tls12Pair = {}): MemoryPair<
  Peer,
  Peer
> {
  return connectPair({
    ...options,
    client: (wire) => tls12ClientPeer(client ?? {}, wire, client12 ?? {}),
    server: (wire) => tls12ServerPeer(server ?? {}, wire, server12 ?? {}),
  })
}

/** Makes pairs that speak TLS 1.2 alone. */
export function tls12Pairs(options: Tls12Pair = {}): PairMaker {
  return ({ client, server, ...more } = {}) =>
    tls12PairOf({
      ...options,
      ...more,
      client: { ...options.client, ...client },
      server: { ...options.server, ...server },
    })
}

/** A pair whose handshake is done. */
export function tls12ConnectedPair(options: Tls12Pair = {}): MemoryPair<Peer, Peer> {
  const pair = tls12PairOf(options)
  pair.pump()
  for (const peer of [pair.client, pair.server]) {
    if (peer.facts === undefined) throw peer.failure ?? new Error('the handshake is not done')
  }
  return pair
}
