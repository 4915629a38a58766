import { once } from 'node:events'
import type { AddressInfo, Server } from 'node:net'
import { Duplex } from 'node:stream'
import type { Authority } from '@typetls/testing'
import { createAuthority } from '@typetls/testing'
import { onTestFinished } from 'vitest'
import type { ConnectOptions, CreateServerOptions, TlsSocket } from '../src/index.ts'
import { connect, createServer } from '../src/index.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['localhost', 'other.example'], ip: ['127.0.0.1'] })
const clientLeaf = root.issue({ subject: 'a client' })

/** PEM of the authority that `identity` and `clientIdentity` are from. */
export const ca: string = root.pem
export const authority: Authority = root
/** A server's `cert` and `key`, for `localhost`, `other.example` and 127.0.0.1. */
export const identity: { cert: string; key: string } = { cert: leaf.chainPem, key: leaf.privateKeyPem }
export const clientIdentity: { cert: string; key: string } = {
  cert: clientLeaf.chainPem,
  key: clientLeaf.privateKeyPem,
}

/** The port of a server that listens on loopback until the test is finished. */
export async function listen(server: Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  onTestFinished(() => void server.close())
  return (server.address() as AddressInfo).port
}

export interface Pair {
  readonly client: TlsSocket
  readonly server: TlsSocket
}

/** Two connected sockets of ours over TCP; both are destroyed when the test is finished. */
export async function connectedPair(
  options: { client?: ConnectOptions; server?: Partial<CreateServerOptions> } = {},
): Promise<Pair> {
  const listener = createServer({ ...identity, ...options.server })
  const port = await listen(listener)
  const client = connect({ host: 'localhost', port, ca, family: 4, ...options.client })
  const [[server]] = (await Promise.all([once(listener, 'secureConnection'), once(client, 'secureConnect')])) as [
    [TlsSocket],
    unknown,
  ]
  onTestFinished(() => {
    client.destroy()
    server.destroy()
  })
  return { client, server }
}

/** Everything a socket says until it closes. */
export function eventsOf(socket: NodeJS.EventEmitter): string[] {
  const seen: string[] = []
  for (const event of ['connect', 'secureConnect', 'secure', 'end', 'finish', 'close'] as const) {
    socket.on(event, () => seen.push(event))
  }
  socket.on('error', (error: NodeJS.ErrnoException) => seen.push(`error ${error.code}`))
  return seen
}

/** The first error of a socket, when it has closed. */
export async function failureOf(socket: NodeJS.EventEmitter): Promise<NodeJS.ErrnoException> {
  let failure: NodeJS.ErrnoException | undefined
  socket.on('error', (error: NodeJS.ErrnoException) => (failure ??= error))
  await new Promise((resolve) => socket.on('close', resolve))
  if (failure === undefined) throw new Error('the socket closed without an error')
  return failure
}

/** Two plain streams, each the other's far end, with backpressure. */
export function duplexPair(): [Duplex, Duplex] {
  const ends: [End, End] = [new End(), new End()]
  ends[0].other = ends[1]
  ends[1].other = ends[0]
  return ends
}

class End extends Duplex {
  other: End | undefined
  #resume: (() => void) | undefined

  override _read(): void {
    const resume = this.#resume
    this.#resume = undefined
    resume?.()
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, callback: () => void): void {
    const other = this.other as End
    // What a transport delivers is its own memory, and comes later.
    setImmediate(() => {
      if (other.destroyed || other.push(Buffer.from(chunk))) callback()
      else other.#resume = callback
    })
  }

  override _final(callback: () => void): void {
    const other = this.other as End
    setImmediate(() => {
      if (!other.destroyed) other.push(null)
      callback()
    })
  }
}

export function pause(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds))
}
