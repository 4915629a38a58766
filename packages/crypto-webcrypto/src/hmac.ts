import type { Hmac } from '@typetls/crypto-provider'
import type { HashRow } from './hash.ts'
import type { Key, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

export function hmac(subtle: Subtle, row: HashRow): Hmac<'async'> {
  return {
    hash: row.name,
    outputLength: row.length,
    async sign(key, data) {
      return mac(subtle, await hmacKey(subtle, row, key.reveal()), data)
    },
  }
}

/** The platform takes its copy of the bytes during the call. */
export function hmacKey(subtle: Subtle, row: HashRow, bytes: Uint8Array): Promise<Key> {
  // The platform refuses an empty key. HMAC fills keys up with zeros, so this is the same one.
  const key = bytes.length === 0 ? new Uint8Array(row.length) : bytes
  const algorithm = { name: 'HMAC', hash: row.webName }
  return platformCall(subtle, 'importKey', 'raw', key, algorithm, false, ['sign'])
}

export async function mac(subtle: Subtle, key: Key, data: Uint8Array): Promise<Uint8Array> {
  return new Uint8Array(await platformCall(subtle, 'sign', { name: 'HMAC' }, key, data))
}
