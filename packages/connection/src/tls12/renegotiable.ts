import { TlsError } from '@typetls/wire'
import { factsOf } from '../facts.ts'
import type { RoleOfConnection } from '../role.ts'

/** What a role of TLS 1.2 needs for renegotiations. */
export const renegotiable: Required<Pick<RoleOfConnection, 'report' | 'answering' | 'warned'>> = {
  answering({ calls, records }, { renegotiating }) {
    if (renegotiating !== true) return
    if (records.silent) {
      // Our part in it cannot be said any more.
      throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the peer wants to renegotiate after our close_notify')
    }
    // Nothing may get between our ChangeCipherSpec and Finished.
    calls.hold()
  },

  warned({ renegotiating, awaitsRenegotiation }, description) {
    if (description === 'close_notify' && renegotiating === true) {
      throw new TlsError('ERR_TLS_HANDSHAKE_CLOSED', 'the peer closed the connection during a renegotiation')
    }
    if (description === 'no_renegotiation' && awaitsRenegotiation === true) {
      throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the peer does not renegotiate')
    }
  },

  report(connection, result) {
    if (result.type !== 'renegotiated') return
    const facts = { ...factsOf(connection.role, result.agreed), renegotiated: true }
    connection.setFacts(facts)
    connection.calls.release()
    connection.emit('renegotiated', facts)
  },
}

/** A role that also speaks TLS 1.2. */
export function besideTls13(role: RoleOfConnection, tls12: RoleOfConnection['postHandshake']): RoleOfConnection {
  return {
    ...role,
    ...renegotiable,
    postHandshake: (handshake, agreed) =>
      agreed.version === 'TLSv1.2' ? tls12(handshake, agreed) : role.postHandshake(handshake, agreed),
    report(connection, result) {
      renegotiable.report(connection, result)
      role.report?.(connection, result)
    },
  }
}
