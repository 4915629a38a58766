import type { CipherSuite } from '@typetls/crypto-provider'
import { cipherSuites } from '@typetls/crypto-provider'
import type { CipherSuiteRow } from '@typetls/connection/tls12'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  cbcTls12CipherSuites,
  dheCbcTls12CipherSuites,
  dhePskTls12CipherSuites,
  dheTls12CipherSuites,
  defaultTls12CipherSuites,
  pskLegacyTls12CipherSuites,
  pskTls12CipherSuites,
  rsaTls12CipherSuites,
} from '@typetls/connection/tls12'
import { TlsError } from '@typetls/wire'
import type { TlsOptions } from './tls-options.ts'

/** What is spoken. */
export interface Versions {
  readonly tls12: boolean
  readonly tls13: boolean
}

/**
 * By `minVersion` and `maxVersion`; a `maxVersion` below the default of `minVersion` is that too.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` for older and unknown versions, `ERR_TLS_OPTIONS` when min is above max
 */
export function versionsOf({ minVersion, maxVersion }: TlsOptions): Versions {
  const max = number('maxVersion', maxVersion ?? 'TLSv1.3')
  const min = number('minVersion', minVersion ?? (max === 2 ? 'TLSv1.2' : 'TLSv1.3'))
  if (min > max) throw new TlsError('ERR_TLS_OPTIONS', 'minVersion is above maxVersion')
  return { tls12: min === 2, tls13: max === 3 }
}

/** The TLS 1.2 suites among what was asked for; `undefined`: none, so the default is taken. */
export function tls12Suites(asked: TlsOptions['cipherSuites']): readonly CipherSuiteRow[] | undefined {
  const rows = asked?.flatMap((one) =>
    typeof one === 'string' ? (tls12ByName.get(one) ?? []) : isTls12(one) ? [one] : [],
  )
  return rows?.length === 0 ? undefined : rows
}

/** The TLS 1.3 suites among them. */
export function tls13Suites(asked: TlsOptions['cipherSuites']): readonly CipherSuite[] | undefined {
  const rows = asked?.flatMap((one) => {
    if (typeof one !== 'string') return isTls12(one) ? [] : [one]
    const found = cipherSuites.find(({ name }) => name === one)
    if (found === undefined && !tls12ByName.has(one)) {
      throw new TlsError('ERR_TLS_OPTIONS', `there is no cipher suite ${one}`, {
        expected: [...cipherSuites.map(({ name }) => name), ...tls12ByName.keys()],
        received: one,
      })
    }
    return found ?? []
  })
  return rows?.length === 0 && asked?.length !== 0 ? undefined : rows
}

function number(option: string, version: string): 2 | 3 {
  if (version === 'TLSv1.3') return 3
  if (version === 'TLSv1.2') return 2
  throw new TlsError('ERR_TLS_UNSUPPORTED', `${option}: TLSv1.2 and TLSv1.3 are spoken`, {
    expected: ['TLSv1.2', 'TLSv1.3'],
    received: version,
  })
}

function isTls12(row: CipherSuite | CipherSuiteRow): row is CipherSuiteRow {
  return 'keyExchange' in row
}

const tls12Rows: readonly CipherSuiteRow[] = [
  ...defaultTls12CipherSuites,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM,
  TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8,
  ...cbcTls12CipherSuites,
  ...dheTls12CipherSuites,
  ...pskTls12CipherSuites,
  ...dhePskTls12CipherSuites,
  ...dheCbcTls12CipherSuites,
  ...pskLegacyTls12CipherSuites,
  ...rsaTls12CipherSuites,
]

const tls12ByName: ReadonlyMap<string, CipherSuiteRow> = new Map(tls12Rows.map((row) => [row.name, row]))

/** Everything `cipherSuites` knows by name, most wanted first. */
export const knownCipherSuites: readonly (CipherSuite | CipherSuiteRow)[] = [...cipherSuites, ...tls12Rows]
