import { derElement, DerReader, integer, sequence } from '@typetls/wire/der'

/** A cursor over the DER of keys and signatures. Every failure is `ERR_TLS_KEY_PARSE` (internal_error). */
export class KeyReader extends DerReader {
  constructor(bytes: Uint8Array) {
    super(bytes, 'ERR_TLS_KEY_PARSE', 'this DER')
  }

  /** Over the content of a SEQUENCE, which is all there is. */
  static ofSequence(bytes: Uint8Array): KeyReader {
    const document = new KeyReader(bytes)
    const content = document.content(sequence)
    document.finish()
    return new KeyReader(content)
  }
}

/** An INTEGER from 0 to 255, which a structure starts with. */
export function version(fields: KeyReader): number {
  const digits = fields.integer()
  if (digits.length > 1) fields.fail('has a version above 255')
  return digits[0] ?? 0
}

/** An INTEGER of digits that may have zeros in front. */
export function derInteger(digits: Uint8Array): Uint8Array {
  let start = 0
  while (start < digits.length - 1 && digits[start] === 0) start++
  const minimal = digits.subarray(start)
  const signed = (minimal[0] ?? 0x80) >= 0x80
  return signed ? derElement(integer, Uint8Array.of(0), minimal) : derElement(integer, minimal)
}
