import { fromAscii } from '@typetls/wire'
import { someChildrenOf } from './asn1.ts'
import type { DerReader } from '@typetls/wire/der'
import { explicit, implicit, sequence } from '@typetls/wire/der'
import { DistinguishedName } from './distinguished-name.ts'

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
export type GeneralName =
  | { readonly type: 'dns' | 'email' | 'uri'; readonly value: string }
  /** 4 or 16 bytes; in name constraints an address and a mask of the same length. */
  | { readonly type: 'ip'; readonly value: Uint8Array }
  | { readonly type: 'directory'; readonly value: DistinguishedName }
  /** DER of the name, as it stands. */
  | { readonly type: 'other' | 'x400' | 'edi' | 'registered-id'; readonly value: Uint8Array }

/** GeneralNames; of addresses it has no ranges. */
export function readGeneralNames(reader: DerReader, identifier: number): GeneralName[] {
  return someChildrenOf(reader, identifier).map((name) => readGeneralName(name, [4, 16]))
}

/**
 * @param addressLengths the lengths in bytes that an iPAddress may have here
 * @throws TlsError the `code` of `value`
 */
export function readGeneralName(value: DerReader, addressLengths: readonly number[]): GeneralName {
  const identifier = value.peek() as number
  const textForm = textForms[identifier]
  if (textForm !== undefined) return { type: textForm, value: ia5String(value, identifier) }
  const otherForm = otherForms[identifier]
  if (otherForm !== undefined) return { type: otherForm, value: value.der }
  if (identifier === implicit(7)) {
    const address = value.content(identifier)
    if (!addressLengths.includes(address.length)) value.fail(`is an iPAddress of ${address.length} bytes`)
    return { type: 'ip', value: address }
  }
  if (identifier !== explicit(4)) value.fail('is not a GeneralName')
  const inner = value.enter(identifier)
  const name = inner.element(sequence)
  inner.finish()
  return { type: 'directory', value: new DistinguishedName(name, inner.path, inner.code) }
}

function ia5String(value: DerReader, identifier: number): string {
  const content = value.content(identifier)
  // A NUL ends the name for software written in C and does not for others: nobody may disagree about a name.
  if (content.some((byte) => byte === 0 || byte > 0x7f)) value.fail('is not an IA5String')
  return fromAscii(content)
}

/** By identifier octet. */
const textForms: Readonly<Record<number, 'email' | 'dns' | 'uri'>> = { 0x81: 'email', 0x82: 'dns', 0x86: 'uri' }
const otherForms: Readonly<Record<number, 'other' | 'x400' | 'edi' | 'registered-id'>> = {
  0xa0: 'other',
  0xa3: 'x400',
  0xa5: 'edi',
  0x88: 'registered-id',
}
