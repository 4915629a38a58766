import { equalBytes, toHex } from '@typetls/wire'
import type { Asn1Value } from './asn1.ts'
import { parseAsn1 } from './asn1.ts'
import type { DerErrorCode } from '@typetls/wire/der'
import { DerReader, sequence, set } from '@typetls/wire/der'

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

  /** The relative names, DER: the content of the SEQUENCE. */
  get relativeNamesDer(): Uint8Array {
    const reader = new DerReader(this.der, this.#code)
    const { start, end } = reader.enter(sequence, this.#path)
    return this.der.subarray(start, end)
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
    const ours = this.comparable
    const theirs = other.comparable
    return ours.length === theirs.length && ours.every((one, i) => one === theirs[i])
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

function readName(name: Asn1Value): RelativeName[] {
  return name
    .children(sequence)
    .map((relative) => relative.someChildren(set).map((attribute) => readAttribute(attribute)))
}

function readAttribute(attribute: Asn1Value): NameAttribute {
  const [type, value, ...more] = attribute.children(sequence)
  if (type === undefined || value === undefined || more.length > 0) return attribute.fail('is not a type and a value')
  return { type: type.objectIdentifier(), text: value.text(), der: value.der }
}

/**
 * What remains of a string for comparing. RFC 4518 in short: compatibility forms folded (NFKC), lower case, one space
 * for each run of them, none at the ends.
 */
function prepared(text: string): string {
  return text.normalize('NFKC').toLowerCase().trim().replace(/\s+/g, ' ')
}

function attributeText({ type, text, der }: NameAttribute): string {
  const name = attributeNames[type] ?? type
  return `${name}=${text === undefined ? `#${toHex(der)}` : escaped(text)}`
}

/** https://www.rfc-editor.org/rfc/rfc4514#section-2.4, with control characters escaped also where it does not ask. */
function escaped(text: string): string {
  return text
    .replace(/^[ #]|[",+;<>\\]| $/g, (special) => `\\${special}`)
    .replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (control) =>
      encodeURIComponent(control).replaceAll('%', '\\'),
    )
}

const attributeNames: Readonly<Record<string, string>> = {
  '2.5.4.3': 'CN',
  '2.5.4.4': 'SN',
  '2.5.4.5': 'serialNumber',
  '2.5.4.6': 'C',
  '2.5.4.7': 'L',
  '2.5.4.8': 'ST',
  '2.5.4.9': 'street',
  '2.5.4.10': 'O',
  '2.5.4.11': 'OU',
  '2.5.4.12': 'title',
  '2.5.4.42': 'GN',
  '2.5.4.97': 'organizationIdentifier',
  '0.9.2342.19200300.100.1.1': 'UID',
  '0.9.2342.19200300.100.1.25': 'DC',
  '1.2.840.113549.1.9.1': 'emailAddress',
}
