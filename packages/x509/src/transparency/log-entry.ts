import type { CryptoProvider } from '@typetls/crypto-provider'
import { concat, TlsError } from '@typetls/wire'
import type { Certificate } from '../certificate.ts'
import { derElement, DerReader, explicit, objectIdentifier, objectIdentifierText, sequence } from '@typetls/wire/der'
import type { NamedKey } from '../named-key.ts'
import type { Program } from '../program.ts'
import { wait } from '../program.ts'

/**
 * entry_type and signed_entry for the certificate as it is: timestamps that came beside it.
 *
 * https://www.rfc-editor.org/rfc/rfc6962#section-3.1
 */
export function certificateEntry(certificate: Certificate): Uint8Array {
  return concat(Uint8Array.of(0, 0), uint24(certificate.der.length), certificate.der)
}

/**
 * entry_type and signed_entry for what was logged before the certificate was made: timestamps that it carries itself. "the
 * TBSCertificate … without the signature and the poison extension", which is ours without the timestamps.
 *
 * https://www.rfc-editor.org/rfc/rfc6962#section-3.2
 */
export function* precertificateEntry(
  certificate: Certificate,
  issuer: Certificate | NamedKey,
  crypto: CryptoProvider,
): Program<Uint8Array> {
  const sha256 = crypto.hash['sha256']
  if (sha256 === undefined) throw new TlsError('ERR_TLS_UNSUPPORTED', `${crypto.name} has no sha256`)
  const issuerKeyHash = yield* wait(sha256.digest(issuer.publicKey.spki))
  const tbs = withoutTimestamps(certificate)
  return concat(Uint8Array.of(0, 1), issuerKeyHash, uint24(tbs.length), tbs)
}

/** SignedCertificateTimestampList in a certificate. */
export const embeddedListId = '1.3.6.1.4.1.11129.2.4.2'

function withoutTimestamps({ tbs }: Certificate): Uint8Array {
  const fields = new DerReader(tbs, 'ERR_TLS_CERTIFICATE_PARSE').enter(sequence, 'tbsCertificate')
  while (fields.peek() !== explicit(3)) fields.enter(fields.peek() as number, 'field')
  const before = tbs.subarray(fields.start, fields.offset)
  const list = fields.enter(explicit(3), 'extensions').enter(sequence, '')
  const kept: Uint8Array[] = []
  for (let i = 0; list.peek() !== undefined; i++) {
    const from = list.offset
    const id = objectIdentifierText(list.enter(sequence, i).content(objectIdentifier, 'extnID'))
    if (id !== embeddedListId) kept.push(tbs.subarray(from, list.offset))
  }
  const block = kept.length === 0 ? [] : [derElement(explicit(3), derElement(sequence, ...kept))]
  return derElement(sequence, before, ...block)
}

function uint24(value: number): Uint8Array {
  return Uint8Array.of(value >>> 16, value >>> 8, value)
}
