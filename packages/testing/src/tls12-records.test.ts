import { ascii, concat } from '@typetls/wire'
import { expect, test } from 'vitest'
import { parseRecords } from './records.ts'
import { tls12MainSecret, tls12Protectors, tls12VerifyData } from './tls12-records.ts'

const randoms = { client: new Uint8Array(32).fill(1), server: new Uint8Array(32).fill(2) }
const main = new Uint8Array(48).fill(3)

test.each([0xc02b, 0xc030, 0xc009, 0xc027])(
  'what a side seals with suite %i the same side opens, in order',
  (suite) => {
    const { client, server } = tls12Protectors(suite, main, randoms)
    const sealed = [client.seal(23, ascii('one')), client.seal(22, ascii('two'))] as const
    expect(parseRecords(concat(...sealed)).records.map(({ type }) => type)).toEqual([23, 22])
    expect(client.open(sealed[0], 0)).toEqual(ascii('one'))
    expect(client.open(sealed[1], 1)).toEqual(ascii('two'))
    expect(client.open(client.seal(23, ascii('three'), { corrupt: true }), 2)).toBeUndefined()
    expect(client.open(sealed[1], 0)).toBeUndefined()
    expect(server.seal(23, ascii('one'))).not.toEqual(sealed[0])
  },
)

test('CBC padding can be longer than needed, and wrong', () => {
  const { client } = tls12Protectors(0xc009, main, randoms)
  const [short, long] = [client.seal(23, ascii('one')), client.seal(23, ascii('one'), { morePadding: 14 })]
  expect(long.length - short.length).toBe(14 * 16)
  expect(client.open(long, 1)).toEqual(ascii('one'))
  const seen: number[] = []
  client.seal(23, ascii('one'), { padding: (bytes: Uint8Array) => (seen.push(...bytes), bytes) })
  expect(seen).toEqual(new Array(9).fill(8))
})

test('secrets are 48 bytes, verify_data 12, and each side has its own', () => {
  const premaster = new Uint8Array(32).fill(4)
  const extended = tls12MainSecret(0xc02b, premaster, { transcript: ascii('said') })
  expect(extended).toHaveLength(48)
  expect(tls12MainSecret(0xc02b, premaster, randoms)).not.toEqual(extended)
  const [ofClient, ofServer] = (['client', 'server'] as const).map((side) =>
    tls12VerifyData(0xc02c, main, side, ascii('said')),
  )
  expect(ofClient).toHaveLength(12)
  expect(ofServer).not.toEqual(ofClient)
})

test('a suite that is not known here is refused', () => {
  expect(() => tls12Protectors(0x1301, main, randoms)).toThrow(RangeError)
})
