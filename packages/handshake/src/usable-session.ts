import type { ClientParameters } from './parameters.ts'
import type { SessionState } from './session.ts'

/** Whether a session may be offered now. */
export function usable(session: SessionState, parameters: ClientParameters): boolean {
  const { verifier } = parameters
  const age = parameters.now() - session.receivedAt
  const verifiable = session.peer !== undefined && verifier !== undefined
  const samePeer = sameNames(session, parameters) || (session.resumableAcrossNames && verifiable)
  const trusted = session.peer === undefined || session.peer.authorized || verifier?.acceptsUnauthorized === true
  return samePeer && trusted && age >= 0 && age < 1000 * session.lifetime
}

/** Whether the peer was verified for the names that count now. */
export function sameNames(session: SessionState, { serverName, verifyName }: ClientParameters): boolean {
  return session.serverName === serverName && session.verifiedName === verifyName
}
