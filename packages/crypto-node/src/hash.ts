import { createHash, hash as oneShot } from 'node:crypto'
import type { Hash as NodeHash } from 'node:crypto'
import type { Hash, Listed, RunningHash } from '@typetls/crypto-provider'
import { plainBytes } from './plain-bytes.ts'

/** SHA-1 is for naming certificates and keys by digest, and for HMAC: no signature algorithm here uses it. */
export const hash: Listed<Hash<'sync'>> = {
  sha1: /* @__PURE__ */ row('sha1', 20),
  sha256: /* @__PURE__ */ row('sha256', 32),
  sha384: /* @__PURE__ */ row('sha384', 48),
  sha512: /* @__PURE__ */ row('sha512', 64),
}

function row(name: string, outputLength: number): Hash<'sync'> {
  return {
    name,
    outputLength,
    digest: (data) => plainBytes(oneShot(name, data, 'buffer')),
    start: () => new NodeRunningHash(createHash(name)),
  }
}

class NodeRunningHash implements RunningHash<'sync'> {
  readonly #hash: NodeHash

  constructor(hash: NodeHash) {
    this.#hash = hash
  }

  update(data: Uint8Array): void {
    this.#hash.update(data)
  }

  digest(): Uint8Array {
    return plainBytes(this.#hash.copy().digest())
  }
}
