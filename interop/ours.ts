import { once } from 'node:events'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import type { ConnectOptions, TlsServerOptions, TlsSocket } from '@typetls/node-adapter'
import { connect, createServer } from '@typetls/node-adapter'
import { certificates } from './certificates.ts'
import type { Scope } from './child.ts'

/** Our server: it sends back what it gets, and ends when its client does. */
export class OurServer {
  readonly port: number
  readonly #events: (TlsSocket | Error)[] = []
  #heard: (() => void) | undefined

  /** Its certificate is ECDSA P-256 for `localhost` unless the options say otherwise. */
  static async start(options: TlsServerOptions, scope: Scope): Promise<OurServer> {
    const { chainPem, privateKeyPem } = certificates.server('ec-secp256r1')
    const own = options.credentials === undefined ? { cert: chainPem, key: privateKeyPem } : {}
    const server = createServer({ ...own, allowHalfOpen: true, handshakeTimeout: 15_000, ...options })
    server.listen(0, '127.0.0.1')
    await once(server, 'listening')
    const ours = new OurServer((server.address() as AddressInfo).port)
    server.on('secureConnection', (socket: TlsSocket) => {
      scope.onEnd(() => void socket.destroy())
      socket.on('error', (error: Error) => ours.#take(error))
      socket.pipe(socket)
      ours.#take(socket)
    })
    server.on('tlsClientError', (error: Error) => ours.#take(error))
    scope.onEnd(() => void server.close())
    return ours
  }

  constructor(port: number) {
    this.port = port
  }

  /** The next connection that is secure. @throws what the next one failed with */
  async next(): Promise<TlsSocket> {
    const event = await this.#next()
    if (event instanceof Error) throw event
    return event
  }

  /** What the next connection failed with. */
  async nextFailure(): Promise<Error> {
    for (;;) {
      const event = await this.#next()
      if (event instanceof Error) return event
    }
  }

  async #next(): Promise<TlsSocket | Error> {
    while (this.#events.length === 0) await new Promise<void>((resolve) => (this.#heard = resolve))
    return this.#events.shift() as TlsSocket | Error
  }

  #take(event: TlsSocket | Error): void {
    this.#events.push(event)
    this.#heard?.()
  }
}

/** Our client, connected. */
export class OurClient {
  readonly socket: TlsSocket
  readonly sessions: Buffer[] = []
  readonly #chunks: Buffer[] = []
  #length = 0
  #heard: (() => void) | undefined
  #failure: Error | undefined
  #over = false

  /** Waits for a server that is about to listen. @throws what the handshake failed with */
  static async connect(port: number, options: ConnectOptions, scope: Scope): Promise<OurClient> {
    const transport = await listening(port)
    scope.onEnd(() => void transport.destroy())
    const ca = certificates.ca
    const socket = connect({ socket: transport, servername: 'localhost', ca, allowHalfOpen: true, ...options })
    // Some servers send their tickets with their Finished: listening must begin before the handshake is done.
    const client = new OurClient(socket)
    await client.until(() => socket.facts !== undefined, 'the handshake')
    return client
  }

  constructor(socket: TlsSocket) {
    this.socket = socket
    socket.on('secureConnect', () => this.#heard?.())
    socket.on('session', (session) => {
      this.sessions.push(session)
      this.#heard?.()
    })
    socket.on('data', (chunk: Buffer) => {
      this.#chunks.push(chunk)
      this.#length += chunk.length
      this.#heard?.()
    })
    socket.on('error', (error) => {
      this.#failure = error
      this.#heard?.()
    })
    socket.on('end', () => {
      this.#over = true
      this.#heard?.()
    })
  }

  get received(): Buffer {
    return Buffer.concat(this.#chunks)
  }

  write(data: string | Buffer): void {
    this.socket.write(data)
  }

  /** Waits until this came. */
  async hear(text: string): Promise<void> {
    await this.until(() => this.received.includes(text), JSON.stringify(text))
  }

  async receive(length: number): Promise<Buffer> {
    await this.until(() => this.#length >= length, `${length} bytes`)
    return this.received
  }

  async session(): Promise<Buffer> {
    await this.until(() => this.sessions.length > 0, 'a session')
    return this.sessions[0] as Buffer
  }

  /** The peer's close_notify, after everything else. */
  async end(): Promise<void> {
    await this.until(() => this.#over, 'the end')
  }

  /** @throws what the socket failed with */
  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.#failure !== undefined) throw this.#failure
      if (this.#over) throw new Error(`the peer ended before ${what}; it sent ${JSON.stringify(`${this.received}`)}`)
      await new Promise<void>((resolve) => (this.#heard = resolve))
    }
  }

  /** What the connection fails with. */
  async failure(): Promise<Error> {
    while (this.#failure === undefined) await new Promise<void>((resolve) => (this.#heard = resolve))
    return this.#failure
  }
}

async function listening(port: number): Promise<net.Socket> {
  for (let tries = 0; ; tries++) {
    const socket = net.connect({ port, host: '127.0.0.1', noDelay: true })
    try {
      await once(socket, 'connect')
      return socket
    } catch (error) {
      if (tries === 400) throw error
      await new Promise((resolve) => setTimeout(resolve, 25))
    }
  }
}
