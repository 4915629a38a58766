import type { Socket } from 'node:net'
import type { Connection, ConnectionEvents, ConnectionFacts, Session } from '@typetls/connection'
import { clientConnection, exportKeyingMaterial, serverConnection } from '@typetls/connection'
import { clientTls12, serverTls12, tls12ClientConnection, tls12ServerConnection } from '@typetls/connection/tls12'
import { TlsError } from '@typetls/wire'
import { checkFacts, checkSession } from './expectations.ts'
import type { Flags } from './flags.ts'
import { MessageTrace } from './message-trace.ts'
import type { Profile } from './profile.ts'
import { clientOptions, clientTls12Options, serverOptions, serverTls12Options, versionsOf } from './profile.ts'
import { Refusal, Unexpected } from './refusal.ts'

/** How one connection ended. */
export interface Outcome {
  /** `undefined`: as it should. */
  readonly failure: TlsError | undefined
  /** Whether the peer was told of the failure. */
  readonly told: boolean
  /** The newest session that the server gave. */
  readonly session: Session | undefined
}

/** One connection of a test: the handshake, what is to be written, the echo of what comes, and the end. */
export class Exchange {
  readonly #flags: Flags
  readonly #profile: Profile
  readonly #resuming: boolean
  readonly #socket: Socket
  readonly #connection: Connection
  readonly #secrets = new Map<string, Uint8Array>()
  readonly #messages = new MessageTrace()
  readonly #ended: Promise<TlsError | undefined>
  #settle: (failure: TlsError | undefined) => void = () => undefined
  #reject: (error: unknown) => void = () => undefined
  #session: Session | undefined
  /** What `-read-with-unfinished-write` keeps back. */
  #unfinished: Uint8Array[] | undefined
  #alertSent = false
  #renegotiations = 0
  /** How often we said that we go along. */
  #explicit = 0
  /** Of the first handshake, not of a renegotiation. */
  #facts: ConnectionFacts | undefined

