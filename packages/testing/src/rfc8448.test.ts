import { createDecipheriv, createHmac } from 'node:crypto'
import { concat, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { contentType, parseRecords } from './records.ts'
import { rfc8448, rfc8448Titles } from './rfc8448.ts'

test('there are five traces with the steps of the RFC', () => {
  expect(rfc8448Titles.map((title) => [title, rfc8448()[title].steps.length])).toEqual([
    ['Simple 1-RTT Handshake', 55],
    ['Resumed 0-RTT Handshake', 60],
    ['HelloRetryRequest', 54],
    ['Client Authentication', 52],
    ['Compatibility Mode', 51],
  ])
})

describe.each(rfc8448Titles)('%s', (title) => {
  const trace = rfc8448()[title]

  test('records are whole, and those in the clear hold their payload', () => {
    for (const who of ['client', 'server'] as const) {
      for (const { type, payload, record } of trace.records(who)) {
        const { records, rest } = parseRecords(record)
        expect([records.length, rest.length]).toEqual([1, 0])
        const [{ type: outer, fragment }] = records as [(typeof records)[0]]
        if (outer === contentType.application_data) expect(fragment.length).toBe(payload.length + 1 + 16)
        else expect([outer, toHex(fragment)]).toEqual([contentType[type], toHex(payload)])
      }
    }
  })

  test('the first protected flight of the server opens with the keys that the trace derives', () => {
    const keys = trace.step('server', 'derive write traffic keys for handshake data')
    const flight = trace.records('server').find(({ record }) => record[0] === contentType.application_data)
    expect(flight).toBeDefined()
    const { record, payload } = flight as NonNullable<typeof flight>
    const cipher = createDecipheriv('aes-128-gcm', keys.bytes('key expanded'), keys.bytes('iv expanded'))
    cipher.setAAD(record.subarray(0, 5)).setAuthTag(record.subarray(-16))
    const inner = concat(cipher.update(record.subarray(5, -16)), cipher.final())
    expect(toHex(inner)).toBe(toHex(concat(payload, Uint8Array.of(contentType.handshake))))
  })

  test('extracting and expanding give what the trace says', () => {
    let checked = 0
    for (const step of trace.steps) {
      if (step.values.length === 0) continue
      if (step.what.startsWith('extract secret')) {
        const [salt, ikm] = [step.bytes('salt'), step.bytes('IKM')]
        expect(createHmac('sha256', salt).update(ikm).digest('hex')).toBe(toHex(step.bytes('secret')))
        checked++
      } else if (step.what.startsWith('derive secret')) {
        const output = step.bytes('expanded')
        const block = createHmac('sha256', step.bytes('PRK')).update(step.bytes('info')).update(Uint8Array.of(1))
        expect(block.digest('hex')).toBe(toHex(output))
        checked++
      }
    }
    expect(checked).toBeGreaterThanOrEqual(11)
  })
})

test('a step that is not there is named', () => {
  const trace = rfc8448()['HelloRetryRequest']
  expect(() => trace.step('client', 'construct a ClientHello', 2)).toThrow(/HelloRetryRequest, has no step 2/)
  expect(() => trace.bytes('client', 'construct a ClientHello', 'ServerHello')).toThrow(/names no "ServerHello"/)
  expect(trace.bytes('client', 'construct a ClientHello', 'ClientHello', 1)).toHaveLength(512)
})
