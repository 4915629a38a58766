import { maxSpareArrays, smallestSpareLength } from '../defaults.ts'

/**
 * An array of `length` bytes for output, all of which will be written. Large ones come out of those that were given
 * back: bulk data is then sealed into memory that is warm and needs no collecting.
 */
export function allocateOutput(length: number): Uint8Array {
  if (length < smallestSpareLength) return Buffer.allocUnsafe(length)
  const index = spare.findIndex(({ byteLength }) => byteLength >= length && byteLength <= 2 * length)
  const memory = index < 0 ? Buffer.allocUnsafeSlow(length).buffer : (spare.splice(index, 1)[0] as ArrayBuffer)
  return new Uint8Array(memory, 0, length)
}

/** Gives an array back that came from `allocateOutput` and that nobody looks at any more. Any other is ignored. */
export function reuseOutput(bytes: Uint8Array): void {
  if (spare.length < maxSpareArrays && isReusable(bytes)) spare.push(bytes.buffer as ArrayBuffer)
}

export function isReusable(bytes: Uint8Array): boolean {
  return bytes.length >= smallestSpareLength
}

const spare: ArrayBuffer[] = []
