import { parseAsn1 } from './asn1.ts'
import { readText } from './asn1-string.ts'
import { fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'

describe('a string', () => {
  test.each([
    ['UTF8String', '0c054c75c48d69', 'Lu\u010di'],
    ['UTF8String that starts with a byte order mark', '0c04efbbbf61', '\ufeffa'],
    ['UTF8String beyond the first plane', '0c04f09f9492', '\u{1f512}'],
    ['NumericString', '1203312032', '1 2'],
    ['PrintableString with what it should not have', '13032a2e61', '*.a'],
    ['TeletexString', '1402fc41', '\u00fcA'],
    ['IA5String', '1603614062', 'a@b'],
    ['VisibleString', '1a0161', 'a'],
    ['UniversalString', '1c080001f51200000061', '\u{1f512}a'],
    ['BMPString', '1e0401610041', '\u0161A'],
    ['empty string', '1e00', ''],
  ])('that is a %s is read', (_, hex, text) => {
    expect(readText(parseAsn1(fromHex(hex), 'Name'))).toBe(text)
  })

  test.each([
    ['an INTEGER', '020161'],
    ['a GeneralString', '1b0161'],
    ['a time', '170d3230303130313030303030305a'],
    ['a SEQUENCE', '30030c0161'],
    ['an element of another class', '8c0161'],
  ])('is not %s', (_, hex) => {
    expect(readText(parseAsn1(fromHex(hex), 'Name'))).toBeUndefined()
  })

  test.each([
    ['UTF8String cut off in a character', '0c0261c4'],
    ['UTF8String of more bytes than it needs', '0c02c180'],
    ['UTF8String with half a pair', '0c03eda080'],
    ['PrintableString beyond ASCII', '1301fc'],
    ['IA5String beyond ASCII', '160180'],
    ['BMPString of half characters', '1e03006100'],
    ['BMPString with half a pair', '1e02d83d'],
    ['UniversalString beyond Unicode', '1c0400110000'],
    ['UniversalString of seven octets', '1c0700000061000000'],
  ])('is refused, with its place, if it is a %s', (_, hex) => {
    const value = parseAsn1(fromHex(hex), 'Name[0][1]')
    expect(() => readText(value)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_CERTIFICATE_PARSE', path: 'Name[0][1]' }),
    )
  })
})
