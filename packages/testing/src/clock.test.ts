import { expect, test } from 'vitest'
import { manualClock } from './clock.ts'

test('a manual clock stands still until it is moved', () => {
  const clock = manualClock(1000)
  expect([clock.now(), clock.now()]).toEqual([1000, 1000])
  clock.advance(500)
  expect(clock.now()).toBe(1500)
  clock.set(10)
  expect(clock.now()).toBe(10)
  expect(new Date(manualClock().now()).toISOString()).toBe('2026-01-01T00:00:00.000Z')
})
