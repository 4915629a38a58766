import { constants } from 'node:crypto'
import type { CertificateInput, KeyInput, Pkcs12Input } from '../key-material.ts'
import type { TlsServerOptions } from '../server-options.ts'
import {
  checkInteger,
  checkString,
  checkTextOrBytes,
  invalidArgumentType,
  invalidArgumentValue,
} from './argument-error.ts'
import { SecureContextContent } from './context-content.ts'
import { inForce } from './module-defaults.ts'
import { cryptoError } from './openssl-error.ts'
import { askedVersions } from './protocol-versions.ts'
import type { SecureContext } from './secure-context.ts'

/** Options of node:tls for a context: what `createSecureContext` takes, beside ours. */
export interface NodeTlsOptions extends Omit<TlsServerOptions, 'SNICallback' | 'minVersion' | 'maxVersion'> {
  readonly secureContext?: SecureContext | null | undefined
  /** OpenSSL's cipher string, such as `ECDHE+AESGCM:!aRSA`. */
  readonly ciphers?: string | null | undefined
  /** OpenSSL's or IANA names of groups, with colons between; `auto`: ours. */
  readonly ecdhCurve?: string | null | undefined
  /** OpenSSL's or IANA names of signature algorithms, with colons between. */
  readonly sigalgs?: string | null | undefined
  /** `TLSv1` to `TLSv1.3`; nothing older than TLS 1.2 is spoken. */
  readonly minVersion?: string | null | undefined
  readonly maxVersion?: string | null | undefined
  /** OpenSSL's name of a method, such as `TLSv1_2_method`. */
  readonly secureProtocol?: string | null | undefined
  /** Servers, for DHE in TLS 1.2: PEM of their own parameters, or `auto`. Default: no DHE. */
  readonly dhparam?: string | NodeJS.ArrayBufferView | null | undefined
  readonly honorCipherOrder?: boolean | null | undefined
  /** `SSL_OP_*` of `crypto.constants`; those about what we do not have say nothing. */
  readonly secureOptions?: number | null | undefined
  /** A path may end at any certificate of `ca`; otherwise it ends at a self-signed one. Default false. */
  readonly allowPartialTrustChain?: boolean | null | undefined
  readonly sessionIdContext?: string | null | undefined
  /** OpenSSL's engines are not to be had: `credentials` is our way to keys elsewhere. */
  readonly clientCertEngine?: string | null | undefined
  readonly privateKeyEngine?: string | null | undefined
  readonly privateKeyIdentifier?: string | null | undefined
  /** Checked as Node does; certificates are never compressed. */
  readonly certificateCompression?: readonly string[] | null | undefined
}

/**
 * What is inside of a context for these options, checked as Node checks them and in its order.
 *
 * @throws TypeError and RangeError with Node's codes and words; Error as OpenSSL has them, such as
 *   `ERR_OSSL_X509_KEY_VALUES_MISMATCH` and `ERR_SSL_NO_CIPHER_MATCH`
 */
export function contentFor(options: NodeTlsOptions): SecureContextContent {
  if (typeof options !== 'object' && typeof options !== 'function') {
    throw invalidArgumentType('options', 'of type object', options)
  }
  const { minVersion, maxVersion } = askedVersions(options)
  const content = new SecureContextContent(minVersion, maxVersion, oursOf(options))
  let { secureOptions } = options
  if (options.honorCipherOrder) secureOptions = (secureOptions ?? 0) | constants.SSL_OP_CIPHER_SERVER_PREFERENCE
  if (secureOptions) {
    checkInteger('secureOptions', secureOptions, Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER)
    content.setOptions(secureOptions)
  }
  // The security level is for everything that follows.
  content.setCiphers(cipherString(options.ciphers))
  addTrust(content, options)
  addIdentity(content, options)
  checkCompression(options.certificateCompression)
  addAlgorithms(content, options)
  addCrls(content, options.crl)
  if (isGiven(options.sessionIdContext)) checkString('options.sessionIdContext', options.sessionIdContext)
  addFiles(content, options)
  refuseEngine(options.clientCertEngine)
  checkTickets(options)
  return content
}

function cipherString(ciphers: NodeTlsOptions['ciphers']): string {
  if (isGiven(ciphers)) checkString('options.ciphers', ciphers)
  const text = ciphers || inForce('DEFAULT_CIPHERS')
  if (/^:*$/.test(text)) throw invalidArgumentValue('options.ciphers', text.split(':'))
  return text
}

function addTrust(content: SecureContextContent, { ca, allowPartialTrustChain }: NodeTlsOptions): void {
  if (ca) {
    for (const one of [ca].flat()) {
      checkTextOrBytes('options.ca', one)
      content.addCACert(one as CertificateInput)
    }
  } else {
    content.addRootCerts()
  }
  if (allowPartialTrustChain) content.setAllowPartialTrustChain()
}

function addIdentity(content: SecureContextContent, options: NodeTlsOptions): void {
  const { cert, key, privateKeyIdentifier, privateKeyEngine } = options
  if (cert) {
    for (const one of [cert].flat()) {
      checkTextOrBytes('options.cert', one)
      content.setCert(one)
    }
  }
  if (Array.isArray(key)) {
    for (const one of key as readonly unknown[]) {
      const { pem = one, passphrase = options.passphrase } = (one ?? {}) as { pem?: unknown; passphrase?: unknown }
      addKey(content, pem, passphrase)
    }
  } else if (key) {
    addKey(content, key, options.passphrase)
  }
  if (!isGiven(privateKeyIdentifier)) return
  if (!isGiven(privateKeyEngine)) throw invalidArgumentValue('options.privateKeyEngine', privateKeyEngine)
  if (key) throw invalidArgumentValue('options.privateKeyIdentifier', privateKeyIdentifier)
  checkStringOrNothing('options.privateKeyIdentifier', privateKeyIdentifier)
  checkStringOrNothing('options.privateKeyEngine', privateKeyEngine)
  throw noEngines()
}

