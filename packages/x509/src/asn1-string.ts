import { fromAscii } from '@typetls/wire'

/**
 * The text of one of ASN.1's string types, or `undefined` if the identifier octet is of none that certificates use.
 * Strict: what the type does not allow is refused, because two readings of one name are one too many.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.4, ITU-T X.690 section 8.23
 *
 * @param fail called with what is wrong with the content
 */
export function decodeString(
  identifier: number,
  content: Uint8Array,
  fail: (problem: string) => never,
): string | undefined {
  switch (identifier) {
    case numericString:
    case printableString:
    case ia5String:
    case visibleString:
      // Characters that PrintableString lacks (`*`, `@`, `_`) are in many certificates, and mean nothing else there.
      return isAscii(content) ? fromAscii(content) : fail('is a string beyond ASCII')
    case utf8String:
      return isAscii(content) ? fromAscii(content) : decodeUtf8(content, fail)
    // T.61 has escapes that nobody writes: what is called a TeletexString is Latin-1.
    case teletexString:
      return decodeUnits(content, 1, fail)
    case bmpString:
      return decodeUnits(content, 2, fail)
    case universalString:
      return decodeUnits(content, 4, fail)
    default:
      return undefined
  }
}

function isAscii(content: Uint8Array): boolean {
  return content.every((octet) => octet < 0x80)
}

function decodeUtf8(content: Uint8Array, fail: (problem: string) => never): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(content)
  } catch {
    return fail('is not UTF-8')
  }
}

/** Characters of so many octets each, big-endian. */
function decodeUnits(content: Uint8Array, octets: number, fail: (problem: string) => never): string {
  if (content.length % octets !== 0) fail(`is a string of ${content.length} octets, with ${octets} to a character`)
  const parts: string[] = []
  for (let i = 0; i < content.length; i += octets) {
    const character = content.subarray(i, i + octets).reduce((number, octet) => number * 0x100 + octet, 0)
    // Half a pair of UTF-16 is no character. BMPString has those of the first 2^16 only, so it has no pairs.
    if (character > 0x10ffff || (character >= 0xd800 && character < 0xe000)) fail('has what is no character')
    parts.push(String.fromCodePoint(character))
  }
  return parts.join('')
}

const utf8String = 0x0c
const numericString = 0x12
const printableString = 0x13
const teletexString = 0x14
const ia5String = 0x16
const visibleString = 0x1a
const universalString = 0x1c
const bmpString = 0x1e
