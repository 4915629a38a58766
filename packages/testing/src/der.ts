import * as asn1js from 'asn1js'
import { concat } from '@typetls/wire'

// Parts are bytes, not objects: a test also needs encodings that a library would never write.

export function sequence(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x30, ...parts)
}

export function setOf(...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0x31, ...parts)
}

/** `[number] EXPLICIT`, or a constructed type under `[number] IMPLICIT`. */
export function explicit(number: number, ...parts: readonly Uint8Array[]): Uint8Array {
  return tagged(0xa0 | number, ...parts)
}

/** A primitive type under `[number] IMPLICIT`. */
export function implicit(number: number, content: Uint8Array): Uint8Array {
  return tagged(0x80 | number, content)
}

/** Any identifier octet before its content, with the shortest length. */
export function tagged(identifier: number, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  return concat(Uint8Array.of(identifier), derLength(content.length), content)
}

export function objectIdentifier(value: string): Uint8Array {
  return written(new asn1js.ObjectIdentifier({ value }))
}

export function integer(value: number | bigint): Uint8Array {
  return written(asn1js.Integer.fromBigInt(value))
}

export function boolean(value: boolean): Uint8Array {
  return written(new asn1js.Boolean({ value }))
}

export function nullValue(): Uint8Array {
  return written(new asn1js.Null())
}

export function octetString(content: Uint8Array): Uint8Array {
  return written(new asn1js.OctetString({ valueHex: content.slice().buffer }))
}

export function bitString(content: Uint8Array, unusedBits = 0): Uint8Array {
  return written(new asn1js.BitString({ valueHex: content.slice().buffer, unusedBits }))
}

/** A BIT STRING with a name for each bit: the bits of `set` are on, trailing zero bits are left out. */
export function namedBits(set: readonly number[]): Uint8Array {
  const highest = Math.max(-1, ...set)
  const content = new Uint8Array(Math.ceil((highest + 1) / 8))
  for (const bit of set) content[bit >>> 3] = (content[bit >>> 3] as number) | (0x80 >>> (bit & 7))
  return bitString(content, highest < 0 ? 0 : 7 - (highest & 7))
}

export function utf8String(value: string): Uint8Array {
  return written(new asn1js.Utf8String({ value }))
}

export function printableString(value: string): Uint8Array {
  return written(new asn1js.PrintableString({ value }))
}

export function ia5String(value: string): Uint8Array {
  return written(new asn1js.IA5String({ value }))
}

/** UTCTime through 2049, GeneralizedTime from 2050, to the second. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.5 */
export function time(at: Date): Uint8Array {
  const seconds = new Date(Math.floor(at.getTime() / 1000) * 1000)
  const year = seconds.getUTCFullYear()
  if (year >= 1950 && year < 2050) return written(new asn1js.UTCTime({ valueDate: seconds }))
  const digits = seconds.toISOString().replace(/[-:T]/g, '').slice(0, 14)
  return tagged(0x18, new TextEncoder().encode(`${digits}Z`))
}

function derLength(length: number): Uint8Array {
  if (length < 0x80) return Uint8Array.of(length)
  const octets: number[] = []
  for (let left = length; left > 0; left = Math.floor(left / 256)) octets.unshift(left % 256)
  return Uint8Array.of(0x80 | octets.length, ...octets)
}

function written(block: asn1js.BaseBlock): Uint8Array {
  return new Uint8Array(block.toBER())
}
