import type { PeerVerifier } from '@typetls/handshake'
import type { Renegotiating, RenegotiationChanges } from '@typetls/handshake/tls12'
import { TlsError } from '@typetls/wire'
import type { Connection } from '../connection.ts'

/** What a server asks otherwise of its client from a renegotiation on. */
export interface RenegotiationOptions {
  /** Whether to ask for a certificate, and whether to insist on one. Default: as before. */
  readonly clientAuthentication?: 'none' | 'request' | 'require'
  /** Judges it. Default: as before. */
  readonly verifier?: PeerVerifier
}

/**
 * Makes another handshake on a connection of TLS 1.2, under new keys: `renegotiated` tells when it is done. A client begins
 * at once; a server asks its client to, whatever its own policy is, unless that is a function.
 * https://www.rfc-editor.org/rfc/rfc5746
 *
 * What is written meanwhile waits. A peer that does not want to, or changes what must stay, ends the connection.
 *
 * @param options for a server
 * @throws TlsError `ERR_TLS_STATE` (internal_error) when not connected both ways, in TLS 1.3, with a peer that has no
 *   renegotiation_info, and for a server that is to ask for certificates without a verifier
 */
export function renegotiate(connection: Connection, options: RenegotiationOptions = {}): void {
  const { facts, readEnded, writeEnded, postHandshake } = connection
  if (facts === undefined || readEnded || writeEnded || facts.version !== 'TLSv1.2' || !facts.secureRenegotiation) {
    throw new TlsError('ERR_TLS_STATE', 'this connection cannot be renegotiated')
  }
  const program = (postHandshake as unknown as Renegotiating<RenegotiationChanges>).begin(options)
  connection.calls.do(() => {
    connection.run(program)
    // With what came before, after what is being done now.
    void connection.receive(new Uint8Array(0))
  })
}
