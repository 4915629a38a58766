import { TlsError } from '@typetls/wire'
import { pemBlocks } from './pem.ts'

/**
 * The certificates of a PEM text as DER, in its order; there is at least one.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
 */
export function pemCertificates(pem: string): Uint8Array[] {
  const blocks = pemBlocks(pem, 'ERR_TLS_CERTIFICATE_PARSE').filter(({ label }) => certificateLabels.has(label))
  if (blocks.length === 0) throw new TlsError('ERR_TLS_CERTIFICATE_PARSE', 'the PEM text has no CERTIFICATE block')
  return blocks.map(({ bytes }) => bytes)
}

/** "CERTIFICATE" is RFC 7468's; the other is what OpenSSL also writes and reads. */
const certificateLabels: ReadonlySet<string> = /* @__PURE__ */ new Set(['CERTIFICATE', 'X509 CERTIFICATE'])
