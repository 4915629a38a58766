import { createSecretKey } from 'node:crypto'
import type { KeyObject } from 'node:crypto'

/**
 * Key bytes as `createHmac` and `createCipheriv` take them fastest: as they are, or as a KeyObject in the releases of
 * Node (24 from 24.18 on) that spend 8 µs and more on wrapping raw bytes at each call. Bytes are not copied, so that whoever
 * owns them can wipe them; the memory of a KeyObject is wiped by OpenSSL when it is collected.
 */
export const symmetricKey: (bytes: Uint8Array) => Uint8Array | KeyObject = /* @__PURE__ */ slowWithBytes()
  ? (bytes) => createSecretKey(bytes)
  : (bytes) => bytes

function slowWithBytes(): boolean {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  return major === 24 && minor >= 18
}
