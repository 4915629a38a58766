import { expand, extract } from '@noble/hashes/hkdf.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { CHash } from '@noble/hashes/utils.js'
import { Secret } from '@typetls/crypto-provider'
import type { Hkdf } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'

export const hkdfSha256: Hkdf<'sync'> = /* @__PURE__ */ row('sha256', sha256)
export const hkdfSha384: Hkdf<'sync'> = /* @__PURE__ */ row('sha384', sha384)
export const hkdfSha512: Hkdf<'sync'> = /* @__PURE__ */ row('sha512', sha512)

function row(name: string, hash: CHash): Hkdf<'sync'> {
  const longest = 255 * hash.outputLen
  return {
    hash: name,
    outputLength: hash.outputLen,
    extract: (salt, inputKeyingMaterial) => new Secret(extract(hash, bytesOf(inputKeyingMaterial), bytesOf(salt))),
    expand(pseudorandomKey, info, length) {
      if (length > longest) {
        throw new TlsError('ERR_TLS_CRYPTO', `HKDF-Expand with ${name} makes at most ${longest} bytes`, {
          expected: { max: longest },
          received: length,
        })
      }
      return new Secret(expand(hash, pseudorandomKey.reveal(), info, length))
    },
  }
}

function bytesOf(input: Secret | Uint8Array): Uint8Array {
  return input instanceof Secret ? input.reveal() : input
}
