import { TlsError } from '@typetls/wire'
import { DerReader, octetString } from '@typetls/wire/der'
import type { Extension } from '../extensions.ts'
import type { Program } from '../program.ts'
import { run, wait } from '../program.ts'
import { parseOcspResponse } from '../revocation/ocsp-response.ts'
import { fitsKey } from '../signature-algorithm.ts'
import type { TransparencyAnswer, TransparencyChecker, TransparencyQuery } from '../transparency.ts'
import { certificateEntry, embeddedListId, precertificateEntry } from './log-entry.ts'
import type { TransparencyLog } from './log-list.ts'
import { logById } from './log-list.ts'
import type { TimestampSource, TransparencyPolicy, VerifiedTimestamp } from './policy.ts'
import { browserPolicy } from './policy.ts'
import type { SignedCertificateTimestamp } from './signed-certificate-timestamp.ts'
import { parseTimestampList, signedData } from './signed-certificate-timestamp.ts'

/**
 * Checks that a server's certificate was logged: for `createVerifier({ transparency })`. Timestamps in the certificate,
 * from the handshake and from the OCSP response are verified, and the policy says whether they suffice; a certificate
 * that they do not suffice for is refused with `ERR_TLS_CERTIFICATE_TRANSPARENCY`.
 *
 * A timestamp that is not for this certificate, of an unknown log, or of the future counts as if it were not there.
 */
export function createTransparencyChecker(options: TransparencyOptions): TransparencyChecker {
  return { check: (query) => run(answer(query, options)) }
}

export interface TransparencyOptions {
  /** Logs whose timestamps count, see `readLogList`. */
  readonly logs: readonly TransparencyLog[]
  /** Default `browserPolicy`. */
  readonly policy?: TransparencyPolicy
  /** Milliseconds that the clocks of logs and ours may differ. Default 300,000: 5 minutes. */
  readonly clockSkew?: number
}

function* answer(query: TransparencyQuery, options: TransparencyOptions): Program<TransparencyAnswer> {
  const timestamps = yield* verifiedTimestamps(query, options)
  const { certificate, time } = query
  const problem = (options.policy ?? browserPolicy)({ certificate, timestamps, time })
  return problem === undefined ? undefined : { rule: 'transparency.policy', problem }
}

function* verifiedTimestamps(
  query: TransparencyQuery,
  { logs, clockSkew = 300_000 }: TransparencyOptions,
): Program<readonly VerifiedTimestamp[]> {
  const { certificate, issuer, crypto, time } = query
  const verified: VerifiedTimestamp[] = []
  const entries: Partial<Record<TimestampSource, Uint8Array>> = {}
  for (const { source, timestamp } of timestampsOf(query).slice(0, maxTimestamps)) {
    const log = logById(logs, timestamp.logId)
    // "Clients MUST reject SCTs whose timestamp is in the future."
    if (log === undefined || timestamp.timestamp > time + clockSkew) continue
    const { expiryRange } = log
    const { notAfter } = certificate
    if (expiryRange !== undefined && (notAfter < expiryRange.start || notAfter >= expiryRange.end)) continue
    const algorithm = algorithmOf(timestamp)
    const row = algorithm === undefined ? undefined : crypto.signature[algorithm]
    if (algorithm === undefined || row === undefined || !fitsKey(algorithm, log.publicKey)) continue
    entries[source] ??=
      source === 'certificate' ? yield* precertificateEntry(certificate, issuer, crypto) : certificateEntry(certificate)
    const data = signedData(timestamp, entries[source])
    if (yield* wait(row.verify(log.publicKey, data, timestamp.signature))) verified.push({ timestamp, log, source })
  }
  return verified
}

interface FoundTimestamp {
  readonly source: TimestampSource
  readonly timestamp: SignedCertificateTimestamp
}

function timestampsOf(query: TransparencyQuery): readonly FoundTimestamp[] {
  const { certificate, signedCertificateTimestamps, ocspResponse } = query
  const lists: [TimestampSource, Uint8Array | undefined][] = [
    ['certificate', contentOf(certificate.extensions.get(embeddedListId))],
    ['tls', signedCertificateTimestamps],
    ['ocsp', ocspResponse === undefined ? undefined : listOf(ocspResponse)],
  ]
  return lists.flatMap(([source, list]) =>
    list === undefined ? [] : parseTimestampList(list).map((timestamp) => ({ source, timestamp })),
  )
}

/** "singleExtensions": the list of the first answer that has one. Whether the response counts does not matter here. */
function listOf(ocspResponse: Uint8Array): Uint8Array | undefined {
  try {
    const { basic } = parseOcspResponse(ocspResponse)
    return contentOf(
      basic?.responses.map(({ extensions }) => extensions.get(ocspListId)).find((one) => one !== undefined),
    )
  } catch (error) {
    // Whoever checks revocation says so; here it only brings no timestamps.
    if (error instanceof TlsError && error.code === 'ERR_TLS_OCSP_PARSE') return undefined
    throw error
  }
}

/** The list is an OCTET STRING inside the extension's. */
function contentOf(extension: Extension | undefined): Uint8Array | undefined {
  if (extension === undefined) return undefined
  const path = `${extension.path}.extnValue`
  const document = new DerReader(extension.value, 'ERR_TLS_CERTIFICATE_PARSE')
  const content = document.content(octetString, path)
  document.finish(path)
  return content
}

/** "either ECDSA … P-256 … or RSA … with … SHA-256" section 2.1.4 */
function algorithmOf({ hash, signatureAlgorithm }: SignedCertificateTimestamp): string | undefined {
  if (hash !== 4) return undefined
  return signatureAlgorithm === 3 ? 'ecdsa-sha256' : signatureAlgorithm === 1 ? 'rsa-pkcs1-sha256' : undefined
}

/** SignedCertificateTimestampList in an OCSP response. */
const ocspListId = '1.3.6.1.4.1.11129.2.4.5'

/** Certificates have two to five; each may cost a signature check. */
const maxTimestamps = 32