function addKey(content: SecureContextContent, key: unknown, passphrase: unknown): void {
  // Node has no KeyObjects here; we do.
  if (!isKeyObject(key)) checkTextOrBytes('options.key', key)
  if (isGiven(passphrase)) checkString('options.passphrase', passphrase)
  content.setKey(key as KeyInput, (passphrase ?? undefined) as string | undefined)
}

function checkCompression(algorithms: NodeTlsOptions['certificateCompression']): void {
  const name = 'options.certificateCompression'
  if (!isGiven(algorithms)) return
  if (!Array.isArray(algorithms)) throw invalidArgumentType(name, 'an instance of Array', algorithms)
  if (algorithms.length > 3) throw invalidArgumentValue(name, algorithms, 'can specify at most 3 algorithms')
  for (const [i, algorithm] of algorithms.entries()) {
    if (['zlib', 'brotli', 'zstd'].includes(algorithm as string)) continue
    throw invalidArgumentValue(`${name}[${i}]`, algorithm, "must be 'zlib', 'brotli', or 'zstd'")
  }
}

function addAlgorithms(content: SecureContextContent, { sigalgs, ecdhCurve, dhparam }: NodeTlsOptions): void {
  if (isGiven(sigalgs)) {
    checkString('options.sigalgs', sigalgs)
    if (sigalgs === '') throw invalidArgumentValue('options.sigalgs', sigalgs)
    content.setSigalgs(sigalgs)
  }
  const curves = ecdhCurve === undefined ? inForce('DEFAULT_ECDH_CURVE') || 'auto' : ecdhCurve
  checkString('options.ecdhCurve', curves)
  content.setECDHCurve(curves as string)
  if (!isGiven(dhparam)) return
  checkTextOrBytes('options.dhparam', dhparam)
  const warning = content.setDHParam(dhparam)
  if (warning !== undefined) process.emitWarning(warning, 'SecurityWarning')
}

function addCrls(content: SecureContextContent, crl: unknown): void {
  if (!isGiven(crl)) return
  for (const one of Array.isArray(crl) ? (crl as unknown[]) : [crl]) {
    checkTextOrBytes('options.crl', one)
    content.addCRL(one as string | Uint8Array)
  }
}

function addFiles(content: SecureContextContent, { pfx, passphrase }: NodeTlsOptions): void {
  if (!isGiven(pfx)) return
  const files: readonly Pkcs12Input[] = Array.isArray(pfx) ? pfx : [pfx as Pkcs12Input]
  for (const one of files) {
    const own = (Array.isArray(pfx) ? one : { buf: one }) as { buf?: unknown; passphrase?: string }
    content.loadPKCS12(bytesOf(own.buf ?? one), (own.passphrase || passphrase) ?? undefined)
  }
}

function refuseEngine(engine: unknown): void {
  if (!isGiven(engine)) return
  checkStringOrNothing('options.clientCertEngine', engine)
  throw noEngines()
}

function checkTickets({ ticketKeys, sessionTimeout }: { ticketKeys?: unknown; sessionTimeout?: unknown }): void {
  if (isGiven(ticketKeys)) {
    if (!ArrayBuffer.isView(ticketKeys)) {
      throw invalidArgumentType('options.ticketKeys', 'an instance of Buffer, TypedArray, or DataView', ticketKeys)
    }
    const length = ticketKeys.byteLength
    if (length !== 48) throw invalidArgumentValue('options.ticketKeys', length, 'must be exactly 48 bytes')
  }
  if (isGiven(sessionTimeout)) checkInteger('options.sessionTimeout', sessionTimeout, 0, 0x7fffffff)
}

/** Options of ours that are about contexts. The others are the socket's, though programs pass here all they have. */
/** Inherited ones count too, as for Node. */
function oursOf(options: NodeTlsOptions): TlsServerOptions {
  const all = options as Readonly<Record<string, unknown>>
  return Object.fromEntries([...ours].map((name) => [name, all[name]]).filter(([, value]) => isGiven(value)))
}

function noEngines(): Error {
  return cryptoError('ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED', 'Custom engines not supported by this OpenSSL')
}

function checkStringOrNothing(name: string, value: unknown): void {
  if (typeof value !== 'string') throw invalidArgumentType(name, 'of type string or one of null or undefined', value)
}

function isKeyObject(value: unknown): boolean {
  return typeof value === 'object' && value !== null && 'asymmetricKeyType' in value
}

function bytesOf(value: unknown): Uint8Array {
  return typeof value === 'string' ? Buffer.from(value, 'latin1') : (value as Uint8Array)
}

function isGiven<T>(value: T | null | undefined): value is T {
  return value !== undefined && value !== null
}

const ours: ReadonlySet<string> = /* @__PURE__ */ new Set<keyof TlsServerOptions>([
  'crypto',
  'clock',
  'credentials',
  'cipherSuites',
  'groups',
  'signatureSchemes',
  'cipherPreference',
  'revocation',
  'tls12',
  'recordSizeLimit',
  'maxFragment',
  'padding',
  'tickets',
  'ticketCount',
  'sessionTimeout',
  'externalPsk',
  'cookies',
  'requireCookie',
  'keyLog',
  'trace',
])
