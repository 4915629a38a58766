import { randomBytes, randomFillSync } from 'node:crypto'
import { plainBytes } from './plain-bytes.ts'

/**
 * `length` bytes from OpenSSL's generator, which seeds itself from the operating system. What a handshake asks for is
 * small and often, and most of what it costs is the call: such requests share one. No byte is given twice, or stays.
 */
export function random(length: number): Uint8Array {
  if (length > largestShared) return plainBytes(randomBytes(length))
  if (used + length > shared.length) {
    randomFillSync(shared)
    used = 0
  }
  const bytes = shared.slice(used, used + length)
  shared.fill(0, used, used + length)
  used += length
  return bytes
}

const largestShared = 64
const shared = /* @__PURE__ */ new Uint8Array(1024)
let used = shared.length
