import type { CryptoProvider, Mode, ProviderPart } from '@typetls/crypto-provider'
import { complete } from '@typetls/crypto-provider'
import { available } from './available.ts'
import type { WebCryptoPlatform } from './platform.ts'
import { platformOf } from './platform.ts'
import { privateKeyImport } from './private-key.ts'
import { randomOf } from './random.ts'
import { extended } from './signature.ts'
import type { Lacking, Lists } from './trials.ts'

export interface WebCryptoOptions {
  /** Default: `globalThis.crypto`. */
  readonly crypto?: WebCryptoPlatform
  /**
   * Where to take from what the platform lacks: `nobleCrypto`, or a part of it. Private keys of kinds that the platform
   * does not take are imported and used by it too. Default: what is missing is missing.
   */
  readonly fill?: Fill
  /**
   * Names of algorithms, or kinds of keys, not to take from the platform even if it has them, and not to try either:
   * Node.js prints a warning at the first use of some. Default: none.
   */
  readonly omit?: readonly string[]
}

/** A provider, or a part of one. */
export type Fill<M extends Mode = Mode> = ProviderPart<M> & Partial<Pick<CryptoProvider<M>, 'importPrivateKey'>>

export interface WebCryptoProvider extends CryptoProvider<'async'> {
  /** What of TLS this platform does not have, each with the reason. */
  readonly missing: readonly MissingAlgorithm[]
}

/** One algorithm that the platform does not have, or has not for all kinds of keys. */
export interface MissingAlgorithm extends Lacking {
  /** It is there all the same, from the provider given as `fill`. */
  readonly filled: boolean
}

/**
 * The backend on the Web Cryptography API, asynchronous. Nothing but trying tells what a platform has, so each algorithm
 * is tried, once; the promise is of a provider that holds what works, and tells what does not.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error), as the rejection, on a platform without `crypto.subtle` or
 *   without `crypto.getRandomValues`
 */
export async function webCrypto(options: WebCryptoOptions = {}): Promise<WebCryptoProvider> {
  const { fill, omit = [] } = options
  const platform = platformOf(options.crypto)
  const { lists, signing, lacking } = await available(platform.subtle, omit)
  const own: CryptoProvider<'async'> = {
    name: 'webcrypto',
    mode: 'async',
    random: randomOf(platform),
    ...lists,
    importPrivateKey: privateKeyImport(platform.subtle, signing, fill?.importPrivateKey),
  }
  if (fill === undefined) return { ...own, missing: lacking.map((one) => ({ ...one, filled: false })) }
  const signature = withOtherKeys(lists.signature, fill, lacking)
  return {
    ...complete({ ...own, signature }, fill),
    missing: lacking.map((one) => ({ ...one, filled: fill[one.list]?.[one.name] !== undefined })),
  }
}

/** The platform's algorithms, with those kinds of keys that only `fill` can use. */
function withOtherKeys(own: Lists['signature'], fill: Fill, lacking: readonly Lacking[]): Lists['signature'] {
  const signature = { ...own }
  for (const [name, algorithm] of Object.entries(own)) {
    const keyTypes = lacking.filter((one) => one.name === name).map((one) => one.keyType ?? '')
    const other = fill.signature?.[name]
    if (algorithm && other && keyTypes.length > 0) signature[name] = extended(algorithm, other, keyTypes)
  }
  return signature
}
