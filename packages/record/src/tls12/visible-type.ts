import { TlsError } from '@typetls/wire'
import { typeApplicationData } from '../content-type.ts'
import { checkLength } from '../record-checks.ts'

/** What a record is held to whose header tells its type. https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3 */
export function checkVisible(type: number, length: number, sequence: number, limit: number): void {
  checkLength('ERR_TLS_RECORD_OVERFLOW', length, limit)
  if (type === typeApplicationData && sequence === 0) {
    throw new TlsError('ERR_TLS_RECORD_UNEXPECTED', 'application data came between ChangeCipherSpec and Finished')
  }
}
