import { equalBytes, toHex } from '@typetls/wire'
import { childrenOf, parseAsn1, readObjectIdentifier, someChildrenOf } from './asn1.ts'
import { readText } from './asn1-string.ts'
import type { DerErrorCode, DerReader } from '@typetls/wire/der'
import { sequence, set } from '@typetls/wire/der'

/** Name, the subject or issuer of a certificate. https://www.rfc-editor.org/rfc/rfc5280#section-4.1.2.4 */
export class DistinguishedName {
  /** The whole Name, DER. */
  readonly der: Uint8Array
  readonly #path: string
  readonly #code: DerErrorCode
  #relativeNames: readonly RelativeName[] | undefined
  #comparable: readonly string[] | undefined

  /** @param code what a name that cannot be read is refused with */
  constructor(der: Uint8Array, path: string, code: DerErrorCode = 'ERR_TLS_CERTIFICATE_PARSE') {
    this.der = der
    this.#path = path
    this.#code = code
  }

  get isEmpty(): boolean {
    return this.der.length === 2
  }

  /**
   * In the order they are encoded: the broadest first, usually.
   *
   * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error); of a name in a CRL or OCSP response that one's code
   */
  get relativeNames(): readonly RelativeName[] {
    return (this.#relativeNames ??= readName(parseAsn1(this.der, this.#path, this.#code)))
  }

  /**
   * Whether both are the same name: letter case, width and runs of spaces make no difference, nor does the string type.
   *
   * https://www.rfc-editor.org/rfc/rfc5280#section-7.1
   */
  equals(other: DistinguishedName): boolean {
    if (equalBytes(this.der, other.der)) return true
    if (this.isEmpty || other.isEmpty) return false
    return this.comparable.length === other.comparable.length && this.isWithin(other)
  }

  /** Whether `base` is this name or one above it in the tree. Empty is above all. */
  isWithin(base: DistinguishedName): boolean {
    const ours = this.comparable
    return base.comparable.every((one, i) => one === ours[i])
  }

  /** One string for each relative name, equal if and only if the relative names are: quoted, so no value can act another. */
  get comparable(): readonly string[] {
    return (this.#comparable ??= this.relativeNames.map((relative) =>
      relative
        .map(({ type, text, der }) => `${type}=${text === undefined ? toHex(der) : JSON.stringify(prepared(text))}`)
        .sort()
        .join('+'),
    ))
  }

  /** As RFC 4514 writes it, the most specific first: `CN=example.org,O=Example,C=DE`. Control characters are escaped. */
  toString(): string {
    return this.relativeNames
      .map((relative) => relative.map(attributeText).join('+'))
      .reverse()
      .join(',')
  }

  toJSON(): string {
    return this.toString()
  }
}

/** RelativeDistinguishedName: nearly always a single attribute. */
export type RelativeName = readonly NameAttribute[]

export interface NameAttribute {
  /** Object identifier, such as `2.5.4.3`. */
  readonly type: string
  /** The value, if it is one of ASN.1's strings. */
  readonly text: string | undefined
  /** The value, DER. */
  readonly der: Uint8Array
}

function readName(name: DerReader): RelativeName[] {
  return childrenOf(name, sequence).map((relative) => someChildrenOf(relative, set).map(readAttribute))
}

function readAttribute(attribute: DerReader): NameAttribute {
  const fields = attribute.enter(sequence)
  const type = readObjectIdentifier(fields, 'type')
  const value = fields.next('value')
  fields.finish()
  return { type, text: readText(value), der: value.der }
}

/**
 * What remains of a string for comparing. RFC 4518 in short: compatibility forms folded (NFKC), lower case, one space
 * for each run of them, none at the ends.
 */
function prepared(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ')
}

function attributeText({ type, text, der }: NameAttribute): string {
  const name = attributeNames[type.replace(/^2\.5\.4\.(\d+)$/, '$1')] ?? type
  return `${name}=${text === undefined ? `#${toHex(der)}` : escaped(text)}`
}

/** https://www.rfc-editor.org/rfc/rfc4514#section-2.4, with control and formatting characters escaped also where it does not ask. */
function escaped(text: string): string {
  return text
    .replace(/^[ #]|[",+;<>\\]| $/g, '\\$&')
    .replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, (control) => encodeURIComponent(control).replaceAll('%', '\\'))
}

/** Under 2.5.4 by the last number, others whole. */
const attributeNames: Readonly<Record<string, string>> = {
  '3': 'CN',
  '4': 'SN',
  '5': 'serialNumber',
  '6': 'C',
  '7': 'L',
  '8': 'ST',
  '9': 'street',
  '10': 'O',
  '11': 'OU',
  '12': 'title',
  '42': 'GN',
  '97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}
