import type { CryptoProvider } from '@typetls/crypto-provider'
import type { Protection } from '../protection.ts'
import type { DirectionKeys, KeyLengths } from './key-block.ts'

/**
 * How the records of a TLS 1.2 cipher suite are protected: a value that its row holds, so that nobody carries code for
 * what no suite of theirs needs. `explicitNonceAead`, `implicitNonceAead` and `cbcWithHmac` make them.
 *
 * From the key block to the records of both directions:
 *
 * ```ts fragment
 * const lengths = cipher.keyLengths(crypto)
 * const { client, server } = splitKeyBlock(keyBlock, lengths) // keyBlockLength(lengths) bytes of the PRF
 * writer.setKey(await cipher.protect(crypto, client, { encryptThenMac })) // of a client
 * reader.setKey(await cipher.protect(crypto, server, { encryptThenMac }))
 * ```
 */
export interface RecordCipher {
  /** Whether it has block cipher padding, so that encrypt_then_mac means something (RFC 7366). */
  readonly blockCipher: boolean
  /** Whether the provider has what it needs: else its suites are not to be offered. */
  supportedBy(crypto: CryptoProvider): boolean
  /**
   * What each direction takes from the key block.
   *
   * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) when the provider lacks an algorithm
   */
  keyLengths(crypto: CryptoProvider): KeyLengths
  /**
   * The protection of one direction, for `setKey` of a reader or a writer, which then owns it. `keys` are not kept and
   * not disposed of. A promise where the provider is asynchronous.
   *
   * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) when the provider lacks an algorithm; `ERR_TLS_CRYPTO`
   *   (internal_error) for keys of other lengths
   */
  protect(
    crypto: CryptoProvider,
    keys: DirectionKeys,
    options?: RecordCipherOptions,
  ): Protection | PromiseLike<Protection>
}

export interface RecordCipherOptions {
  /** encrypt_then_mac was negotiated. Default false; nothing to an AEAD. https://www.rfc-editor.org/rfc/rfc7366 */
  readonly encryptThenMac?: boolean | undefined
}
