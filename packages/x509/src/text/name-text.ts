import { childrenOf, parseAsn1, readObjectIdentifier } from '../asn1.ts'
import { readText } from '../asn1-string.ts'
import { toHex } from '@typetls/wire'
import { explicit, implicit, objectIdentifierText } from '@typetls/wire/der'
import type { DistinguishedName, NameAttribute, RelativeName } from '../distinguished-name.ts'
import type { GeneralName } from '../general-name.ts'
import { hexText, printable } from './lines.ts'
import { attributeNames, nameOf } from './object-names.ts'

/** In the order that is encoded: `C=DE, O="Example, Inc.", CN=example.org`. */
export function nameText(name: DistinguishedName): string {
  return name.relativeNames.map(relativeNameText).join(', ')
}

export function relativeNameText(name: RelativeName): string {
  return name.map(attributeText).join(' + ')
}

export function generalNameText(name: GeneralName): string {
  switch (name.type) {
    case 'dns':
      return `DNS:${printable(name.value)}`
    case 'email':
      return `email:${printable(name.value)}`
    case 'uri':
      return `URI:${printable(name.value)}`
    case 'ip':
      return `IP Address:${addressText(name.value)}`
    case 'directory':
      return `DirName:${nameText(name.value)}`
    case 'registered-id':
      return `Registered ID:${nameOf(objectIdentifierText(parseAsn1(name.value, 'registeredID').content(implicit(8))))}`
    case 'other':
      return otherNameText(name.value)
    case 'x400':
      return `X400Name:<unsupported>`
    case 'edi':
      return `EdiPartyName:<unsupported>`
  }
}

/** Of name constraints: an address has its mask behind it. */
export function subtreeText(name: GeneralName): string {
  if (name.type !== 'ip') return generalNameText(name)
  const half = name.value.length / 2
  return `IP:${addressText(name.value.subarray(0, half))}/${addressText(name.value.subarray(half))}`
}

/** IPv6 without shortening. */
function addressText(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = Array.from({ length: bytes.length / 2 }, (_, i) =>
    (((bytes[2 * i] as number) << 8) | (bytes[2 * i + 1] as number)).toString(16).toUpperCase(),
  )
  return groups.join(':')
}

/** `type-id` and the value, if that is a string. https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.6 */
function otherNameText(der: Uint8Array): string {
  const [type, wrapped] = childrenOf(parseAsn1(der, 'otherName'), explicit(0))
  if (type === undefined || wrapped === undefined) return 'othername: <unsupported>'
  const [value] = childrenOf(wrapped, explicit(0))
  const text = value && readText(value)
  return `othername: ${nameOf(readObjectIdentifier(type))}::${text === undefined ? '<unsupported>' : printable(text)}`
}

function attributeText({ type, text, der }: NameAttribute): string {
  return `${attributeNames[type] ?? type}=${text === undefined ? `#${toHex(der).toUpperCase()}` : quoted(text)}`
}

/** In quotes where a character would otherwise mean something. */
function quoted(text: string): string {
  const escaped = printable(text.replace(/["\\]/g, '\\$&'))
  return /[,+<>;]|^[ #]| $/.test(text) ? `"${escaped}"` : escaped
}

/** Octets in capitals, as key identifiers are written. */
export function identifierText(bytes: Uint8Array): string {
  return hexText(bytes).toUpperCase()
}
