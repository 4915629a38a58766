import { Secret } from '@typetls/crypto-provider'
import type { Codec } from '@typetls/wire'
import { TlsError, decode, encode, fromAscii, opaqueVector, struct, uint16, uint32, uint8, vector } from '@typetls/wire'

/**
 * What a client keeps to resume: one ticket, its PSK and what must still hold when it is used.
 * `serialize()` holds the PSK in clear: store it as you would a password.
 */
export class Session {
  static {
    // What Node's util.inspect and console.log call. Not a method: isolatedDeclarations has no computed names.
    const inspect = Symbol.for('nodejs.util.inspect.custom')
    Object.defineProperty(Session.prototype, inspect, { value: Session.prototype.toString })
  }

  readonly #state: SessionState

  /** @internal made from a NewSessionTicket */
  constructor(state: SessionState) {
    this.#state = state
  }

  /** @throws TlsError `ERR_TLS_SESSION_INVALID` (internal_error) when the bytes are not a session of this format */
  static parse(bytes: Uint8Array): Session {
    return new Session(readState(bytes))
  }

  serialize(): Uint8Array {
    return encode(SessionStateCodec, stored(this.#state))
  }

  /** SNI of the first connection; the session is offered for this name only, unless `resumableAcrossNames`. */
  get serverName(): string | undefined {
    return this.#state.serverName
  }

  /** Milliseconds since 1970 after which the ticket is not used any more. */
  get expiresAt(): number {
    return this.#state.receivedAt + 1000 * this.#state.lifetime
  }

  /** Bytes of the ticket as the server gave it; not secret. */
  get ticket(): Uint8Array {
    return this.#state.ticket
  }

  /** Of the connection it is from; it resumes no other. */
  get version(): 'TLSv1.2' | 'TLSv1.3' {
    return this.#state.version === 0x0303 ? 'TLSv1.2' : 'TLSv1.3'
  }

  /** Whether the server resumes it under every name that its certificate is valid for. */
  get resumableAcrossNames(): boolean {
    return this.#state.resumableAcrossNames
  }

  /** ALPN of the first connection. */
  get applicationProtocol(): string | undefined {
    return this.#state.applicationProtocol
  }

  /** @internal */
  get state(): SessionState {
    return this.#state
  }

  toJSON(): object {
    return { serverName: this.serverName, expiresAt: this.expiresAt }
  }

  toString(): string {
    return `Session { serverName: ${this.serverName ?? '-'}, expiresAt: ${this.expiresAt} }`
  }
}

/** A value for clients that keep sessions of TLS 1.2: the others need not carry them. */
export function sessionOf(state: SessionState): Session {
  return new Session(state)
}

export interface SessionState {
  /** 0x0303 or 0x0304. */
  readonly version: number
  /** IANA number of the suite; its hash is the PSK's. */
  readonly cipherSuite: number
  /** TLS 1.2: the main secret. */
  readonly psk: Secret
  /** TLS 1.2: may be empty when there is a `sessionId`. */
  readonly ticket: Uint8Array
  /** TLS 1.2: the server's; else empty. */
  readonly sessionId: Uint8Array
  /** TLS 1.2: whether the main secret is bound to the handshake. RFC 7627 */
  readonly extendedMainSecret: boolean
  readonly ageAdd: number
  /** Seconds. */
  readonly lifetime: number
  /** Milliseconds since 1970. */
  readonly receivedAt: number
  /** Bytes; 0: no early data. */
  readonly maxEarlyData: number
  readonly serverName: string | undefined
  /** The name the certificate was verified for: an IP address is no `serverName`. */
  readonly verifiedName: string | undefined
  readonly resumableAcrossNames: boolean
  readonly applicationProtocol: string | undefined
  /** Of the external PSK that authenticated the first handshake. */
  readonly externalPskIdentity: Uint8Array | undefined
  /** The peer as it was authenticated. */
  readonly peer: StoredPeer | undefined
}

export interface StoredPeer {
  readonly certificates: readonly Uint8Array[]
  readonly authorized: boolean
}

interface StoredState {
  readonly format: number
  readonly version: number
  readonly extendedMainSecret: number
  readonly sessionId: Uint8Array
  readonly cipherSuite: number
  readonly psk: Uint8Array
  readonly ticket: Uint8Array
  readonly ageAdd: number
  readonly lifetime: number
  readonly receivedAtHigh: number
  readonly receivedAtLow: number
  readonly maxEarlyData: number
  readonly serverName: Uint8Array
  readonly verifiedName: Uint8Array
  readonly resumableAcrossNames: number
  readonly applicationProtocol: Uint8Array
  readonly externalPskIdentity: readonly Uint8Array[]
  readonly authorized: number
  readonly certificates: readonly Uint8Array[]
}

const format = 3

const SessionStateCodec: Codec<StoredState> = /* @__PURE__ */ struct('Session', {
  format: uint8,
  version: uint16,
  extendedMainSecret: uint8,
  sessionId: opaqueVector(0, 32),
  cipherSuite: uint16,
  psk: opaqueVector(1, 255),
  ticket: opaqueVector(0, 0xffff),
  ageAdd: uint32,
  lifetime: uint32,
  receivedAtHigh: uint32,
  receivedAtLow: uint32,
  maxEarlyData: uint32,
  serverName: opaqueVector(0, 255),
  verifiedName: opaqueVector(0, 255),
  resumableAcrossNames: uint8,
  applicationProtocol: opaqueVector(0, 255),
  // None or one: an identity of TLS 1.2 may be empty.
  externalPskIdentity: vector(opaqueVector(0, 0xffff), 0, 0x10001),
  authorized: uint8,
  certificates: vector(opaqueVector(1, 0xffffff), 0, 0xffffff),
})

function stored(state: SessionState): StoredState {
  return {
    format,
    version: state.version,
    extendedMainSecret: state.extendedMainSecret ? 1 : 0,
    sessionId: state.sessionId,
    cipherSuite: state.cipherSuite,
    psk: state.psk.reveal(),
    ticket: state.ticket,
    ageAdd: state.ageAdd,
    lifetime: state.lifetime,
    receivedAtHigh: Math.floor(state.receivedAt / 0x1_0000_0000),
    receivedAtLow: Math.floor(state.receivedAt) % 0x1_0000_0000,
    maxEarlyData: state.maxEarlyData,
    serverName: latin1(state.serverName),
    verifiedName: latin1(state.verifiedName),
    resumableAcrossNames: state.resumableAcrossNames ? 1 : 0,
    applicationProtocol: latin1(state.applicationProtocol),
    externalPskIdentity: state.externalPskIdentity === undefined ? [] : [state.externalPskIdentity],
    authorized: state.peer?.authorized === true ? 1 : 0,
    certificates: state.peer?.certificates ?? [],
  }
}

function readState(bytes: Uint8Array): SessionState {
  let read: StoredState
  try {
    read = decode(SessionStateCodec, new Uint8Array(bytes))
  } catch (cause) {
    throw new TlsError('ERR_TLS_SESSION_INVALID', 'these bytes are not a session', { cause })
  }
  if (read.format !== format) {
    throw new TlsError('ERR_TLS_SESSION_INVALID', `a session of format ${read.format}, this version reads ${format}`, {
      expected: format,
      received: read.format,
    })
  }
  return {
    version: read.version,
    extendedMainSecret: read.extendedMainSecret === 1,
    sessionId: read.sessionId,
    cipherSuite: read.cipherSuite,
    psk: Secret.copyOf(read.psk),
    ticket: read.ticket,
    ageAdd: read.ageAdd,
    lifetime: read.lifetime,
    receivedAt: read.receivedAtHigh * 0x1_0000_0000 + read.receivedAtLow,
    maxEarlyData: read.maxEarlyData,
    serverName: read.serverName.length === 0 ? undefined : fromAscii(read.serverName),
    verifiedName: read.verifiedName.length === 0 ? undefined : fromAscii(read.verifiedName),
    resumableAcrossNames: read.resumableAcrossNames === 1,
    applicationProtocol: read.applicationProtocol.length === 0 ? undefined : fromAscii(read.applicationProtocol),
    externalPskIdentity: read.externalPskIdentity[0],
    peer:
      read.certificates.length === 0
        ? undefined
        : { certificates: read.certificates, authorized: read.authorized === 1 },
  }
}

/** A byte for each character; none for nothing. */
export function latin1(text = ''): Uint8Array {
  const bytes = new Uint8Array(text.length)
  for (let i = 0; i < text.length; i++) bytes[i] = text.charCodeAt(i)
  return bytes
}
