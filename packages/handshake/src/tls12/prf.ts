import type { CryptoProvider } from '@typetls/crypto-provider'
import { required, Secret } from '@typetls/crypto-provider'
import { ascii, concat } from '@typetls/wire'
import type { Program } from '../program.ts'
import { wait } from '../program.ts'
import { takenFrom } from '../secret-bytes.ts'

/**
 * PRF(secret, label, seed), as P_hash of the suite's hash. https://www.rfc-editor.org/rfc/rfc5246#section-5
 *
 * @param length bytes
 */
export function* prf(
  crypto: CryptoProvider,
  hash: string,
  secret: Secret,
  label: string,
  seed: Uint8Array,
  length: number,
): Program<Secret> {
  const hmac = required(crypto, 'hmac', hash)
  // A(i) in front of label and seed.
  const input = concat(new Uint8Array(hmac.outputLength), ascii(label), seed)
  const out = new Uint8Array(length)
  // A(0) = seed, A(i) = HMAC_hash(secret, A(i-1))
  let a = input.subarray(hmac.outputLength)
  for (let offset = 0; offset < length; offset += hmac.outputLength) {
    a = yield* wait(hmac.sign(secret, a))
    input.set(a)
    const block = yield* wait(hmac.sign(secret, input))
    out.set(block.subarray(0, length - offset), offset)
    block.fill(0)
  }
  return new Secret(out)
}

/** The 48 bytes that everything else is derived from. https://www.rfc-editor.org/rfc/rfc5246#section-8.1 */
export function* mainSecret(
  crypto: CryptoProvider,
  hash: string,
  premaster: Secret,
  randoms: { readonly client: Uint8Array; readonly server: Uint8Array },
): Program<Secret> {
  return yield* prf(crypto, hash, premaster, 'master secret', concat(randoms.client, randoms.server), 48)
}

/** The same bound to the whole handshake so far. https://www.rfc-editor.org/rfc/rfc7627#section-4 */
export function* extendedMainSecret(
  crypto: CryptoProvider,
  hash: string,
  premaster: Secret,
  sessionHash: Uint8Array,
): Program<Secret> {
  return yield* prf(crypto, hash, premaster, 'extended master secret', sessionHash, 48)
}

/** https://www.rfc-editor.org/rfc/rfc5246#section-7.4.9 */
export function* verifyData(
  crypto: CryptoProvider,
  hash: string,
  main: Secret,
  from: 'client' | 'server',
  transcriptHash: Uint8Array,
): Program<Uint8Array> {
  return takenFrom(yield* prf(crypto, hash, main, `${from} finished`, transcriptHash, 12))
}

/**
 * Keying material for the application. https://www.rfc-editor.org/rfc/rfc5705#section-4
 *
 * @param context `undefined` and empty are different here
 * @param length bytes
 */
export function* exportTls12(
  crypto: CryptoProvider,
  hash: string,
  main: Secret,
  randoms: { readonly client: Uint8Array; readonly server: Uint8Array },
  label: string,
  context: Uint8Array | undefined,
  length: number,
): Program<Uint8Array> {
  const { client, server } = randoms
  const seed =
    context === undefined
      ? concat(client, server)
      : concat(client, server, Uint8Array.of(context.length >>> 8, context.length), context)
  return takenFrom(yield* prf(crypto, hash, main, label, seed, length))
}
