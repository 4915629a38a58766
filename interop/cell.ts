import { Certificate } from '@typetls/x509'
import { expect } from 'vitest'
import type { TraceEvent } from '@typetls/handshake'
import type { ConnectOptions, TlsServerOptions, TlsSocket } from '@typetls/node-adapter'
import type { Match } from './match.ts'
import type { OurClient } from './ours.ts'
import type { Feature, PeerServer, Role, Setting, Version } from './peer.ts'
import type { Identity } from './certificates.ts'

/** One square of the matrix, for any peer. */
export interface Cell {
  readonly name: string
  /** Which side is ours. */
  readonly role: Role
  /** What both sides speak; `cells()` says it. */
  readonly version?: Version
  /** What the peer must have. */
  readonly feature?: Feature | readonly Feature[] | undefined
  /** Why we cannot do it on this machine. */
  readonly weLack?: string | undefined
  /** Milliseconds it may take. Default 60000. */
  readonly timeout?: number
  play(match: Match): Promise<void>
}

export interface Plan<Options> {
  readonly name: string
  readonly feature?: Feature | readonly Feature[]
  readonly weLack?: string | undefined
  /** The peer's. */
  readonly setting: Setting
  readonly ours: Options
  /** After a line went there and back. */
  readonly check?: (ours: TlsSocket, report: () => string) => void | Promise<void>
}

export function bothRoles(plan: Plan<ConnectOptions & TlsServerOptions>): Cell[] {
  return [clientCell(plan), serverCell(plan)]
}

export function clientCell({ name, feature, weLack, setting, ours, check }: Plan<ConnectOptions>): Cell {
  return {
    name,
    role: 'client',
    feature,
    weLack,
    async play(match) {
      const server = await match.theirServer(setting)
      const client = await match.ourClient(server.port, ours)
      await echo(client, server)
      expect(client.socket.facts?.version).toBe(match.version)
      await check?.(client.socket, server.report)
      await closed(client)
    },
  }
}

export function serverCell({ name, feature, weLack, setting, ours, check }: Plan<TlsServerOptions>): Cell {
  return {
    name,
    role: 'server',
    feature,
    weLack,
    async play(match) {
      const server = await match.ourServer(ours)
      const client = await match.theirClient(server.port, setting)
      const [socket] = await Promise.all([server.next(), client.roundTrip(line)])
      expect(socket.facts?.version).toBe(match.version)
      await check?.(socket, client.report)
    },
  }
}

/** Our server refuses, or is refused. */
export function refusalCell(plan: Omit<Plan<TlsServerOptions>, 'check'> & { readonly code: string | RegExp }): Cell {
  const { name, feature, setting, ours, code } = plan
  return {
    name,
    role: 'server',
    feature,
    async play(match) {
      const server = await match.ourServer(ours)
      const client = await match.theirClient(server.port, setting)
      const failure = (await server.nextFailure()) as Error & { code: string }
      expect(failure.code).toMatch(typeof code === 'string' ? new RegExp(`^${code}$`) : code)
      await client.ended
    },
  }
}

export async function echo(client: OurClient, server: PeerServer): Promise<void> {
  const sent = freshLine()
  client.write(sent)
  await server.sendBack?.(sent)
  await client.hear(sent)
}

/** Both sides say close_notify. */
export async function closed(client: OurClient): Promise<void> {
  client.socket.end()
  await client.end()
}

export function traced(): { events: TraceEvent[]; trace: (event: TraceEvent) => void } {
  const events: TraceEvent[] = []
  return { events, trace: (event) => void events.push(event) }
}

export function messages(events: readonly TraceEvent[], direction: 'sent' | 'received'): string[] {
  return events.flatMap((one) => (one.event === 'message' && one.direction === direction ? [one.type] : []))
}

/** For what has no event of its own. */
export async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error(`this did not become true: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

export function subjectOf(chain: readonly Uint8Array[] | undefined): string {
  return `${Certificate.parse(chain?.[0] ?? new Uint8Array(0)).subject}`
}

export function pem(identity: Identity): { cert: string; key: string } {
  return { cert: identity.chainPem, key: identity.privateKeyPem }
}

export const line: string = 'interoperability\n'
let lines = 0

export function freshLine(): string {
  return `interoperability ${++lines}\n`
}
