/**
 * The bytes of a Buffer as a plain `Uint8Array`, without copying. `Buffer.prototype.slice` makes a view where
 * `Uint8Array.prototype.slice` makes a copy, so no Buffer leaves this package.
 */
export function plainBytes(buffer: Buffer): Uint8Array {
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.length)
}
