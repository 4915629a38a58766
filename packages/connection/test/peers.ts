import type { CryptoProvider } from '@typetls/crypto-provider'
import type { MemoryPair, MemoryWire, PairOptions, TestCertificate, TestKeyType } from '@typetls/testing'
import { connectPair, createAuthority, manualClock } from '@typetls/testing'
import type { TlsError } from '@typetls/wire'
import { concat } from '@typetls/wire'
import { createCredential, createVerifier } from '@typetls/x509'
import type {
  ClientOptions,
  ConnectionEvents,
  ConnectionFacts,
  Credential,
  PeerVerifier,
  ServerOptions,
  Session,
  TraceEvent,
  Connection,
  ServerConnection,
} from '../src/index.ts'
import { clientConnection, serverConnection } from '../src/index.ts'
import type { ClientTls12Options, ServerTls12Options } from '../src/tls12/index.ts'
import { tls12ClientConnection, tls12ServerConnection } from '../src/tls12/index.ts'
import { testCrypto } from './backend.ts'

/** A connection in memory that remembers everything it told. */
export interface Peer<C extends Connection = Connection> {
  readonly connection: C
  readonly trace: TraceEvent[]
  readonly sessions: Session[]
  readonly authenticated: ConnectionFacts[]
  /** What kinds of events came, in order: `connected`, `data`, `end`, `closed` … */
  readonly told: string[]
  readonly keyLog: string[]
  readonly received: () => Uint8Array
  readonly facts: ConnectionFacts | undefined
  readonly failure: TlsError | undefined
  receive(bytes: Uint8Array): void | PromiseLike<void>
  receiveEnd(): void
}

export const clock = manualClock(Date.UTC(2026, 10, 21))

export const authority = createAuthority({ name: 'typetls connection test root' })

export const serverName = 'server.test'

const issued = new Map<string, TestCertificate>()

export function certificateFor(keyType: TestKeyType = 'ec-secp256r1', name: string = serverName): TestCertificate {
  const key = `${keyType} ${name}`
  const known = issued.get(key) ?? authority.issue({ subject: name, dns: [name], keyType })
  issued.set(key, known)
  return known
}

export function credentialFor(certificate: TestCertificate, crypto: CryptoProvider = testCrypto): Credential {
  return createCredential({
    certificates: certificate.chain as Uint8Array[],
    privateKey: certificate.privateKeyDer,
    provider: crypto,
  }) as Credential
}

export const verifier: PeerVerifier = createVerifier({ trustAnchors: [authority.certificate] })

/** Options that may also be taken away. */
export type Changed<Options> = { readonly [Name in keyof Options]?: Options[Name] | undefined }

export function clientOptions(options: Changed<ClientOptions> = {}): ClientOptions {
  return present<ClientOptions>({ crypto: testCrypto, clock, serverName, verifier, ...options })
}

export function serverOptions(options: Changed<ServerOptions> = {}): ServerOptions {
  return present<ServerOptions>({ crypto: testCrypto, clock, credentials: credentialFor(certificateFor()), ...options })
}

function present<Options>(options: Changed<Options>): Options {
  return Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined)) as Options
}

/** What a test does from within a callback, after the peer took note of it. */
export type Hook = (event: keyof ConnectionEvents, connection: Connection) => void

/** A client that speaks TLS 1.2 alone. */
export function tls12ClientPeer(options: Changed<ClientOptions>, wire: MemoryWire, tls12: ClientTls12Options): Peer {
  const [peer, events, extra] = recorder(wire)
  return started(peer, tls12ClientConnection({ ...clientOptions(options), ...extra(options) }, events, tls12), true)
}

/** A server that speaks TLS 1.2 alone. */
export function tls12ServerPeer(options: Changed<ServerOptions>, wire: MemoryWire, tls12: ServerTls12Options): Peer {
  const [peer, events, extra] = recorder(wire)
  return started(peer, tls12ServerConnection({ ...serverOptions(options), ...extra(options) }, events, tls12), true)
}

export function clientPeer(
  options: Changed<ClientOptions>,
  wire: MemoryWire,
  start = true,
  hook?: Hook,
  connect: typeof clientConnection = clientConnection,
): Peer {
  const [peer, events, extra] = recorder(wire, hook && ((event) => hook(event, connection)))
  const connection = connect({ ...clientOptions(options), ...extra(options) }, events)
  return started(peer, connection, start)
}

export function serverPeer(options: Changed<ServerOptions>, wire: MemoryWire, hook?: Hook): Peer<ServerConnection> {
  const [peer, events, extra] = recorder(wire, hook && ((event) => hook(event, connection)))
  const connection = serverConnection({ ...serverOptions(options), ...extra(options) }, events)
  return started(peer, connection, true)
}

