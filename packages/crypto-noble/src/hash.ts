import { sha1 as nobleSha1 } from '@noble/hashes/legacy.js'
import { sha256 as nobleSha256, sha384 as nobleSha384, sha512 as nobleSha512 } from '@noble/hashes/sha2.js'
import type { CHash } from '@noble/hashes/utils.js'
import type { Hash } from '@typetls/crypto-provider'

/** For naming certificates and keys by digest: no signature algorithm here uses it. */
export const sha1: Hash<'sync'> = /* @__PURE__ */ row('sha1', nobleSha1)
export const sha256: Hash<'sync'> = /* @__PURE__ */ row('sha256', nobleSha256)
export const sha384: Hash<'sync'> = /* @__PURE__ */ row('sha384', nobleSha384)
export const sha512: Hash<'sync'> = /* @__PURE__ */ row('sha512', nobleSha512)

export function row(name: string, hash: CHash): Hash<'sync'> {
  return {
    name,
    outputLength: hash.outputLen,
    digest: (data) => hash(data),
    start() {
      const running = hash.create()
      return {
        update(data) {
          running.update(data)
        },
        digest: () => running.clone().digest(),
      }
    },
  }
}
