import { constants } from 'node:crypto'
import type { SignatureScheme } from '@typetls/crypto-provider'
import { defaultSignatureSchemes } from '@typetls/crypto-provider'
import type { TlsServerOptions } from '../server-options.ts'
import { checkFunction, checkInteger, checkNumber, checkString, invalidArgumentType } from './argument-error.ts'
import { cipherSuitesOf } from './cipher-string.ts'
import { moduleDefaults } from './module-defaults.ts'
import type { SecureContext } from './secure-context.ts'

/** Options of node:tls for a context: what `createSecureContext` takes, beside ours. */
export interface NodeTlsOptions extends Omit<TlsServerOptions, 'SNICallback'> {
  readonly secureContext?: SecureContext | null | undefined
  /** OpenSSL's cipher string, such as `ECDHE+AESGCM:!aRSA`. */
  readonly ciphers?: string | null | undefined
  /** OpenSSL's or IANA names of groups, with colons between; `auto`: ours. */
  readonly ecdhCurve?: string | null | undefined
  /** OpenSSL's or IANA names of signature algorithms, with colons between. */
  readonly sigalgs?: string | null | undefined
  /** OpenSSL's name of a method, such as `TLSv1_2_method`. */
  readonly secureProtocol?: string | null | undefined
  readonly honorCipherOrder?: boolean | null | undefined
}

/**
 * Options of node:tls in our words, checked as node:tls checks them; those of ours pass through.
 *
 * @throws TypeError and RangeError with Node's codes and words; Error `ERR_SSL_NO_CIPHER_MATCH`
 */
export function translated<Options extends NodeTlsOptions>(options: Options): TlsServerOptions {
  checkOptions(options as Readonly<Record<string, unknown>>)
  const { ciphers, ecdhCurve, sigalgs, secureProtocol, honorCipherOrder, ...rest } = options
  const ours = Object.fromEntries(
    Object.entries(rest).filter(
      ([name, value]) => name !== 'secureContext' && value !== null && !(value === false && material.has(name)),
    ),
  ) as TlsServerOptions
  const { DEFAULT_CIPHERS, DEFAULT_ECDH_CURVE, DEFAULT_MAX_VERSION, DEFAULT_MIN_VERSION } = moduleDefaults
  const curves = ecdhCurve ?? DEFAULT_ECDH_CURVE
  const { minVersion = DEFAULT_MIN_VERSION, maxVersion = DEFAULT_MAX_VERSION } = ours
  return {
    ...ours,
    minVersion: oldest(minVersion, maxVersion),
    maxVersion,
    ...(ours.cipherSuites === undefined ? suitesOf(ciphers ?? DEFAULT_CIPHERS) : {}),
    ...(curves !== 'auto' && ours.groups === undefined ? { groups: curves.split(':').map(groupOf) } : {}),
    ...(isGiven(sigalgs) ? { signatureSchemes: sigalgs.split(':').map(schemeOf) } : {}),
    ...(isGiven(secureProtocol) ? versionsOf(secureProtocol) : {}),
    ...(isGiven(honorCipherOrder) ? { cipherPreference: honorCipherOrder ? 'server' : 'client' } : {}),
  }
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null
}

/** Node's own default stands for ours: it has static RSA and CBC in it, which somebody has to ask for. */
function suitesOf(ciphers: string): { cipherSuites?: readonly string[] } {
  return ciphers === constants.defaultCoreCipherList ? {} : cipherSuitesOf(ciphers)
}

/** Nothing older than TLS 1.2 is spoken: who would take less gets that. */
function oldest(minVersion: string, maxVersion: string): string {
  const least = versions.indexOf(minVersion) < 2 ? 'TLSv1.2' : minVersion
  return versions.indexOf(maxVersion) < versions.indexOf(least) && minVersion !== least ? maxVersion : least
}

/** OpenSSL's names of curves; ours are IANA's. */
function groupOf(name: string): string {
  const group = groups[name.toLowerCase()]
  if (group !== undefined) return group
  throw Object.assign(new Error('Failed to set ECDH curve'), { code: 'ERR_CRYPTO_OPERATION_FAILED' })
}

function schemeOf(name: string): SignatureScheme {
  const wanted = schemes[name.toLowerCase()] ?? name.toLowerCase()
  const scheme = defaultSignatureSchemes.find((row) => row.name === wanted)
  if (scheme !== undefined) return scheme
  throw Object.assign(new Error('Failed to set sigalgs'), { code: 'ERR_CRYPTO_OPERATION_FAILED' })
}

