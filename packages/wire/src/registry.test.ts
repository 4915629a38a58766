import { expect, test } from 'vitest'
import { openEnum } from './registry.ts'

const Fruit = openEnum({ apple: 1, plum: 0x4a4a })

test('names and numbers of a registry belong together', () => {
  expect(Fruit.ids.plum).toBe(0x4a4a)
  expect(Fruit.nameOf(1)).toBe('apple')
})

test('a number without a name is legal and shown in hex', () => {
  expect(Fruit.nameOf(2)).toBeUndefined()
  expect(Fruit.label(2)).toBe('0x0002')
  expect(Fruit.label(0xfafa)).toBe('0xfafa')
  expect(Fruit.label(0x4a4a)).toBe('plum')
})

test('what every object inherits is no name', () => {
  expect(Fruit.nameOf('toString' as unknown as number)).toBeUndefined()
})
