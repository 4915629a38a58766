import { TlsError } from '@typetls/wire'

/** "a value smaller than 64 … MUST be treated as a fatal error" https://www.rfc-editor.org/rfc/rfc8449#section-4 */
export function checkRecordSizeLimit(limit: number): void {
  if (limit < 64) {
    throw new TlsError('ERR_TLS_RECORD_SIZE_LIMIT', undefined, { expected: { min: 64 }, received: limit })
  }
}
