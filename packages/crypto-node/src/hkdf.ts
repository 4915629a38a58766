import { createHmac } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { Secret } from '@typetls/crypto-provider'
import type { Hkdf, Listed } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { plainBytes } from './plain-bytes.ts'
import { symmetricKey } from './symmetric-key.ts'

/** On HMAC: `hkdfSync` has no separate expand, and costs three times as much. */
export const hkdf: Listed<Hkdf<'sync'>> = {
  sha256: /* @__PURE__ */ row('sha256', 32),
  sha384: /* @__PURE__ */ row('sha384', 48),
  sha512: /* @__PURE__ */ row('sha512', 64),
}

function row(hash: string, outputLength: number): Hkdf<'sync'> {
  return {
    hash,
    outputLength,
    extract: (salt, inputKeyingMaterial) =>
      new Secret(
        plainBytes(
          createHmac(hash, symmetricKey(bytesOf(salt)))
            .update(bytesOf(inputKeyingMaterial))
            .digest(),
        ),
      ),
    expand(pseudorandomKey, info, length) {
      const key = symmetricKey(pseudorandomKey.reveal())
      // Everything a key schedule asks for is one block or less.
      if (length > outputLength) return new Secret(severalBlocks(hash, outputLength, key, info, length))
      const block = createHmac(hash, key).update(info).update(firstCounter).digest()
      if (length === outputLength) return new Secret(plainBytes(block))
      const output = new Uint8Array(length)
      output.set(block.subarray(0, length))
      block.fill(0)
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
  length: number,
): Uint8Array {
  if (length > 255 * outputLength) {
    throw new TlsError('ERR_TLS_CRYPTO', `HKDF-Expand with ${hash} makes at most ${255 * outputLength} bytes`, {
      expected: { max: 255 * outputLength },
      received: length,
    })
  }
  const output = new Uint8Array(length)
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
  return output
}

const firstCounter = /* @__PURE__ */ Uint8Array.of(1)
