import type { PublicKey } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { Program } from '../program.ts'
import { wait } from '../program.ts'
import type { RevocationQuery, SignedData } from '../revocation.ts'
import { readSignatureAlgorithm } from '../signature-algorithm.ts'
import type { RevocationReason } from './crl-entries.ts'
import type { EvidenceRule } from './evidence-rules.ts'

/** What one kind of evidence says of a certificate. */
export type StatusFinding =
  | { readonly status: 'good' }
  | { readonly status: 'revoked'; readonly at: number; readonly reason: RevocationReason | undefined }
  /** Nothing that counts, and why not, for each piece of evidence that was looked at. */
  | { readonly status: 'unknown'; readonly notes: readonly StatusNote[] }

/** Why a CRL or an OCSP response does not count. */
export interface StatusNote {
  readonly rule: EvidenceRule
  /** A sentence without its end: `the CRL 3 of CN=Example CA expired on 2026-01-01T00:00:00.000Z`. */
  readonly text: string
}

/** How far evidence may be from now. */
export interface Freshness {
  /** Milliseconds that clocks may differ. */
  readonly clockSkew: number
  /** Milliseconds since thisUpdate for OCSP responses that have no nextUpdate. */
  readonly maxAgeWithoutNextUpdate: number
}

export function instant(time: number): string {
  return new Date(time).toISOString()
}

/** What reading returns, or a note if the bytes cannot be read. */
export function readOrNote<T>(rule: EvidenceRule, what: string, read: () => T): T | StatusNote {
  try {
    return read()
  } catch (error) {
    if (error instanceof TlsError && unreadable.has(error.code)) {
      return { rule, text: `${what} cannot be read: ${error.message}` }
    }
    throw error
  }
}

export function isNote(value: object | undefined): value is StatusNote {
  return value !== undefined && 'rule' in value && 'text' in value
}

/** As `query.isSignedBy`; what has an algorithm that cannot be read was signed by nobody. */
export function* isSignedBy(query: RevocationQuery, signed: SignedData, key: PublicKey): Program<boolean> {
  const algorithm = readOrNote('revocation.unknown', 'the algorithm', () =>
    readSignatureAlgorithm(signed.algorithm, signed.algorithmPath),
  )
  return !isNote(algorithm) && (yield* wait(query.isSignedBy(signed, key)))
}

const unreadable: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'ERR_TLS_CRL_PARSE',
  'ERR_TLS_OCSP_PARSE',
  'ERR_TLS_CERTIFICATE_PARSE',
])
