/** ContentType, legacy_record_version, length. https://www.rfc-editor.org/rfc/rfc9846#section-5.1 */
export const headerLength = 5

/** The header of a record, whose body is a view behind it. */
export function headerBefore(body: Uint8Array): Uint8Array {
  return new Uint8Array(body.buffer, body.byteOffset - headerLength, headerLength)
}
