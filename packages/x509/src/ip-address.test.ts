import { isIPv4, isIPv6 } from 'node:net'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { fromHex, toHex } from '@typetls/wire'
import { formatIpAddress, parseIpAddress } from './ip-address.ts'

describe('an IP address', () => {
  test.each([
    ['192.0.2.1', 'c0000201'],
    ['0.0.0.0', '00000000'],
    ['255.255.255.255', 'ffffffff'],
    ['::', '00000000000000000000000000000000'],
    ['::1', '00000000000000000000000000000001'],
    ['2001:db8::', '20010db8000000000000000000000000'],
    ['2001:DB8::a:0:1', '20010db800000000000000000000000a00000001'.replace('00000000000a00000001', '000a00000001')],
    ['1:2:3:4:5:6:7:8', '00010002000300040005000600070008'],
    ['1:2:3:4:5:6:7::', '00010002000300040005000600070000'],
    ['::ffff:192.0.2.1', '00000000000000000000ffffc0000201'],
  ])('is read from %s', (text, hex) => {
    expect(toHex(parseIpAddress(text) as Uint8Array)).toBe(hex)
  })

  test.each([
    '',
    '1.2.3',
    '1.2.3.4.5',
    '1.2.3.256',
    '01.2.3.4',
    '1.2.3.4 ',
    '0x7f.0.0.1',
    '2130706433',
    ':',
    ':::',
    '1:2:3:4:5:6:7',
    '1:2:3:4:5:6:7:8:9',
    '1::2::3',
    '1:2:3:4::5:6:7:8',
    '12345::',
    '::g',
    '::1%eth0',
    '::1.2.3',
    '1.2.3.4::',
    ':1:2:3:4:5:6:7',
  ])('is not %j', (text) => {
    expect(parseIpAddress(text)).toBeUndefined()
    expect(isIPv4(text) || (isIPv6(text) && !text.includes('%'))).toBe(false)
  })

  test('is written so that reading gives it back, and as the URL parser writes it', () => {
    const address = fc.oneof(
      fc.uint8Array({ minLength: 4, maxLength: 4 }),
      fc
        .array(fc.oneof(fc.constant(0), fc.integer({ min: 0, max: 0xffff })), { minLength: 8, maxLength: 8 })
        .map(bytesOf),
    )
    fc.assert(
      fc.property(address, (bytes) => {
        const text = formatIpAddress(bytes)
        expect(parseIpAddress(text)).toEqual(bytes)
        const host = bytes.length === 4 ? text : `[${text}]`
        expect(new URL(`http://${host}/`).hostname).toBe(host)
      }),
    )
  })

  test('shortens the first of two equal runs of zeros', () => {
    expect(formatIpAddress(fromHex('20010db8000000000001000000000001'))).toBe('2001:db8::1:0:0:1')
    expect(formatIpAddress(fromHex('00010000000200000000000300000000'))).toBe('1:0:2::3:0:0')
  })
})

function bytesOf(groups: readonly number[]): Uint8Array {
  return Uint8Array.from(groups.flatMap((group) => [group >>> 8, group & 0xff]))
}
