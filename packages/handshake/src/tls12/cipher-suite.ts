import type { CryptoProvider, Secret } from '@typetls/crypto-provider'
import type { RecordProtection } from '../carrier.ts'
import type { Program } from '../program.ts'
import type { KeyExchangeMethod } from './key-exchange.ts'

/**
 * A TLS 1.2 cipher suite: a row that holds what it is made of, so that nobody carries the key exchanges and ciphers of
 * suites they do not have. https://www.rfc-editor.org/rfc/rfc5246#appendix-A.5
 */
export interface Tls12CipherSuite {
  /** IANA number. */
  readonly id: number
  /** IANA name. */
  readonly name: string
  readonly keyExchange: KeyExchangeMethod
  /** What kind of certificate the server has: `undefined` is none (PSK). */
  readonly authentication: 'ecdsa' | 'rsa' | undefined
  readonly cipher: RecordCipherRow
  /** Of the PRF and the Finished: name in `CryptoProvider.hash` and `.hmac`. */
  readonly hash: string
}

/** What the handshake knows of a cipher of the record layer (`@typetls/record/tls12`). */
export interface RecordCipherRow {
  /** Whether encrypt_then_mac means something. */
  readonly blockCipher: boolean
  /** Whether the provider has what it needs. */
  supportedBy(crypto: CryptoProvider): boolean
  /** Bytes of the key block that each direction takes. */
  keyLengths(crypto: CryptoProvider): { readonly macKey: number; readonly key: number; readonly iv: number }
}

/** The key block cut up by whoever carries records. The block stays the caller's. */
export type ProtectionMaker = (
  crypto: CryptoProvider,
  suite: Tls12CipherSuite,
  keyBlock: Secret,
  encryptThenMac: boolean,
) => Program<{ readonly client: RecordProtection; readonly server: RecordProtection }>
