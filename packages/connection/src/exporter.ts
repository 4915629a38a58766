import { exportOf, run } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import type { Connection } from './connection.ts'

/**
 * TLS-Exporter. https://www.rfc-editor.org/rfc/rfc9846#section-7.5
 *
 * In TLS 1.2 no context (`undefined`) and an empty one are different (RFC 5705); in TLS 1.3 they are the same.
 *
 * @param length bytes
 * @throws TlsError `ERR_TLS_STATE` (internal_error) before `connected`, after the end, and in TLS 1.2 without
 *   extended_main_secret
 */
export function exportKeyingMaterial(
  { postHandshake, state }: Connection,
  label: string,
  context: Uint8Array | undefined,
  length: number,
): Uint8Array | PromiseLike<Uint8Array> {
  if (postHandshake === undefined || state === 'closed') {
    throw new TlsError('ERR_TLS_STATE', 'keying material can be exported while connected')
  }
  return run(exportOf(postHandshake, label, context, length))
}
