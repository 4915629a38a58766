import { TlsError } from '@typetls/wire'
import { typeApplicationData } from './content-type.ts'
import { checkLength } from './record-checks.ts'

/**
 * The length of the content in what a record of TLS 1.3 was opened to; its type stands behind it, and then the padding.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.4
 */
export function innerLength(outerType: number, plaintext: Uint8Array, limit: number): number {
  if (outerType !== typeApplicationData) {
    throw new TlsError('ERR_TLS_RECORD_OUTER_TYPE', undefined, { expected: typeApplicationData, received: outerType })
  }
  checkLength('ERR_TLS_RECORD_OVERFLOW', plaintext.length, limit + 1)
  let length = plaintext.length - 1
  while (plaintext[length] === 0) length--
  if (length < 0) throw new TlsError('ERR_TLS_RECORD_NO_CONTENT_TYPE')
  return length
}
