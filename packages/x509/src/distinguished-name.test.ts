import { concat, fromHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { derElement, sequence, set } from '@typetls/wire/der'
import { DistinguishedName } from './distinguished-name.ts'

const commonName = '0603550403'
const organization = '060355040a'

describe('a distinguished name', () => {
  const utf8 = name([commonName, 0x0c, 'Example  CA'])

  test('equals itself in other letter case, string type and runs of spaces', () => {
    expect(utf8.equals(name([commonName, 0x0c, 'Example  CA']))).toBe(true)
    expect(utf8.equals(name([commonName, 0x13, 'EXAMPLE CA ']))).toBe(true)
    expect(utf8.equals(name([commonName, 0x0c, '\uff25xample Ca']))).toBe(true)
  })

  test('does not equal another value, attribute, number of attributes or order', () => {
    const two = name([organization, 0x0c, 'A'], [commonName, 0x0c, 'B'])
    expect(utf8.equals(name([commonName, 0x0c, 'ExampleCA']))).toBe(false)
    expect(utf8.equals(name([organization, 0x0c, 'Example CA']))).toBe(false)
    expect(utf8.equals(name())).toBe(false)
    expect(two.equals(name([commonName, 0x0c, 'B'], [organization, 0x0c, 'A']))).toBe(false)
    expect(name([organization, 0x0c, 'A']).equals(two)).toBe(false)
  })

  test('cannot be made to equal another by what stands inside a value', () => {
    const one = name([organization, 0x0c, 'a","2.5.4.3="b'])
    const two = name([organization, 0x0c, 'a'], [commonName, 0x0c, 'b'])
    expect(one.equals(two)).toBe(false)
    expect(one.isWithin(name([organization, 0x0c, 'a']))).toBe(false)
    expect(two.isWithin(name([organization, 0x0c, 'a']))).toBe(true)
    expect(
      multiValued([organization, 'a"+2.5.4.3="b']).equals(multiValued([organization, 'a'], [commonName, 'b'])),
    ).toBe(false)
  })

  test('compares a relative name of several attributes without regard to their order', () => {
    const one = multiValued([organization, 'a'], [commonName, 'b'])
    expect(one.equals(multiValued([commonName, 'B'], [organization, 'A']))).toBe(true)
    expect(one.toString()).toBe('O=a+CN=b')
  })

  test('is written as in RFC 4514', () => {
    expect(name([organization, 0x0c, '#Sue, "Grabbit" + <Runn>; '], [commonName, 0x0c, 'Lučić']).toString()).toBe(
      'CN=Lučić,O=\\#Sue\\, \\"Grabbit\\" \\+ \\<Runn\\>\\;\\ ',
    )
    expect(name(['06022a03', 0x02, '\u0005']).toString()).toBe('1.2.3=#020105')
    // emailAddress below 2.5.4
    expect(name(['060c55040102864886f70d010901', 0x13, 'a']).toString()).toBe('2.5.4.1.2.840.113549.1.9.1=a')
    expect(name().toString()).toBe('')
  })

  test.each([
    ['no type', '30043102 3000'],
    ['an empty relative name', '30023100'],
    ['something behind the value', '3010310e300c06035504030c0141 0500 0500'],
  ])('is refused when it has %s', (_, hex) => {
    const bad = new DistinguishedName(fromHex(hex), 'Certificate.tbsCertificate.subject')
    expect(() => bad.relativeNames).toThrow(/^Certificate\.tbsCertificate\.subject\[0\]/)
  })
})

function name(
  ...attributes: readonly (readonly [oid: string, identifier: number, value: string])[]
): DistinguishedName {
  const relative = attributes.map(([oid, identifier, value]) =>
    derElement(set, derElement(sequence, fromHex(oid), derElement(identifier, new TextEncoder().encode(value)))),
  )
  return new DistinguishedName(derElement(sequence, ...relative), 'name')
}

function multiValued(...attributes: readonly (readonly [oid: string, value: string])[]): DistinguishedName {
  const parts = attributes.map(([oid, value]) =>
    derElement(sequence, fromHex(oid), derElement(0x0c, new TextEncoder().encode(value))),
  )
  return new DistinguishedName(derElement(sequence, derElement(set, concat(...parts))), 'name')
}
