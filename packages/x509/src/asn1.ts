import type { DerErrorCode, DerStep } from '@typetls/wire/der'
import { boolean, DerReader, integer, objectIdentifier, objectIdentifierText } from '@typetls/wire/der'

/**
 * A reader over one DER element. Strictness comes first: the whole of it is checked to be DER here, so what is read later
 * needs no checks of its own.
 *
 * @param path where the element stands, such as `Certificate.tbsCertificate.extensions[2].extnValue`
 * @param code what it is refused with
 * @throws TlsError `code`
 */
export function parseAsn1(der: Uint8Array, path: string, code: DerErrorCode = 'ERR_TLS_CERTIFICATE_PARSE'): DerReader {
  const reader = new DerReader(der, code, path)
  reader.element(undefined)
  reader.finish()
  reader.offset = 0
  return reader
}

/** The elements of a SEQUENCE, SET or other constructed value, a reader over each. */
export function childrenOf(reader: DerReader, identifier: number): DerReader[] {
  const inner = reader.enter(identifier)
  const children: DerReader[] = []
  while (inner.peek() !== undefined) {
    if (children.length === maxChildren) inner.fail(`has more than ${maxChildren} elements`)
    children.push(inner.next(children.length))
  }
  return children
}

/** As `childrenOf`, for types that say `SIZE (1..MAX)`. */
export function someChildrenOf(reader: DerReader, identifier: number): DerReader[] {
  const children = childrenOf(reader, identifier)
  if (children.length === 0) reader.fail('is empty')
  return children
}

/** `1.2.840.10045.2.1` */
export function readObjectIdentifier(reader: DerReader, step?: DerStep): string {
  return objectIdentifierText(reader.content(objectIdentifier, step))
}

/** BOOLEAN DEFAULT FALSE. "the encoding of a … value … equal to its default value" is left out. X.690 section 11.5 */
export function readFlag(reader: DerReader, step?: DerStep): boolean {
  const content = reader.optional(boolean, step)
  if (content?.[0] === 0) reader.fail('encodes its default', step)
  return content !== undefined
}

/** A whole number from 0 to 2^31 - 1. */
export function readCount(reader: DerReader): number {
  const content = reader.content(integer)
  if (content.length > 4 || (content[0] as number) >= 0x80) reader.fail('is negative or above 2^31')
  return content.reduce((number, octet) => number * 0x100 + octet, 0)
}

/** A list of several thousand names is already hostile. */
const maxChildren = 10_000