  constructor(socket: Socket, profile: Omit<Profile, 'keyLog' | 'trace' | 'renegotiates'>, resuming: boolean) {
    this.#flags = profile.flags
    this.#socket = socket
    this.#resuming = resuming
    this.#profile = {
      ...profile,
      keyLog: (line) => this.#keep(line),
      trace: this.#flags['expect-msg-callback'] === undefined ? undefined : this.#messages.hear,
      renegotiates: () => this.#renegotiates(),
    }
    this.#ended = new Promise((resolve, reject) => {
      this.#settle = resolve
      this.#reject = reject
    })
    const events = this.#events()
    this.#connection = this.#flags.server ? server(this.#profile, events) : client(this.#profile, events)
  }

  async run(): Promise<Outcome> {
    const feeding = this.#feed()
    const failure = await this.#ended
    this.#socket.end()
    await feeding
    if (failure === undefined && !this.#alertSent) {
      checkSession(this.#flags, this.#facts, this.#session, this.#profile.sessions.size)
      const messages = this.#flags['expect-msg-callback']
      if (messages !== undefined) this.#messages.check(messages)
      const expected = this.#flags['expect-total-renegotiations'] ?? 0
      if (this.#renegotiations !== expected) {
        throw new Unexpected(`there were ${this.#renegotiations} renegotiations, not ${expected}`)
      }
      if (this.#flags['renegotiate-explicit'] && this.#explicit !== expected) {
        throw new Unexpected(`${this.#explicit} renegotiations were asked for, not ${expected}`)
      }
    }
    const told = failure === this.#connection.failure && failure?.alert !== undefined
    return { failure, told, session: this.#session }
  }

  /** Hands the connection what comes, and drains the socket to its end when the connection is over. */
  async #feed(): Promise<void> {
    const socket = this.#socket
    try {
      await this.#connection.start()
      for await (const chunk of socket as AsyncIterable<Buffer>) await this.#receive(chunk)
      this.#connection.receiveEnd()
    } catch (error) {
      // The runner may be gone before us: what it thinks of it is its own to say.
      if (!isReset(error)) this.#reject(error)
      this.#connection.receiveEnd()
    }
  }

  async #receive(chunk: Uint8Array): Promise<void> {
    if (this.#flags.async === undefined) {
      await this.#connection.receive(chunk)
      return this.#exportBetweenReads()
    }
    for (let at = 0; at < chunk.length; at++) {
      await this.#connection.receive(chunk.subarray(at, at + 1))
      this.#exportBetweenReads()
    }
  }

  #exportBetweenReads(): void {
    if (!this.#flags['use-exporter-between-reads'] || this.#connection.state !== 'connected') return
    try {
      exportKeyingMaterial(this.#connection, '', undefined, 1)
    } catch (error) {
      if (!(error instanceof TlsError) || error.code !== 'ERR_TLS_STATE') throw error
      const cause = new Refusal('failed to export keying material')
      this.#settle(new TlsError('ERR_TLS_ABORTED', 'nothing can be exported', { cause }))
    }
  }

  #events(): ConnectionEvents {
    return {
      output: (bytes) => this.#output(bytes),
      connected: (facts) => this.#guarded(() => this.#connected(facts)),
      renegotiated: (facts) => this.#guarded(() => this.#renegotiated(facts)),
      data: (bytes) => this.#guarded(() => this.#data(bytes)),
      session: (session) => {
        this.#session = session
      },
      end: () => this.#peerEnded(),
      closed: (error) => this.#closed(error),
    }
  }

  #connected(facts: ConnectionFacts): void {
    this.#facts = facts
    const flags = this.#flags
    const connection = this.#connection
    // With an implicit handshake the first read would drive it, and nobody looks at the facts.
    if (!flags['implicit-handshake']) checkFacts(this.#profile, facts, this.#resuming)
    this.#export()
    if (flags['send-alert']) {
      this.#alertSent = true
      return connection.abort(new TlsError('ERR_TLS_ABORTED', 'the shim is to send an alert'))
    }
    const first = Buffer.from(flags['shim-initial-write'] ?? 'hello', 'latin1')
    if (flags['read-with-unfinished-write']) {
      this.#unfinished = []
      connection.write(first)
    } else if (flags['shim-writes-first']) connection.write(first)
    if (flags['shim-shuts-down']) this.#shutDown()
  }

  #renegotiated(facts: ConnectionFacts): void {
    this.#renegotiations++
    if (facts.resumed) throw new Unexpected('a renegotiation resumed')
  }

  /** The mode of the command line, which BoringSSL can be told at any time. */
  #renegotiates(): boolean | PromiseLike<boolean> {
    const flags = this.#flags
    if (flags['forbid-renegotiation-after-handshake'] && this.#facts !== undefined) return false
    // BoringSSL's rule. Our records are whole before the next one is made, and need none.
    if (this.#unfinished !== undefined) return false
    if (!flags['renegotiate-explicit']) return true
    this.#explicit++
    return Promise.resolve(true)
  }

  #export(): void {
    const flags = this.#flags
    const length = flags['export-keying-material']
    if (length !== undefined) {
      const context = flags['use-export-context'] ? Buffer.from(flags['export-context'] ?? '', 'latin1') : undefined
      const exported = exportKeyingMaterial(this.#connection, flags['export-label'] ?? '', context, length)
      this.#connection.write(exported as Uint8Array)
    }
    if (flags['tls-unique']) {
      const unique = this.#connection.facts?.tlsUnique
      if (unique === undefined) {
        const cause = new Refusal('failed to get tls-unique')
        return this.#settle(new TlsError('ERR_TLS_ABORTED', 'there is no tls-unique', { cause }))
      }
      this.#connection.write(unique)
    }
    if (flags['export-traffic-secrets']) {
      const [read, write] = flags.server ? ['CLIENT', 'SERVER'] : ['SERVER', 'CLIENT']
      const secrets = [read, write].map((side) => this.#secrets.get(`${side}_TRAFFIC_SECRET_0`) as Uint8Array)
      const length = (secrets[0] as Uint8Array).length
      this.#connection.writeParts([Uint8Array.of(length & 0xff, length >>> 8), ...secrets])
    }
  }

  #data(bytes: Uint8Array): void {
    if (this.#flags['shim-shuts-down']) {
      const cause = new Refusal('APPLICATION_DATA_ON_SHUTDOWN')
      return this.#settle(new TlsError('ERR_TLS_ABORTED', 'data came while shutting down', { cause }))
    }
    this.#finishWrite()
    if (this.#flags['key-update']) this.#connection.updateKeys()
    this.#connection.write(bytes.map((byte) => byte ^ 0xff))
  }

  #peerEnded(): void {
    if (this.#flags['check-close-notify']) this.#connection.closeWrite()
    else this.#settle(undefined)
  }

  #shutDown(): void {
    if (this.#flags['check-close-notify']) this.#connection.closeWrite()
    else this.#settle(undefined)
  }

  #closed(error: TlsError | undefined): void {
    if (error?.cause instanceof Unexpected) this.#reject(error.cause)
    if (error?.code === 'ERR_TLS_ABORTED' && this.#alertSent) return this.#settle(undefined)
    // A shim that does not check for close_notify takes any end for an end.
    if (error?.code === 'ERR_TLS_TRUNCATED' && !this.#flags['check-close-notify']) return this.#settle(undefined)
    this.#settle(error)
  }

  #output(bytes: Uint8Array): void {
    if (this.#unfinished === undefined) {
      this.#socket.write(bytes)
      return
    }
    if (this.#unfinished.length > 0) {
      this.#unfinished.push(bytes)
      return
    }
    this.#socket.write(bytes.subarray(0, 1))
    this.#unfinished.push(bytes.subarray(1))
  }

  #finishWrite(): void {
    const kept = this.#unfinished ?? []
    this.#unfinished = undefined
    for (const bytes of kept) this.#socket.write(bytes)
  }

  #keep(line: string): void {
    const [label, , secret] = line.split(' ')
    this.#secrets.set(label as string, new Uint8Array(Buffer.from(secret as string, 'hex')))
  }

  /** An expectation that fails in a callback must not look like a failure of TLS. */
  #guarded(action: () => void): void {
    try {
      action()
    } catch (error) {
      this.#reject(error)
      throw error
    }
  }
}

function client(profile: Profile, events: ConnectionEvents): Connection {
  const versions = versionsOf(profile.flags)
  const options = clientOptions(profile)
  if (!versions.tls13) return tls12ClientConnection(options, events, clientTls12Options(profile))
  return clientConnection(
    { ...options, ...(versions.tls12 && { tls12: clientTls12(clientTls12Options(profile)) }) },
    events,
  )
}

function server(profile: Profile, events: ConnectionEvents): Connection {
  const versions = versionsOf(profile.flags)
  const options = serverOptions(profile)
  if (!versions.tls13) return tls12ServerConnection(options, events, serverTls12Options(profile))
  return serverConnection(
    { ...options, ...(versions.tls12 && { tls12: serverTls12(serverTls12Options(profile)) }) },
    events,
  )
}

function isReset(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code
  return code === 'ECONNRESET' || code === 'EPIPE'
}
