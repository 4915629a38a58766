import { hmac } from '@noble/hashes/hmac.js'
import { sha1 } from '@noble/hashes/legacy.js'
import { sha256, sha384, sha512 } from '@noble/hashes/sha2.js'
import type { CHash } from '@noble/hashes/utils.js'
import type { Hmac } from '@typetls/crypto-provider'

/** For CBC suites of TLS 1.2, and for keys of old files: collisions of SHA-1 do not break its HMAC. */
export const hmacSha1: Hmac<'sync'> = /* @__PURE__ */ row('sha1', sha1)
export const hmacSha256: Hmac<'sync'> = /* @__PURE__ */ row('sha256', sha256)
export const hmacSha384: Hmac<'sync'> = /* @__PURE__ */ row('sha384', sha384)
export const hmacSha512: Hmac<'sync'> = /* @__PURE__ */ row('sha512', sha512)

function row(name: string, hash: CHash): Hmac<'sync'> {
  return {
    hash: name,
    outputLength: hash.outputLen,
    sign: (key, data) => hmac(hash, key.reveal(), data),
  }
}
