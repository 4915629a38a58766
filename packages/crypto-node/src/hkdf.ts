import { createHmac } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { Secret } from '@typetls/crypto-provider'
import type { Hkdf, Listed } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { ShortHmac, moveInto } from './short-hmac.ts'
import { symmetricKey } from './symmetric-key.ts'

/** On HMAC: `hkdfSync` has no separate expand, and costs three times as much. */
export const hkdf: Listed<Hkdf<'sync'>> = {
  sha256: /* @__PURE__ */ row('sha256', 32, 64),
  sha384: /* @__PURE__ */ row('sha384', 48, 128),
  sha512: /* @__PURE__ */ row('sha512', 64, 128),
}

function row(hash: string, outputLength: number, blockLength: number): Hkdf<'sync'> {
  const short = new ShortHmac(hash, blockLength, outputLength)
  return {
    hash,
    outputLength,
    extract(salt, inputKeyingMaterial) {
      const [key, data] = [bytesOf(salt), bytesOf(inputKeyingMaterial)]
      const output = new Uint8Array(outputLength)
      if (short.takes(key, data)) short.extract(key, data, output)
      else moveInto(output, createHmac(hash, symmetricKey(key)).update(data).digest())
      return new Secret(output)
    },
    expand(pseudorandomKey, info, length) {
      const key = pseudorandomKey.reveal()
      const output = new Uint8Array(length)
      // Everything a key schedule asks for is one block or less.
      if (length <= outputLength && short.takes(key, info)) short.expand(key, info, output)
      else severalBlocks(hash, outputLength, symmetricKey(key), info, output)
      return new Secret(output)
    },
  }
}

function bytesOf(input: Secret | Uint8Array): Uint8Array {
  return input instanceof Secret ? input.reveal() : input
}

/** https://www.rfc-editor.org/rfc/rfc5869#section-2.3 */
function severalBlocks(
  hash: string,
  outputLength: number,
  key: Uint8Array | KeyObject,
  info: Uint8Array,
  output: Uint8Array,
): void {
  const { length } = output
  if (length > 255 * outputLength) {
    throw new TlsError('ERR_TLS_CRYPTO', `HKDF-Expand with ${hash} makes at most ${255 * outputLength} bytes`, {
      expected: { max: 255 * outputLength },
      received: length,
    })
  }
  const counter = new Uint8Array(1)
  let block: Buffer | undefined
  for (let offset = 0; offset < length; offset += outputLength) {
    counter[0] = offset / outputLength + 1
    const mac = createHmac(hash, key)
    if (block !== undefined) mac.update(block)
    const next = mac.update(info).update(counter).digest()
    block?.fill(0)
    block = next
    output.set(block.subarray(0, Math.min(outputLength, length - offset)), offset)
  }
  block?.fill(0)
}
