import { TlsError } from '@typetls/wire'
import { typeApplicationData, typeChangeCipherSpec, typeHandshake } from '../content-type.ts'
import type { ContentCounts } from '../protection.ts'
import { checkType } from '../record-checks.ts'

/** What the content of a record is held to whose header tells its type. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3 */
export function checkVisible(reader: ContentCounts, type: number, content: Uint8Array, sequence: number): void {
  const { length } = content
  if (length > reader.limit) {
    throw new TlsError('ERR_TLS_RECORD_OVERFLOW', 'the content of a record is too long', {
      expected: { max: reader.limit },
      received: length,
    })
  }
  if (type === typeChangeCipherSpec) {
    reader.takeChangeCipherSpec(content)
  } else if (type !== typeApplicationData) {
    checkType(type, length)
    if (type === typeHandshake) reader.countContent(false)
  } else if (sequence === reader.firstSequence) {
    throw new TlsError('ERR_TLS_RECORD_UNEXPECTED', 'application data came between ChangeCipherSpec and Finished')
  } else {
    reader.countContent(length === 0)
  }
}
