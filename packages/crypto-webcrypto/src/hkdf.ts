import { Secret } from '@typetls/crypto-provider'
import type { Hkdf } from '@typetls/crypto-provider'
import { concat, TlsError } from '@typetls/wire'
import type { HashRow } from './hash.ts'
import { hmacKey, mac } from './hmac.ts'
import type { Subtle } from './platform.ts'

/** On HMAC: the platform's HKDF always extracts before it expands, and TLS does the two apart. */
export function hkdf(subtle: Subtle, row: HashRow): Hkdf<'async'> {
  const longest = 255 * row.length
  return {
    hash: row.name,
    outputLength: row.length,
    async extract(salt, inputKeyingMaterial) {
      // Used after the salt has become a key; its owner may have wiped it by then.
      const input = new Uint8Array(bytesOf(inputKeyingMaterial))
      try {
        return new Secret(await mac(subtle, await hmacKey(subtle, row, bytesOf(salt)), input))
      } finally {
        input.fill(0)
      }
    },
    async expand(pseudorandomKey, info, length) {
      if (length > longest) {
        throw new TlsError('ERR_TLS_CRYPTO', `HKDF-Expand with ${row.name} makes at most ${longest} bytes`, {
          expected: { max: longest },
          received: length,
        })
      }
      const key = await hmacKey(subtle, row, pseudorandomKey.reveal())
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
      return new Secret(output)
    },
  }
}

function bytesOf(input: Secret | Uint8Array): Uint8Array {
  return input instanceof Secret ? input.reveal() : input
}
