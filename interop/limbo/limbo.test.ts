import { describe, expect, test } from 'vitest'
import { disagreements } from './disagreements.js'
import { readLimbo, runLimbo } from './limbo.js'

interface Result {
  readonly id: string
  readonly expected: string
  readonly actual: string
}

const cases = readLimbo(new URL('data/limbo.json.gz', import.meta.url)) as unknown[]
const results: Result[] = cases.map(runLimbo)
const disagreed = results.filter(({ expected, actual }) => expected !== actual).map(({ id }) => id)

describe('x509-limbo', () => {
  test('agrees with us on all of BetterTLS', () => {
    expect(results.filter(({ id }) => id.startsWith('bettertls::')).length).toBe(4785)
    expect(disagreed.filter((id) => id.startsWith('bettertls::'))).toEqual([])
  })

  test('disagrees with us where we have said why, and nowhere else', () => {
    expect(disagreed.sort()).toEqual(Object.keys(disagreements).sort())
  })
})
