import type { Identity } from './certificates.ts'
import type { Scope } from './child.ts'

/** Which side of a cell we play. */
export type Role = 'client' | 'server'

/** By the names of `minVersion` and `maxVersion`. */
export type Version = 'TLSv1.2' | 'TLSv1.3'

/** A TLS stack that is not ours. */
export interface Peer {
  readonly name: string
  /** `undefined`: it is not on this machine. */
  readonly version: string | undefined
  /** Why this peer cannot do it as `role`; `undefined`: it can. */
  lacks(role: Role, feature: Feature): string | undefined
  /** Starts a server that sends back what it gets, in lines. */
  serve(setting: Setting, scope: Scope): Promise<PeerServer>
  /** Starts a client of a server that sends back what it gets. */
  connect(port: number, setting: Setting, scope: Scope): Promise<PeerClient>
}

export interface PeerServer {
  readonly port: number
  /** What it says of its connections. */
  report(): string
  /** Sends this line back, if it needs to be told. */
  sendBack?(line: string): Promise<void>
  /** Does something on the connection that is there. */
  command?(command: Command): Promise<void>
}

export interface PeerClient {
  report(): string
  /** Sends a line, and waits until it is back. */
  roundTrip(line: string): Promise<void>
  /** Waits until this came. */
  hear(text: string): Promise<void>
  /** Sends all of this, and waits until as much is back. */
  sendAndReceive(data: Buffer): Promise<Buffer>
  command?(command: Command): Promise<void>
  /** Fulfilled when it has ended, of itself or because its connection did. */
  readonly ended: Promise<unknown>
  /** The session to resume by, for `sessionIn`. */
  session?(): Promise<unknown>
}

export type Command =
  'update-keys' | 'update-both-keys' | 'request-certificate' | 'renegotiate' | 'renegotiate-for-certificate'

/** What a cell wants of a peer. IANA names. */
export interface Setting {
  /** The only one; `'both'`: TLS 1.2 and 1.3. Default TLS 1.3. */
  readonly version?: Version | 'both'
  /** As a server. Default: ECDSA P-256 for `localhost`. */
  readonly identity?: Identity
  /** As a server: further ones, by name. */
  readonly named?: { readonly name: string; readonly identity: Identity }
  /** As a client. Default: none. */
  readonly clientIdentity?: Identity
  readonly suite?: string
  /** Of TLS 1.2. Default true. */
  readonly tickets?: boolean
  /** Default true. */
  readonly extendedMainSecret?: boolean
  /** Default true. */
  readonly encryptThenMac?: boolean
  /** As a client: ask for records of at most so many bytes. */
  readonly maxFragmentLength?: 512 | 1024 | 2048 | 4096
  /** Most wanted first; a client sends a share for the first only. */
  readonly groups?: readonly string[]
  readonly clientAuthentication?: 'request' | 'require'
  readonly protocols?: readonly string[]
  /** What a client asks for. Default `localhost`. */
  readonly serverName?: string
  readonly psk?: {
    readonly identity: string
    readonly hex: string
    /** As a server of TLS 1.2. */
    readonly hint?: string
  }
  readonly postHandshakeAuthentication?: boolean
  /** A server's staple, DER in a file; for a client: any, ask for one. */
  readonly ocspFile?: string
  /** Bytes. */
  readonly recordSizeLimit?: number
  /** Commands will be given; output is mixed with messages. */
  readonly interactive?: boolean
  /** A server that reverses lines: it answers what came before the end. */
  readonly halfClosed?: boolean
  /** A label to export 32 bytes for: the report has them in hex. */
  readonly exporterLabel?: string
  /** As a client: resume. What `session()` gave. */
  readonly sessionIn?: unknown
  /** As a client: keep a session. */
  readonly keepSession?: boolean
}

/** What a peer may lack. */
export type Feature =
  | 'nothing'
  | `suite ${string}`
  | `group ${string}`
  | `certificate ${string}`
  | 'retry'
  | 'retry without a group'
  | 'client authentication'
  | 'resumption'
  | 'external PSK'
  | 'ALPN'
  | 'SNI'
  | 'extended_main_secret off'
  | 'session id'
  | 'renegotiation'
  | 'max_fragment_length'
  | 'tls-unique'
  | 'key update'
  | 'key update of both'
  | 'post-handshake authentication'
  | 'bulk'
  | 'half-close'
  | 'record size limit'
  | 'OCSP staple'
  | 'exporter'
