import type { Hkdf, Secret } from '@typetls/crypto-provider'
import { concat, TlsError } from '@typetls/wire'
import type { HashRow } from './hash.ts'
import { hmacKey, mac } from './hmac.ts'
import type { Key, Subtle } from './platform.ts'
import { WebSecret } from './web-secret.ts'

/** On HMAC: the platform's HKDF always extracts before it expands, and TLS does the two apart. */
export function hkdf(subtle: Subtle, row: HashRow): Hkdf<'async'> {
  const longest = 255 * row.length
  const keyOf = (input: Secret | Uint8Array): Promise<Key> =>
    input instanceof WebSecret
      ? input.keyFor(row.name, (bytes) => hmacKey(subtle, row, bytes))
      : hmacKey(subtle, row, bytesOf(input))
  return {
    hash: row.name,
    outputLength: row.length,
    async extract(salt, inputKeyingMaterial) {
      // Used after the salt has become a key; its owner may have wiped it by then.
      const input = new Uint8Array(bytesOf(inputKeyingMaterial))
      try {
        return new WebSecret(await mac(subtle, await keyOf(salt), input))
      } finally {
        input.fill(0)
      }
    },
    async expand(pseudorandomKey, info, length) {
      if (length > longest) {
        throw new TlsError('ERR_TLS_CRYPTO', 'HKDF-Expand makes at most 255 blocks', {
          expected: { max: longest },
          received: length,
        })
      }
      const key = await keyOf(pseudorandomKey)
      const output = new Uint8Array(length)
      // https://www.rfc-editor.org/rfc/rfc5869#section-2.3
      let block: Uint8Array = new Uint8Array(0)
      for (let offset = 0; offset < length; offset += row.length) {
        const input = concat(block, info, Uint8Array.of(offset / row.length + 1))
        block.fill(0)
        block = await mac(subtle, key, input)
        input.fill(0)
        output.set(block.subarray(0, length - offset), offset)
      }
      block.fill(0)
      return new WebSecret(output)
    },
  }
}

function bytesOf(input: Secret | Uint8Array): Uint8Array {
  return input instanceof Uint8Array ? input : input.reveal()
}
