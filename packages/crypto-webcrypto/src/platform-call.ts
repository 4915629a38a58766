import { TlsError } from '@typetls/wire'
import type { Subtle } from './platform.ts'

/**
 * Asks the platform for something that has no reason to fail. The call is made at once: the platform copies its input.
 *
 * @throws TlsError `ERR_TLS_CRYPTO` (internal_error) when it fails all the same, or was never there
 */
export async function platformCall<S extends Subtle, M extends keyof S & string>(
  subtle: S,
  method: M,
  ...input: Input<S[M]>
): Promise<Output<S[M]>> {
  try {
    return await (subtle[method] as Method<Input<S[M]>, Output<S[M]>>)(...input)
  } catch (cause) {
    throw new TlsError('ERR_TLS_CRYPTO', `crypto.subtle.${method} failed`, { cause })
  }
}

type Method<I extends readonly unknown[], T> = (...input: I) => PromiseLike<T>
type Input<F> = F extends Method<infer I, unknown> ? I : never
type Output<F> = F extends (...input: never) => PromiseLike<infer T> ? T : never
