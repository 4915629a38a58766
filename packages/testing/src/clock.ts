/**
 * A clock that moves only when told to.
 *
 * @param start milliseconds since 1970; default 2026-01-01T00:00:00Z, when certificates of the maker are valid
 */
export function manualClock(start: number = Date.UTC(2026, 0, 1)): ManualClock {
  let time = start
  return {
    now: () => time,
    advance(milliseconds) {
      time += milliseconds
    },
    set(milliseconds) {
      time = milliseconds
    },
  }
}

export interface ManualClock {
  /** Milliseconds since 1970. */
  now(): number
  advance(milliseconds: number): void
  set(milliseconds: number): void
}
