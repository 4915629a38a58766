import type { ClientOptions, Clock, CommonOptions } from '@typetls/connection'
import type { CipherSuiteRow } from '@typetls/connection/tls12'
import type { CipherSuite, CryptoProvider, SignatureScheme } from '@typetls/crypto-provider'
import { defaultSignatureSchemes } from '@typetls/crypto-provider'
import type { Credential, CredentialSelector, PeerVerifier, Trace } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import type { KeyMaterialOptions } from './key-material.ts'
import { allocateOutput } from './transport/output-arrays.ts'
import type { RevocationOptions } from './revocation.ts'
import { systemClock, systemCrypto } from './system.ts'
import type { TrustAnchors } from './trust.ts'
import { tls13Suites } from './versions.ts'

/** What clients and servers take. Names are those of node:tls where it has the thing, otherwise ours. */
export interface TlsOptions extends KeyMaterialOptions, RevocationOptions {
  /** Default: `node:crypto`. */
  readonly crypto?: CryptoProvider | undefined
  /** Default: the wall clock. */
  readonly clock?: Clock | undefined
  /** In place of `cert` and `key`: keys elsewhere, chosen per handshake, or several. */
  readonly credentials?: Credential | readonly Credential[] | CredentialSelector | undefined
  /** Where the peer's certificates must lead, in place of the system's roots. */
  readonly ca?: TrustAnchors | undefined
  /** In place of `ca`, `crl`, `revocation`, `rejectUnauthorized` and `checkServerIdentity`. */
  readonly verifier?: PeerVerifier | undefined
  /** `false` goes on with a peer that could be anybody; look at `authorized` then. Default true. */
  readonly rejectUnauthorized?: boolean | undefined
  /** Most wanted first: names, or their encoding as ALPN has it. Default: none. */
  readonly ALPNProtocols?: readonly string[] | Uint8Array | undefined
  /**
   * Most wanted first, of TLS 1.3 and of TLS 1.2: IANA names or rows. Of a version that none is of, the default is
   * taken: AES-128-GCM, AES-256-GCM, ChaCha20-Poly1305, in TLS 1.2 with ECDHE.
   */
  readonly cipherSuites?: readonly (string | CipherSuite | CipherSuiteRow)[] | undefined
  /** Most wanted first: IANA names. Default: what the provider has, hybrid post-quantum first. */
  readonly groups?: readonly string[] | undefined
  /** Accepted, and signed with, most wanted first: IANA names or rows. */
  readonly signatureSchemes?: readonly (string | SignatureScheme)[] | undefined
  /** `'TLSv1.2'` speaks that too; older versions are refused. Default `'TLSv1.3'`, or `maxVersion` if that is lower. */
  readonly minVersion?: string | undefined
  /** `'TLSv1.2'` speaks nothing newer. Default `'TLSv1.3'`. */
  readonly maxVersion?: string | undefined
  /** A line in SSLKEYLOGFILE format, without newline, for each secret: whoever has it reads everything. */
  readonly keyLog?: ((line: string) => void) | undefined
  readonly trace?: Trace | undefined
  /** Largest record plaintext we accept, bytes, 64 to 16384. Default 16384; only servers announce that, and only to clients that announce a limit. */
  readonly recordSizeLimit?: number | undefined
  /** Largest record plaintext we send, bytes, 64 to 16384. Default 16384. */
  readonly maxFragment?: number | undefined
  readonly padding?: CommonOptions['padding'] | undefined
  /** Keep what few ask for, `facts.details`: some 500 bytes a connection. Default false. */
  readonly keepDetails?: boolean | undefined
  /**
   * Alerts for some causes other than the RFC's.
   *
   * @internal
   */
  readonly alertFor?: CommonOptions['alertFor'] | undefined
  /** Milliseconds from the moment the transport is there; 0: no limit. Default 120000. */
  readonly handshakeTimeout?: number | undefined
  /** Whether writing goes on after the peer has ended. Default false. */
  readonly allowHalfOpen?: boolean | undefined
}

/**
 * The part of the connection's options that both roles have.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` for what we do not speak, `ERR_TLS_OPTIONS` for names nobody knows
 */
export function commonOptions(options: TlsOptions): ForBoth {
  refuseUnsupported(options)
  return {
    crypto: options.crypto ?? systemCrypto,
    clock: options.clock ?? systemClock,
    allocate: allocateOutput,
    cipherSuites: tls13Suites(options.cipherSuites),
    groups: options.groups,
    signatureSchemes: options.signatureSchemes?.map((one) => row(one, defaultSignatureSchemes, 'signature scheme')),
    applicationProtocols: protocolNames(options.ALPNProtocols),
    keyLog: options.keyLog,
    trace: options.trace,
    recordSizeLimit: options.recordSizeLimit,
    maxFragment: options.maxFragment,
    padding: options.padding,
    keepDetails: options.keepDetails,
    alertFor: options.alertFor,
    // Nobody tells apart what is absent and what is undefined.
  } as ForBoth
}

type ForBoth = CommonOptions & Pick<ClientOptions, 'cipherSuites'>

function refuseUnsupported(options: TlsOptions): void {
  for (const name of unsupportedNames) {
    const value = (options as Readonly<Record<string, unknown>>)[name]
    if (value !== undefined && value !== null)
      throw new TlsError('ERR_TLS_UNSUPPORTED', `${name}: ${unsupported[name]}`)
  }
}

function row<Row extends { readonly name: string }>(one: string | Row, rows: readonly Row[], kind: string): Row {
  if (typeof one !== 'string') return one
  const found = rows.find(({ name }) => name === one)
  if (found !== undefined) return found
  throw new TlsError('ERR_TLS_OPTIONS', `there is no ${kind} ${one}`, {
    expected: rows.map(({ name }) => name),
    received: one,
  })
}

function protocolNames(protocols: readonly string[] | Uint8Array | undefined): readonly string[] | undefined {
  if (!(protocols instanceof Uint8Array)) return protocols
  const names: string[] = []
  const bytes = Buffer.from(protocols)
  for (let i = 0; i < bytes.length; i += 1 + (bytes[i] as number)) {
    const end = i + 1 + (bytes[i] as number)
    if (end > bytes.length) throw new TlsError('ERR_TLS_OPTIONS', 'ALPNProtocols is not a list of protocol names')
    names.push(bytes.toString('latin1', i + 1, end))
  }
  return names
}

/** Options of node:tls that would change what is safe or possible: silence would mislead. */
const unsupported = {
  ciphers: 'OpenSSL cipher strings are not read yet, give cipherSuites as IANA names',
  ecdhCurve: 'OpenSSL curve names are not read yet, give groups as IANA names',
  sigalgs: 'OpenSSL algorithm names are not read yet, give signatureSchemes as IANA names',
  secureProtocol: 'only TLSv1.3 is spoken',
  secureContext: 'contexts of node:tls cannot be read, give their options',
  pskCallback: 'give externalPsks and selectExternalPsk, or externalPsk of servers',
} as const

const unsupportedNames = /* @__PURE__ */ Object.keys(unsupported) as (keyof typeof unsupported)[]
