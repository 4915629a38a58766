import { fromAscii } from '@typetls/wire'
import type { DerReader } from '@typetls/wire/der'

/**
 * The text of the next element if it is of one of ASN.1's string types, or `undefined` if it is of none that certificates
 * use. Strict: what the type does not allow is refused, because two readings of one name are one too many.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.4, ITU-T X.690 section 8.23
 */
export function readText(reader: DerReader): string | undefined {
  const identifier = reader.peek() as number
  const content = reader.content(identifier)
  if (!stringTypes.includes(identifier)) return undefined
  if (identifier === bmpString) return charactersOf(reader, content, 2)
  if (identifier === universalString) return charactersOf(reader, content, 4)
  // T.61 has escapes that nobody writes: what is called a TeletexString is Latin-1. Characters that PrintableString lacks
  // (`*`, `@`, `_`) are in many certificates, and mean nothing else there.
  if (identifier === teletexString || content.every((octet) => octet < 0x80)) return fromAscii(content)
  if (identifier !== utf8String) reader.fail('is a string beyond ASCII')
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return reader.fail('is not UTF-8')
  }
}

/** Characters of so many octets each, big-endian. */
function charactersOf(reader: DerReader, content: Uint8Array, octets: number): string {
  let text = ''
  for (let i = 0; i < content.length; i += octets) {
    let character = 0
    for (let j = i; j < i + octets; j++) character = character * 0x100 + (content[j] as number)
    // Half a pair of UTF-16 is no character. BMPString has those of the first 2^16 only, so it has no pairs.
    if (!(character <= 0x10ffff) || (character >= 0xd800 && character < 0xe000)) reader.fail('has what is no character')
    text += String.fromCodePoint(character)
  }
  return text
}

const utf8String = 0x0c
const teletexString = 0x14
const universalString = 0x1c
const bmpString = 0x1e
/** With NumericString, PrintableString, IA5String and VisibleString. */
const stringTypes = [utf8String, 0x12, 0x13, teletexString, 0x16, 0x1a, universalString, bmpString]
