import type { AeadKey, Mode } from '@typetls/crypto-provider'

/** The key of one direction and one epoch, for TLS 1.3 protection. https://www.rfc-editor.org/rfc/rfc9846#section-5.2 */
export interface RecordKey<M extends Mode = Mode> {
  readonly aead: AeadKey<M>
  /** The 12 bytes of `write_iv`. Ownership passes with the key: whoever it is given to overwrites them at its end. */
  readonly iv: Uint8Array
  /** Bytes the AEAD adds. */
  readonly tagLength: number
  /** Records this key may protect before a KeyUpdate is due: `CipherSuite.recordLimit`. */
  readonly recordLimit: number
}
