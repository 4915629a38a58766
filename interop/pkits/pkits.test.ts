import { describe, expect, test } from 'vitest'
import { readPkits, runPkits } from './pkits.js'

interface Test {
  readonly id: string
  readonly name: string
}

const suite = readPkits() as { readonly tests: readonly Test[] }

describe('NIST PKITS', () => {
  test('has all 249 tests', () => {
    expect(suite.tests).toHaveLength(249)
  })

  test.each(suite.tests)('$id $name', (one) => {
    const result = runPkits(suite, one)
    expect(result, result.reason).toMatchObject({ agrees: true })
  })
})
