import { TlsError } from '@typetls/wire'
import { maxSkippedEarlyData } from './limits.ts'

/**
 * What a server counts of early data that it did not accept; `declinedEarlyData` of its reader, which drops it.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.10
 */
export class DeclinedEarlyData {
  #length = 0

  /**
   * One more record, of so many bytes on the wire.
   *
   * @throws TlsError `ERR_TLS_TOO_MUCH_EARLY_DATA` (unexpected_message) above 16384 bytes
   */
  drop(length: number): void {
    this.#length += length
    if (this.#length > maxSkippedEarlyData) {
      throw new TlsError('ERR_TLS_TOO_MUCH_EARLY_DATA', 'too much early data came, and none was accepted', {
        expected: { max: maxSkippedEarlyData },
        received: this.#length,
      })
    }
  }
}
