import { TlsError } from '@typetls/wire'

/**
 * Asks the platform for something that has no reason to fail. The call is made at once: the platform copies its input.
 *
 * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when it fails all the same, or was never there
 */
export async function platformCall<T>(what: string, call: () => PromiseLike<T>): Promise<T> {
  try {
    return await call()
  } catch (cause) {
    throw new TlsError('ERR_TLS_CRYPTO', `the platform failed to ${what}`, { cause })
  }
}
