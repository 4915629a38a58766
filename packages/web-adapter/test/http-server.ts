import type { Fetch, RelayFetchOptions } from '../src/fetch/index.ts'
import { createFetch } from '../src/fetch/index.ts'
import { fromStreams, serverRole } from '../src/from-streams.ts'
import type { AcceptOptions } from '../src/secure-options.ts'
import type { SecureSocket } from '../src/socket.ts'
import type { Transport } from '../src/transport.ts'
import { ca, localhost } from './identities.ts'
import { streamPair } from './memory-streams.ts'

/** A connection as a server of HTTP sees it that says exactly what a test wants. */
export class ServedConnection {
  readonly socket: SecureSocket
  readonly #reader: ReadableStreamDefaultReader<Uint8Array>
  readonly #writer: WritableStreamDefaultWriter<Uint8Array>
  #text = ''

  constructor(transport: Transport, options: AcceptOptions) {
    this.socket = fromStreams(transport, { role: serverRole, allowHalfOpen: true, ...localhost, ...options })
    this.#reader = this.socket.readable.getReader()
    this.#writer = this.socket.writable.getWriter()
    this.#writer.closed.catch(() => undefined)
  }

  /** The header of the next request, or what came before the end. */
  async request(): Promise<string> {
    return this.until('\r\n\r\n')
  }

  /** What comes up to a text and with it. */
  async until(text: string): Promise<string> {
    while (!this.#text.includes(text)) if (!(await this.more())) break
    const end = this.#text.indexOf(text)
    const taken = end === -1 ? this.#text : this.#text.slice(0, end + text.length)
    this.#text = this.#text.slice(taken.length)
    return taken
  }

  /** So many bytes, or what came before the end. */
  async take(length: number): Promise<string> {
    while (this.#text.length < length) if (!(await this.more())) break
    const taken = this.#text.slice(0, length)
    this.#text = this.#text.slice(length)
    return taken
  }

  async more(): Promise<boolean> {
    const { done, value } = await this.#reader.read()
    if (!done) this.#text += Buffer.from(value).toString('latin1')
    return !done
  }

  async say(text: string | Uint8Array): Promise<void> {
    await this.#writer.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text)
  }

  /** With close_notify. */
  async end(): Promise<void> {
    await this.#writer.close()
  }
}

export interface MemoryServer {
  readonly fetch: Fetch
  /** Of all connections, in their order. */
  readonly connections: ServedConnection[]
  /** `host:port` that were dialled. */
  readonly dialled: string[]
}

/** Each connection is served by a call. What that throws fails the test only where it looks at the connection. */
export function served(
  serve: (connection: ServedConnection, index: number) => Promise<unknown>,
  options: Partial<RelayFetchOptions> = {},
  accept: AcceptOptions = {},
): MemoryServer {
  const connections: ServedConnection[] = []
  const dialled: string[] = []
  const transport = ({ hostname, port }: { hostname: string; port: number }): Transport => {
    dialled.push(`${hostname}:${port}`)
    const { client, server } = streamPair()
    const connection = new ServedConnection(server, accept)
    connections.push(connection)
    serve(connection, connections.length - 1).catch(() => undefined)
    return client
  }
  return { fetch: createFetch({ ca, transport, ...options }), connections, dialled }
}

/** Answers every request of a connection with the same text, until the client leaves. */
export function always(text: string): (connection: ServedConnection) => Promise<void> {
  return async (connection) => {
    while ((await connection.request()) !== '') await connection.say(text)
  }
}
