import { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'

/** Bytes that one direction takes from the key block. https://www.rfc-editor.org/rfc/rfc5246#section-6.3 */
export interface KeyLengths {
  readonly macKey: number
  readonly key: number
  readonly iv: number
}

/** What one direction got of the key block: `client_write_MAC_key`, `client_write_key` and `client_write_IV`, or the server's. */
export interface DirectionKeys {
  readonly macKey: Secret
  readonly key: Secret
  readonly iv: Secret
}

/** Bytes of the key block for both directions. */
export function keyBlockLength({ macKey, key, iv }: KeyLengths): number {
  return 2 * (macKey + key + iv)
}

/**
 * The slices of a key block, as secrets of their own that the caller disposes of; `keyBlock` stays the caller's too.
 *
 * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) unless it has `keyBlockLength(lengths)` bytes
 */
export function splitKeyBlock(
  keyBlock: Secret,
  lengths: KeyLengths,
): { readonly client: DirectionKeys; readonly server: DirectionKeys } {
  const expected = keyBlockLength(lengths)
  checkSecretLength('a key block', keyBlock, expected)
  const bytes = keyBlock.reveal()
  let offset = 0
  const take = (length: number): Secret => {
    offset += length
    return Secret.copyOf(bytes.subarray(offset - length, offset))
  }
  const [clientMacKey, serverMacKey] = [take(lengths.macKey), take(lengths.macKey)]
  const [clientKey, serverKey] = [take(lengths.key), take(lengths.key)]
  const [clientIv, serverIv] = [take(lengths.iv), take(lengths.iv)]
  return {
    client: { macKey: clientMacKey, key: clientKey, iv: clientIv },
    server: { macKey: serverMacKey, key: serverKey, iv: serverIv },
  }
}

/** @throws TlsError `ERR_TLS_CRYPTO` (internal_error) unless the secret has as many bytes as are expected */
export function checkSecretLength(what: string, { length }: Secret, expected: number): void {
  if (length === expected) return
  const message = `${what} has ${length} bytes instead of ${expected}`
  throw new TlsError('ERR_TLS_CRYPTO', message, { expected, received: length })
}