export interface Watched extends Omit<PairOptions<Peer, Peer<ServerConnection>>, 'client' | 'server'> {
  readonly clientHook?: Hook
  readonly serverHook?: Hook
}

/** A client and a server of ours with each other; nothing moved yet. */
export function pairOf(
  client: Changed<ClientOptions> = {},
  server: Changed<ServerOptions> = {},
  { clientHook, serverHook, ...options }: Watched = {},
): MemoryPair<Peer, Peer<ServerConnection>> {
  return connectPair({
    ...options,
    client: (wire) => clientPeer(client, wire, true, clientHook),
    server: (wire) => serverPeer(server, wire, serverHook),
  })
}

/** What a test adds to the options of a pair, of whatever version. */
export interface More extends Omit<PairOptions<Peer, Peer>, 'client' | 'server'> {
  readonly client?: Changed<ClientOptions>
  readonly server?: Changed<ServerOptions>
}

/** Makes pairs of one kind, of whatever version; nothing moved yet. */
export type PairMaker = (more?: More) => MemoryPair<Peer, Peer>

/** Those of TLS 1.3. */
export function pairs(ofClient: Changed<ClientOptions> = {}, ofServer: Changed<ServerOptions> = {}): PairMaker {
  return ({ client, server, ...more } = {}) => pairOf({ ...ofClient, ...client }, { ...ofServer, ...server }, more)
}

/** A pair whose handshake is done. */
export function connectedPair(
  client: Changed<ClientOptions> = {},
  server: Changed<ServerOptions> = {},
  options: Watched = {},
): MemoryPair<Peer, Peer<ServerConnection>> {
  const pair = pairOf(client, server, options)
  pair.pump()
  checkConnected(pair)
  return pair
}

/** The same where somebody answers later. */
export async function connectedLater(
  client: Changed<ClientOptions> = {},
  server: Changed<ServerOptions> = {},
  options: Watched = {},
): Promise<MemoryPair<Peer, Peer<ServerConnection>>> {
  const pair = pairOf(client, server, options)
  await pair.settle()
  checkConnected(pair)
  return pair
}

function checkConnected(pair: MemoryPair<Peer, Peer<ServerConnection>>): void {
  for (const peer of [pair.client, pair.server]) {
    if (peer.facts === undefined) throw peer.failure ?? new Error('the handshake is not done')
  }
}

type Recorded = Omit<Peer, 'connection' | 'facts' | 'failure' | 'receive' | 'receiveEnd'>

function recorder(
  wire: MemoryWire,
  hook: (event: keyof ConnectionEvents) => void = () => {},
): [
  Recorded,
  ConnectionEvents,
  (options: Changed<Pick<ClientOptions, 'trace' | 'keyLog'>>) => Pick<ServerOptions, 'trace' | 'keyLog'>,
] {
  const data: Uint8Array[] = []
  const peer: Recorded = {
    trace: [],
    sessions: [],
    authenticated: [],
    told: [],
    keyLog: [],
    received: () => concat(...data),
  }
  const events: ConnectionEvents = {
    output(bytes) {
      wire.output(bytes)
      hook('output')
    },
    data(bytes) {
      peer.told.push('data')
      data.push(bytes.slice())
      hook('data')
    },
    connected() {
      peer.told.push('connected')
      hook('connected')
    },
    session(session) {
      peer.sessions.push(session)
      hook('session')
    },
    authenticated(facts) {
      peer.told.push('authenticated')
      peer.authenticated.push(facts)
      hook('authenticated')
    },
    renegotiated() {
      peer.told.push('renegotiated')
      hook('renegotiated')
    },
    end() {
      peer.told.push('end')
      hook('end')
    },
    closed(error) {
      peer.told.push(error === undefined ? 'closed' : `closed ${error.code}`)
      wire.end()
      hook('closed')
    },
  }
  return [
    peer,
    events,
    (options) => ({
      trace: typeof options.trace === 'function' ? options.trace : (event) => void peer.trace.push(event),
      keyLog: options.keyLog ?? ((line) => void peer.keyLog.push(line)),
    }),
  ]
}

function started<C extends Connection>(recorded: Recorded, connection: C, start: boolean): Peer<C> {
  if (start) void connection.start()
  return {
    ...recorded,
    connection,
    get facts() {
      return connection.facts
    },
    get failure() {
      return connection.failure
    },
    receive: (bytes) => connection.receive(bytes),
    receiveEnd: () => connection.receiveEnd(),
  }
}
