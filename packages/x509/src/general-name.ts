import { fromAscii } from '@typetls/wire'
import type { Asn1Value } from './asn1.ts'
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

/**
 * @param addressLengths the lengths in bytes that an iPAddress may have here
 * @throws TlsError the `code` of `value`
 */
export function readGeneralName(value: Asn1Value, addressLengths: readonly number[]): GeneralName {
  switch (value.identifier) {
    case explicit(0):
      return { type: 'other', value: value.der }
    case implicit(1):
      return { type: 'email', value: ia5String(value, implicit(1)) }
    case implicit(2):
      return { type: 'dns', value: ia5String(value, implicit(2)) }
    case explicit(3):
      return { type: 'x400', value: value.der }
    case explicit(4): {
      const [name, ...more] = value.children(explicit(4))
      if (name === undefined || more.length > 0) return value.fail('is not one Name')
      name.expect(sequence)
      return { type: 'directory', value: new DistinguishedName(name.der, name.path, name.code) }
    }
    case explicit(5):
      return { type: 'edi', value: value.der }
    case implicit(6):
      return { type: 'uri', value: ia5String(value, implicit(6)) }
    case implicit(7): {
      const address = value.content(implicit(7))
      if (!addressLengths.includes(address.length)) value.fail(`is an iPAddress of ${address.length} bytes`)
      return { type: 'ip', value: address }
    }
    case implicit(8):
      return { type: 'registered-id', value: value.der }
    default:
      return value.fail('is not a GeneralName')
  }
}

function ia5String(value: Asn1Value, identifier: number): string {
  const content = value.content(identifier)
  // A NUL ends the name for software written in C and does not for others: nobody may disagree about a name.
  if (content.some((byte) => byte === 0 || byte > 0x7f)) value.fail('is not an IA5String')
  return fromAscii(content)
}