function versionsOf(method: string): { minVersion?: string; maxVersion?: string } {
  const match = /^(TLS|SSLv23|TLSv1|TLSv1_1|TLSv1_2|SSLv2|SSLv3)_(?:client_|server_)?method$/.exec(method)
  const protocol = match?.[1]
  if (protocol === undefined) throw methodError(`Unknown method: ${method}`)
  if (protocol === 'SSLv2' || protocol === 'SSLv3') throw methodError(`${protocol} methods disabled`)
  if (protocol === 'TLS' || protocol === 'SSLv23') return {}
  const version = protocol.replace('_', '.')
  return { minVersion: version, maxVersion: version }
}

function methodError(message: string): TypeError {
  return Object.assign(new TypeError(message), { code: 'ERR_TLS_INVALID_PROTOCOL_METHOD' })
}

function checkOptions(options: Readonly<Record<string, unknown>>): void {
  if (typeof options !== 'object') throw invalidArgumentType('options', 'of type object', options)
  for (const name of [
    'ciphers',
    'passphrase',
    'ecdhCurve',
    'sigalgs',
    'sessionIdContext',
    'secureProtocol',
    'clientCertEngine',
    'pskIdentityHint',
  ]) {
    if (isGiven(options[name])) checkString(`options.${name}`, options[name])
  }
  for (const name of ['SNICallback', 'ALPNCallback', 'pskCallback', 'checkServerIdentity']) {
    if (isGiven(options[name])) checkFunction(`options.${name}`, options[name])
  }
  const { sessionTimeout, handshakeTimeout, ticketKeys, secureProtocol, minVersion, maxVersion } = options
  if (isGiven(sessionTimeout)) checkInteger('options.sessionTimeout', sessionTimeout, 0, 0x7fffffff)
  if (isGiven(handshakeTimeout)) checkNumber('options.handshakeTimeout', handshakeTimeout)
  if (isGiven(ticketKeys)) {
    if (!ArrayBuffer.isView(ticketKeys))
      throw invalidArgumentType('options.ticketKeys', 'an instance of Buffer, TypedArray, or DataView', ticketKeys)
    if (ticketKeys.byteLength !== 48) {
      const message = `The property 'options.ticketKeys' must be exactly 48 bytes. Received ${ticketKeys.byteLength}`
      throw Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
    }
  }
  for (const [kind, version] of [
    ['minimum', minVersion],
    ['maximum', maxVersion],
  ] as const) {
    if (!isGiven(version) || versions.includes(version as string)) continue
    const message = `${JSON.stringify(version)} is not a valid ${kind} TLS protocol version`
    throw Object.assign(new TypeError(message), { code: 'ERR_TLS_INVALID_PROTOCOL_VERSION' })
  }
  if (!isGiven(secureProtocol)) return
  for (const [name, version] of Object.entries({ minVersion, maxVersion })) {
    if (!isGiven(version)) continue
    const message = `TLS protocol version ${JSON.stringify(version)} conflicts with secureProtocol ${JSON.stringify(secureProtocol)}`
    throw Object.assign(new TypeError(message), { code: 'ERR_TLS_PROTOCOL_VERSION_CONFLICT', option: name })
  }
}

const versions: readonly string[] = ['TLSv1', 'TLSv1.1', 'TLSv1.2', 'TLSv1.3']

const groups: Readonly<Record<string, string>> = {
  prime256v1: 'secp256r1',
  'p-256': 'secp256r1',
  secp256r1: 'secp256r1',
  'p-384': 'secp384r1',
  secp384r1: 'secp384r1',
  'p-521': 'secp521r1',
  secp521r1: 'secp521r1',
  x25519: 'x25519',
  x448: 'x448',
  x25519mlkem768: 'X25519MLKEM768',
  secp256r1mlkem768: 'SecP256r1MLKEM768',
}

const schemes: Readonly<Record<string, string>> = {
  'ecdsa+sha256': 'ecdsa_secp256r1_sha256',
  'ecdsa+sha384': 'ecdsa_secp384r1_sha384',
  'ecdsa+sha512': 'ecdsa_secp521r1_sha512',
  'rsa-pss+sha256': 'rsa_pss_rsae_sha256',
  'rsa-pss+sha384': 'rsa_pss_rsae_sha384',
  'rsa-pss+sha512': 'rsa_pss_rsae_sha512',
  'rsa+sha256': 'rsa_pkcs1_sha256',
  'rsa+sha384': 'rsa_pkcs1_sha384',
  'rsa+sha512': 'rsa_pkcs1_sha512',
}

/** What programs set to false when they have none. */
const material: ReadonlySet<string> = /* @__PURE__ */ new Set(['cert', 'key', 'ca', 'pfx', 'crl', 'passphrase'])
