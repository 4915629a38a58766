import type { Secret } from '@typetls/crypto-provider'
import type { Agreed } from '../connected.ts'
import type { Session } from '../session.ts'
import type { VerifiedFinished } from '../authenticate.ts'
import type { Tls12CipherSuite } from './cipher-suite.ts'

/** The end of a TLS 1.2 handshake. Whoever gets it owns the main secret. */
export interface Tls12Connected extends Agreed {
  readonly version: 'TLSv1.2'
  readonly suite: Tls12CipherSuite
  readonly mainSecret: Secret
  readonly randoms: Randoms
  readonly extendedMainSecret: boolean
  readonly encryptThenMac: boolean
  /** The peer has renegotiation_info. https://www.rfc-editor.org/rfc/rfc5746 */
  readonly secureRenegotiation: boolean
  /** Of both Finished. */
  readonly verifyData: { readonly client: Uint8Array; readonly server: Uint8Array }
  /** Proof of the peer's Finished: there is no connection without. */
  readonly finished: VerifiedFinished
  /** Client: what to resume with. */
  readonly session: Session | undefined
  /** verify_data of the first Finished. https://www.rfc-editor.org/rfc/rfc5929#section-3 */
  readonly tlsUnique: Uint8Array
}

export interface Randoms {
  readonly client: Uint8Array
  readonly server: Uint8Array
}
