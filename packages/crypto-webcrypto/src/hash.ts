import type { Hash, RunningHash } from '@typetls/crypto-provider'
import { concat } from '@typetls/wire'
import type { Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

/** A hash by our name, with its name in Web Cryptography and its length in bytes. */
export interface HashRow {
  readonly name: string
  readonly webName: string
  readonly length: number
}

export const sha1: HashRow = { name: 'sha1', webName: 'SHA-1', length: 20 }
export const sha256: HashRow = { name: 'sha256', webName: 'SHA-256', length: 32 }
export const sha384: HashRow = { name: 'sha384', webName: 'SHA-384', length: 48 }
export const sha512: HashRow = { name: 'sha512', webName: 'SHA-512', length: 64 }

export function hash(subtle: Subtle, { name, webName, length }: HashRow): Hash<'async'> {
  const digest = async (data: Uint8Array): Promise<Uint8Array> =>
    new Uint8Array(await platformCall(subtle, 'digest', webName, data))
  return { name, outputLength: length, digest, start: () => runningHash(digest) }
}

/** The platform hashes whole inputs only, so each look hashes everything again. A transcript is some kilobytes. */
function runningHash(digest: (data: Uint8Array) => Promise<Uint8Array>): RunningHash<'async'> {
  let parts: Uint8Array[] = []
  return {
    update(data) {
      parts.push(new Uint8Array(data))
    },
    digest() {
      const all = concat(...parts)
      parts = [all]
      return digest(all)
    },
  }
}

/** What keys are derived and signatures made with. */
export const hashRows: readonly HashRow[] = [sha256, sha384, sha512]

/** What may be hashed with, OCSP's names of issuers for one. */
export const digestRows: readonly HashRow[] = [sha1, sha256, sha384, sha512]
