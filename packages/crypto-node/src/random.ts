import { randomBytes } from 'node:crypto'
import { plainBytes } from './plain-bytes.ts'

/** `length` bytes from OpenSSL's generator, which seeds itself from the operating system. */
export function random(length: number): Uint8Array {
  return plainBytes(randomBytes(length))
}
