import type { RenegotiationOptions } from '@typetls/connection/tls12'
import type { PeerVerifier } from '@typetls/handshake'
import type { SocketSetup } from '../socket/socket-setup.ts'
import { inForce } from './module-defaults.ts'
import { nodeError } from './node-error.ts'
import { openSslError } from './openssl-error.ts'

/** What a server asks of a client. */
export interface Asks {
  readonly requestCert: boolean
  readonly rejectUnauthorized: boolean
}

/** The side of a server. */
export interface AskingSetup extends SocketSetup {
  readonly asksOfClients: Asks
  /** Judges certificates where none was asked for at first. */
  readonly judge: PeerVerifier
}

/** What a server asks for by `renegotiate`. */
export function changesFor({ requestCert, rejectUnauthorized }: Asks, setup: AskingSetup): RenegotiationOptions {
  if (!requestCert) return { clientAuthentication: 'none' }
  const clientAuthentication = rejectUnauthorized ? 'require' : 'request'
  // Who asked at first has a judge, and for the name that the client asked for.
  return setup.asksOfClients.requestCert ? { clientAuthentication } : { clientAuthentication, verifier: setup.judge }
}

/** Counts as node:tls does: those that follow each other within the window. */
export class RenegotiationLimit {
  handshakes = 0
  #last: number

  /** @param first when the handshake began before which there was none, of `performance.now()` */
  constructor(first: number) {
    this.#last = first
  }

  /** Another handshake begins now. */
  allows(): boolean {
    const now = performance.now()
    const isNew = now - this.#last >= inForce('CLIENT_RENEG_WINDOW') * 1000
    this.handshakes = isNew ? 1 : this.handshakes + 1
    this.#last = now
    return this.handshakes <= inForce('CLIENT_RENEG_LIMIT')
  }
}

/** Why `renegotiate` cannot begin. */
export function cannotRenegotiate(version: string | null): Error {
  return version === 'TLSv1.3'
    ? openSslError('0A00010A', 'SSL routines', 'wrong ssl version')
    : nodeError('ERR_TLS_RENEGOTIATE', 'Attempt to renegotiate TLS session failed')
}

export function sessionAttack(): Error {
  return nodeError('ERR_TLS_SESSION_ATTACK', 'TLS session renegotiation attack detected')
}

export function renegotiationDisabled(): Error {
  return nodeError('ERR_TLS_RENEGOTIATION_DISABLED', 'TLS session renegotiation disabled for this socket')
}
