import { concat } from '@typetls/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { contentType, parseRecords, record, recordsOf } from './records.ts'

test('a stream of records comes apart again, and half a record is the rest', () => {
  const alert = record(contentType.alert, Uint8Array.of(2, 40))
  const data = record(contentType.application_data, new Uint8Array(300), { version: 0x0301 })
  const { records, rest } = parseRecords(concat(alert, data, data.subarray(0, 200)))
  expect(records.map(({ type, version, fragment }) => [type, version, fragment.length])).toEqual([
    [21, 0x0303, 2],
    [23, 0x0301, 300],
  ])
  expect(records[0]?.raw).toEqual(alert)
  expect(rest).toHaveLength(200)
})

test('a header may lie about its length', () => {
  expect([...record(22, Uint8Array.of(1), { length: 0x4141 })]).toEqual([22, 3, 3, 0x41, 0x41, 1])
})

test('the payload of recordsOf is what was given, whatever the sizes', () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat(30), { maxLength: 5 }),
      fc.integer({ min: 1, max: 50 }),
      (payload, sizes, last) => {
        const { records, rest } = parseRecords(recordsOf(22, payload, [...sizes, last]))
        expect(rest).toHaveLength(0)
        expect(concat(...records.map(({ fragment }) => fragment))).toEqual(payload)
        sizes.forEach((size, i) => {
          expect(records[i]?.fragment.length).toBeLessThanOrEqual(size)
        })
      },
    ),
  )
})

test('empty records stand where they were asked for', () => {
  const { records } = parseRecords(recordsOf(22, Uint8Array.of(1, 2, 3), [0, 1, 0, 2]))
  expect(records.map(({ fragment }) => fragment.length)).toEqual([0, 1, 0, 2])
})
