import { constants } from 'node:crypto'
import { inForce } from './module-defaults.ts'
import { openSslError } from './openssl-error.ts'

/** What a context says about versions in Node's words. */
export interface VersionOptions {
  readonly minVersion?: string | null | undefined
  readonly maxVersion?: string | null | undefined
  readonly secureProtocol?: string | null | undefined
}

/**
 * The versions that options and `tls.DEFAULT_*` ask for.
 *
 * @throws TypeError `ERR_TLS_PROTOCOL_VERSION_CONFLICT`, `ERR_TLS_INVALID_PROTOCOL_VERSION`,
 *   `ERR_TLS_INVALID_PROTOCOL_METHOD`
 */
export function askedVersions({ minVersion, maxVersion, secureProtocol }: VersionOptions): {
  minVersion: string
  maxVersion: string
} {
  if (secureProtocol) {
    for (const version of [minVersion, maxVersion]) {
      if (version === undefined || version === null) continue
      const message = `TLS protocol version ${JSON.stringify(version)} conflicts with secureProtocol ${JSON.stringify(secureProtocol)}`
      throw Object.assign(new TypeError(message), { code: 'ERR_TLS_PROTOCOL_VERSION_CONFLICT' })
    }
  }
  const asked = {
    minVersion: checked('minimum', minVersion ?? inForce('DEFAULT_MIN_VERSION')),
    maxVersion: checked('maximum', maxVersion ?? inForce('DEFAULT_MAX_VERSION')),
  }
  return secureProtocol ? { ...asked, ...versionsOf(secureProtocol) } : asked
}

/**
 * What is left of them for us, who speak TLS 1.2 and 1.3: a `minVersion` below that is TLS 1.2. `maxVersion` below
 * `minVersion`: nothing is left.
 *
 * @param secureOptions `SSL_OP_NO_TLSv1_2` and `SSL_OP_NO_TLSv1_3` count
 */
export function supportedVersions(
  minVersion: string,
  maxVersion: string,
  secureOptions: number,
): { minVersion: string; maxVersion: string } {
  const without12 = (secureOptions & constants.SSL_OP_NO_TLSv1_2) !== 0
  const without13 = (secureOptions & constants.SSL_OP_NO_TLSv1_3) !== 0
  const from = Math.max(rank(minVersion), without12 ? 3 : 2)
  const to = Math.min(rank(maxVersion), without13 ? 2 : 3)
  return { minVersion: versions[from] as string, maxVersion: versions[to] as string }
}

/** Whether nothing can be spoken with these. */
export function isNothingSpoken(options: {
  readonly minVersion?: string | undefined
  readonly maxVersion?: string | undefined
}): boolean {
  return rank(options.maxVersion ?? 'TLSv1.3') < rank(options.minVersion ?? 'TLSv1.2')
}

/** What OpenSSL says then. */
export function noProtocolsAvailable(): Error {
  return openSslError('0A0000BF', 'SSL routines', 'no protocols available')
}

/** What it says for a client whose cipher suites are all of other versions, or need what it does not have. */
export function noCiphersAvailable(): Error {
  return openSslError('0A0000B5', 'SSL routines', 'no ciphers available')
}

function checked(kind: string, version: string): string {
  if (versions.includes(version)) return version
  const message = `${JSON.stringify(version)} is not a valid ${kind} TLS protocol version`
  throw Object.assign(new TypeError(message), { code: 'ERR_TLS_INVALID_PROTOCOL_VERSION' })
}

function versionsOf(method: string): { minVersion?: string; maxVersion?: string } {
  const match = /^(TLS|SSLv23|TLSv1|TLSv1_1|TLSv1_2|SSLv2|SSLv3)_(?:client_|server_)?method$/.exec(method)
  const protocol = match?.[1]
  if (protocol === undefined) throw methodError(`Unknown method: ${method}`)
  if (protocol === 'SSLv2' || protocol === 'SSLv3') throw methodError(`${protocol} methods disabled`)
  // "Any version", and for TLS_method also those below the defaults.
  if (protocol === 'SSLv23') return {}
  if (protocol === 'TLS') return { minVersion: 'TLSv1', maxVersion: 'TLSv1.3' }
  const version = protocol.replace('_', '.')
  return { minVersion: version, maxVersion: version }
}

function methodError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_TLS_INVALID_PROTOCOL_METHOD' })
}

function rank(version: string): number {
  return versions.indexOf(version)
}

const versions: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']
