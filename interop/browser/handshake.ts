import type { ClientOptions, Connection, ConnectionFacts, ServerOptions, Session } from '@typetls/connection'
import { clientConnection, rotatingTicketKeys, serverConnection } from '@typetls/connection'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { cipherSuites } from '@typetls/crypto-provider'
import type { TlsError } from '@typetls/wire'
import { concat, equalBytes } from '@typetls/wire'
import { createCredential, createVerifier } from '@typetls/x509'

/** A connection between two of our peers, as data. */
export interface Setting<Backend> {
  readonly client: Backend
  readonly server: Backend
  readonly serverIdentity: Identity
  /** The server asks for it. Default: it does not ask. */
  readonly clientIdentity?: Identity
  /** PEM: the root that both trust. */
  readonly trusted: string
  /** Default `localhost`. */
  readonly serverName?: string
  /** Default: all that both have. */
  readonly suite?: string
  /** Default: all that both have. */
  readonly group?: string
  /** The client sends no share of a group that the server would take. Default false. */
  readonly retry?: boolean
  /** Connect a second time by a ticket of the first, and tell of the second. Default false. */
  readonly resume?: boolean
}

/** A certificate chain and its key, PEM. */
export interface Identity {
  readonly chainPem: string
  readonly privateKeyPem: string
}

/** What came of it. */
export interface Outcome {
  readonly client: Side
  readonly server: Side
  /** The client sent data, over a change of keys, and got back just that. */
  readonly echoed: boolean
}

export interface Side {
  /** From `connected`. */
  readonly facts: Facts | undefined
  /** The code that the connection failed with; `undefined` when it ended in good order. */
  readonly failure: string | undefined
}

export type Facts = Omit<ConnectionFacts, 'peer' | 'externalPskIdentity'> & { readonly authorized: boolean | undefined }

/** Plays it in memory, to the end of both sides. */
export async function playHandshake(setting: Setting<CryptoProvider>): Promise<Outcome> {
  const options = await optionsOf(setting)
  const first = await connect(options)
  if (setting.resume !== true) return first.outcome
  const session = first.sessions[0]
  if (session === undefined) throw new Error('the server sent no ticket')
  return (await connect({ ...options, client: { ...options.client, session } })).outcome
}

interface Options {
  readonly client: ClientOptions
  readonly server: ServerOptions
}

async function optionsOf(setting: Setting<CryptoProvider>): Promise<Options> {
  const { clientIdentity, serverIdentity, group, retry = false, resume = false, serverName = 'localhost' } = setting
  const suites = cipherSuites.filter(({ name }) => name === setting.suite)
  const common = {
    clock,
    verifier: createVerifier({ trustAnchors: [setting.trusted] }),
    ...(setting.suite === undefined ? {} : { cipherSuites: suites }),
    ...(group === undefined ? {} : { groups: [group] }),
  }
  const credential = async ({ chainPem, privateKeyPem }: Identity, provider: CryptoProvider) =>
    createCredential({ certificates: chainPem, privateKey: privateKeyPem, provider })
  return {
    client: {
      ...common,
      crypto: setting.client,
      serverName,
      ...(clientIdentity === undefined ? {} : { credentials: await credential(clientIdentity, setting.client) }),
      ...(retry ? { groups: ['secp256r1', 'secp384r1'], keyShares: ['secp256r1'] } : {}),
    },
    server: {
      ...common,
      crypto: setting.server,
      credentials: await credential(serverIdentity, setting.server),
      clientAuthentication: clientIdentity === undefined ? 'none' : 'require',
      ...(retry ? { groups: ['secp384r1'] } : {}),
      ...(resume ? { tickets: rotatingTicketKeys({ crypto: setting.server, clock }) } : {}),
    },
  }
}

async function connect(options: Options): Promise<{ outcome: Outcome; sessions: readonly Session[] }> {
  const sessions: Session[] = []
  const echo: Uint8Array[] = []
  let missing = message.length

  const client: Peer = peer((output, closed) =>
    clientConnection(options.client, {
      output,
      connected() {
        client.connection.write(message.subarray(0, message.length / 2))
        client.connection.updateKeys(true)
        client.connection.write(message.subarray(message.length / 2))
      },
      session: (session) => void sessions.push(session),
      data(bytes) {
        echo.push(bytes)
        missing -= bytes.length
        if (missing <= 0) client.connection.closeWrite()
      },
      closed,
    }),
  )
  const server: Peer = peer((output, closed) =>
    serverConnection(options.server, {
      output,
      data: (bytes) => server.connection.write(bytes.slice()),
      end: () => server.connection.closeWrite(),
      closed,
    }),
  )
  client.sendsTo(server)
  server.sendsTo(client)
  await client.connection.start()
  const [clientFailure, serverFailure] = await Promise.all([client.closed, server.closed])
  return {
    outcome: {
      client: { facts: factsOf(client.connection), failure: clientFailure?.code },
      server: { facts: factsOf(server.connection), failure: serverFailure?.code },
      echoed: equalBytes(concat(...echo), message),
    },
    sessions,
  }
}

/** One end and what lies between it and the other: bytes arrive in order, when their receiver is done with the last. */
interface Peer {
  readonly connection: Connection
  readonly closed: Promise<TlsError | undefined>
  sendsTo(other: Peer): void
}

function peer(
  make: (output: (bytes: Uint8Array) => void, closed: (error: TlsError | undefined) => void) => Connection,
): Peer {
  let close: (error: TlsError | undefined) => void = () => {}
  const closed = new Promise<TlsError | undefined>((resolve) => (close = resolve))
  let other: Peer | undefined
  let delivered: Promise<void> = Promise.resolve()
  const output = (bytes: Uint8Array): void => {
    delivered = delivered.then(() => other?.connection.receive(bytes))
  }
  return {
    connection: make(output, close),
    closed,
    sendsTo: (receiver) => {
      other = receiver
    },
  }
}

function factsOf({ facts }: Connection): Facts | undefined {
  if (facts === undefined) return undefined
  const { peer, externalPskIdentity: _, ...rest } = facts
  return { ...rest, authorized: peer?.authorized }
}

const clock = { now: () => Date.now() }

// Several records each way, and no two of them alike.
const message = Uint8Array.from({ length: 100_000 }, (_, i) => (i * 31) ^ (i >>> 8))
