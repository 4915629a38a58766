import { describe, expect, test } from 'vitest'
import type { Program } from './program.ts'
import { run, wait } from './program.ts'

describe('a program', () => {
  test('runs in one go when every answer is there', () => {
    expect(run(sum([1, 2, 3]))).toBe(6)
  })

  test('is a promise when one answer comes later', async () => {
    const result = run(sum([1, Promise.resolve(2), 3, Promise.resolve(4)]))
    expect(result).toBeInstanceOf(Promise)
    expect(await result).toBe(10)
  })

  test('sees a rejection where it waits, so that it can clean up or go on', async () => {
    function* program(): Program<string> {
      try {
        yield* wait(Promise.reject<string>(new RangeError('no')))
        return 'went on'
      } catch (error) {
        return `caught ${String(error)}, then ${yield* wait(Promise.resolve('waited'))}`
      }
    }
    expect(await run(program())).toBe('caught RangeError: no, then waited')
    await expect(run(sum([Promise.reject<number>(new RangeError('no'))]))).rejects.toThrow('no')
  })
})

function* sum(answers: readonly (number | Promise<number>)[]): Program<number> {
  let total = 0
  for (const answer of answers) total += yield* wait(answer)
  return total
}
