import type { PrivateKey, SignatureAlgorithm } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { parsePkcs8 } from './pkcs8.ts'
import type { ParsedEllipticKey, ParsedKey } from './pkcs8.ts'
import type { Algorithm, Key, Subtle } from './platform.ts'
import { WebPrivateKey } from './web-private-key.ts'

/** A signature algorithm that this platform has, with how private keys for it are imported. */
export interface SigningAlgorithm {
  readonly algorithm: SignatureAlgorithm<'async'>
  /** For importing a private key; `undefined` when the key does not fit. */
  importedAs(key: ParsedKey): Algorithm | undefined
}

/**
 * Imports PKCS#8 DER into CryptoKeys that cannot be extracted, one for each of the algorithms that the key fits.
 *
 * @param others imports the kinds of keys that none of the algorithms takes
 */
export function privateKeyImport(
  subtle: Subtle,
  algorithms: readonly SigningAlgorithm[],
  others: ((pkcs8: Uint8Array) => PrivateKey | PromiseLike<PrivateKey>) | undefined,
): (pkcs8: Uint8Array) => Promise<PrivateKey> {
  return async (pkcs8) => {
    const parsed = parsePkcs8(pkcs8)
    const fitting = parsed === undefined ? [] : algorithms.filter((one) => one.importedAs(parsed) !== undefined)
    if (parsed === undefined || fitting.length === 0) {
      parsed?.der.fill(0)
      if (others !== undefined) return others(pkcs8)
      throw new TlsError(
        'ERR_TLS_KEY_PARSE',
        'the private key is of a kind that this platform makes no signatures with',
        {
          received: parsed?.keyType,
        },
      )
    }
    const key = await importParsed(parsed, fitting)
    await checkPair(key, (fitting[0] as SigningAlgorithm).algorithm)
    return key
  }

  async function importParsed(parsed: ParsedKey, fitting: readonly SigningAlgorithm[]): Promise<WebPrivateKey> {
    const { der, keyType } = parsed
    try {
      const keys = new Map<string, Key>()
      for (const one of fitting) {
        const algorithm = one.importedAs(parsed) as Algorithm
        keys.set(one.algorithm.name, await subtle.importKey('pkcs8', der, algorithm, false, ['sign']))
      }
      const spki = parsed.spki ?? (await publicHalfOf(subtle, parsed as ParsedEllipticKey))
      return new WebPrivateKey(keyType, spki, keys)
    } catch (cause) {
      throw new TlsError('ERR_TLS_KEY_PARSE', 'the platform does not take the private key', { cause })
    } finally {
      der.fill(0)
    }
  }
}

/** PKCS#8 may hold a public key that is not the private key's own, and not every platform looks. */
async function checkPair(key: WebPrivateKey, algorithm: SignatureAlgorithm<'async'>): Promise<void> {
  const data = Uint8Array.of(1)
  let cause: unknown
  try {
    if (await algorithm.verify(key, data, await algorithm.sign(key, data))) return
  } catch (error) {
    cause = error
  }
  key.dispose()
  throw new TlsError('ERR_TLS_KEY_PARSE', 'the private key cannot be used: it does not match its public key', { cause })
}

/**
 * Only the JWK of an extractable key tells the public half, and the private one with it; so this is done only where the
 * PKCS#8 does not tell.
 */
async function publicHalfOf(subtle: Subtle, { der, row }: ParsedEllipticKey): Promise<Uint8Array> {
  const key = await subtle.importKey('pkcs8', der, row.algorithm, true, ['sign'])
  const { x, y } = (await subtle.exportKey('jwk', key)) as { readonly x: string; readonly y?: string }
  const point = y === undefined ? fromBase64url(x) : [4, ...fromBase64url(x), ...fromBase64url(y)]
  return row.spki.write(Uint8Array.from(point))
}

/** https://www.rfc-editor.org/rfc/rfc4648#section-5, of what the platform wrote */
function fromBase64url(text: string): number[] {
  const bytes: number[] = []
  let bits = 0
  let count = 0
  for (const character of text) {
    bits = ((bits << 6) | base64url.indexOf(character)) & 0xffff
    count += 6
    if (count >= 8) bytes.push((bits >> (count -= 8)) & 0xff)
  }
  return bytes
}

const base64url = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_'
