import { concat } from '@typetls/wire'
import type { DerErrorCode } from '@typetls/wire/der'
import { derElement, octetString } from '@typetls/wire/der'
import { TlsError } from '@typetls/wire'

/**
 * DER of a document in BER, as far as PKCS#12 files need it: lengths become definite and minimal, OCTET STRINGs in pieces
 * become whole. What programs write who stream (Java, NSS, Windows) is BER; a file of one's own has no two readers that
 * could disagree, so here, and only here, it is read.
 *
 * @throws TlsError `code`: not BER, nested deeper than 32, bytes left over
 */
export function derFromBer(ber: Uint8Array, code: DerErrorCode, path: string): Uint8Array {
  const cursor = { bytes: ber, offset: 0, code, path }
  const der = element(cursor, ber.length, 0)
  // Encrypted contents and files may have been padded; nothing but zeros is let pass.
  if (ber.subarray(cursor.offset).some((byte) => byte !== 0)) fail(cursor, 'has bytes left over')
  return der
}

interface Cursor {
  readonly bytes: Uint8Array
  offset: number
  readonly code: DerErrorCode
  readonly path: string
}

function element(cursor: Cursor, end: number, depth: number): Uint8Array {
  if (depth > maxDepth) fail(cursor, `is nested deeper than ${maxDepth}`)
  const identifier = octet(cursor, end)
  if ((identifier & 0x1f) === 0x1f) fail(cursor, 'has a tag number above 30')
  const length = lengthOf(cursor, end)
  const isConstructed = (identifier & 0x20) !== 0
  if (length === undefined && !isConstructed) fail(cursor, 'has a primitive value of indefinite length')
  const innerEnd = length === undefined ? end : cursor.offset + length
  if (!isConstructed) {
    const content = cursor.bytes.subarray(cursor.offset, innerEnd)
    cursor.offset = innerEnd
    return derElement(identifier, content)
  }
  const parts: Uint8Array[] = []
  for (;;) {
    if (length === undefined) {
      if (cursor.bytes[cursor.offset] === 0 && cursor.bytes[cursor.offset + 1] === 0 && cursor.offset + 2 <= end) break
    } else if (cursor.offset === innerEnd) break
    parts.push(element(cursor, innerEnd, depth + 1))
  }
  if (length === undefined) cursor.offset += 2
  if (identifier === constructedOctetString) return derElement(octetString, joinedOctets(parts, cursor))
  return derElement(identifier, ...parts)
}

/** The octets of an OCTET STRING that was written in pieces, each DER. */
export function joinedOctets(
  pieces: readonly Uint8Array[],
  at: { readonly code: DerErrorCode; readonly path: string },
): Uint8Array {
  return concat(
    ...pieces.map((piece) => {
      if (piece[0] !== octetString) fail(at, 'has a piece of an OCTET STRING that is none')
      const first = piece[1] as number
      return piece.subarray(first < 0x80 ? 2 : 2 + (first & 0x7f))
    }),
  )
}

function octet(cursor: Cursor, end: number): number {
  if (cursor.offset >= end) fail(cursor, 'ends too early')
  return cursor.bytes[cursor.offset++] as number
}

/** `undefined`: indefinite. */
function lengthOf(cursor: Cursor, end: number): number | undefined {
  const first = octet(cursor, end)
  if (first === 0x80) return undefined
  let length = first
  if (first > 0x80) {
    if (first > 0x84) fail(cursor, 'has a length of more than four octets')
    length = 0
    for (let i = first & 0x7f; i > 0; i--) length = length * 0x100 + octet(cursor, end)
  }
  if (length > end - cursor.offset) fail(cursor, 'ends too early')
  return length
}

function fail({ code, path }: { readonly code: DerErrorCode; readonly path: string }, problem: string): never {
  throw new TlsError(code, `${path} ${problem}`, { path })
}

const constructedOctetString = 0x24

/** PKCS#12 nests about a dozen deep between two layers of encryption. */
const maxDepth = 32
