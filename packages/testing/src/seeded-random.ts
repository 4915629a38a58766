/**
 * A repeatable source of numbers in [0, 1) for schedules, splits and mutations; nothing secret comes of it.
 * The algorithm is mulberry32 (public domain, Tommy Ettinger).
 */
export function seededRandom(seed: number): SeededRandom {
  let state = seed >>> 0
  const next = (): number => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
  const below = (limit: number): number => Math.floor(next() * limit)
  return {
    next,
    below,
    bytes: (length) => Uint8Array.from({ length }, () => below(256)),
  }
}

export interface SeededRandom {
  /** In [0, 1). */
  next(): number
  /** An integer in [0, limit). */
  below(limit: number): number
  bytes(length: number): Uint8Array
}
