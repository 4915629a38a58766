import { TlsError, concat, equalBytes } from '@typetls/wire'
import type { ClientHello } from '../messages/client-hello.ts'
import type { OlderExtensions } from './extensions.ts'
import { emptyRenegotiationInfo } from './extensions.ts'
import type { EndOfHandshake } from './renegotiation.ts'
import { earlierOf } from './renegotiation.ts'

/**
 * renegotiation_info ties the new handshake to the one before it, and what it tied, and whom, may not change.
 * https://www.rfc-editor.org/rfc/rfc5746#section-3.7
 */
export function checkHelloOfRenegotiation(
  earlier: EndOfHandshake | undefined,
  { cipherSuites, extensions }: ClientHello,
  older: OlderExtensions,
): void {
  const info = older.renegotiationInfo
  if (earlier === undefined) {
    if (info === undefined || info.length === 0) return
    throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'renegotiation_info must be empty in the first handshake')
  }
  const scsv = cipherSuites.includes(emptyRenegotiationInfo)
  if (scsv || info === undefined || !equalBytes(info, earlier.verifyData.client)) {
    throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'the renegotiation does not go on from the handshake before it')
  }
  if (older.extendedMainSecret !== earlier.extendedMainSecret) {
    throw new TlsError('ERR_TLS_RENEGOTIATION_MAIN_SECRET', 'the renegotiation changes extended_main_secret', {
      expected: earlier.extendedMainSecret,
      received: older.extendedMainSecret,
    })
  }
  if (extensions.server_name !== earlier.serverName) {
    throw new TlsError('ERR_TLS_SERVER_NAME', 'the renegotiation changes the server name', {
      expected: earlier.serverName,
      received: extensions.server_name,
    })
  }
}

/** What our renegotiation_info holds. */
export function renegotiationInfo(earlier: EndOfHandshake | undefined): Uint8Array {
  return earlier === undefined ? none : concat(earlier.verifyData.client, earlier.verifyData.server)
}

/** A client that was asked before and now for its certificate shows the same: somebody may go by it, who would not learn of another. */
export function checkSameClient(earlier: EndOfHandshake | undefined, [leaf]: readonly Uint8Array[]): void {
  // A ticket may have remembered no more than the leaf.
  const before = earlier && earlierOf(earlier).certificates?.[0]
  if (before === undefined || (leaf !== undefined && equalBytes(leaf, before))) return
  throw new TlsError('ERR_TLS_RENEGOTIATION_CERTIFICATE', 'the renegotiation changes the certificate of the client')
}

/** The same for the identity of a PSK. */
export function checkSamePskIdentity(earlier: EndOfHandshake | undefined, identity: Uint8Array | undefined): void {
  const before = earlier?.externalPskIdentity
  if (before === undefined || (identity !== undefined && equalBytes(identity, before))) return
  throw new TlsError('ERR_TLS_RENEGOTIATION_CERTIFICATE', 'the renegotiation changes the PSK identity of the client')
}

const none = /* @__PURE__ */ new Uint8Array(0)
