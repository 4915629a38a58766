import { equalBytes, toHex } from '@typetls/wire'
import type { Verdict } from './probe.ts'

/** Bytes for a report: whole when short, else their start and length. */
export function shown(bytes: Uint8Array): string {
  if (bytes.length === 0) return 'no bytes'
  return bytes.length <= longestShown ? toHex(bytes) : `${toHex(bytes.subarray(0, 16))}… (${bytes.length} bytes)`
}

/** Made-up bytes, the same each time; of two seeds, different ones. */
export function made(length: number, seed: number): Uint8Array {
  const bytes = new Uint8Array(length)
  for (let i = 0, state = (seed + 1) * 0x9e3779b1; i < length; i++) {
    state = Math.imul(state ^ (state >>> 15), 0x85ebca6b) + i
    bytes[i] = state >>> 16
  }
  return bytes
}

/** A copy with some bits of one byte turned over. */
export function flipped(bytes: Uint8Array, at: number, bits = 0x40): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy[at] = (copy[at] as number) ^ bits
  return copy
}

/** A copy with other bytes written over it at `offset`. */
export function overwritten(bytes: Uint8Array, offset: number, by: Uint8Array): Uint8Array {
  const copy = new Uint8Array(bytes)
  copy.set(by, offset)
  return copy
}

export function same(found: Uint8Array, expected: Uint8Array): Verdict {
  return equalBytes(found, expected) ? undefined : `${shown(found)}, not ${shown(expected)}`
}

/** Whether a result is what the contract calls plain bytes: a `slice()` of a Buffer is a view, of these a copy. */
export function plain(found: Uint8Array): Verdict {
  if (Object.prototype.toString.call(found) !== '[object Uint8Array]') return `${typeof found}, not a Uint8Array`
  return found.length > 0 && found.slice().buffer === found.buffer
    ? 'a subclass of Uint8Array whose slice() is a view, such as Buffer'
    : undefined
}

export function sameNumber(what: string, found: number, expected: number): Verdict {
  return found === expected ? undefined : `${what} is ${found}, not ${expected}`
}

const longestShown = 32
