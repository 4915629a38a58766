import type { CryptoProvider, FiniteField } from '@typetls/crypto-provider'
import type { AfterHandshake, Agreed, Handshake, RecordProtection } from '@typetls/handshake'
import { maxPskIdentity, wait } from '@typetls/handshake'
import type {
  DhParameters,
  ProtectionMaker,
  RenegotiationPolicy,
  ServerRenegotiationPolicy,
  SessionIdStore,
  Tls12ClientParameters,
  Tls12Connected,
  Tls12ServerParameters,
} from '@typetls/handshake/tls12'
import { Tls12ClientPostHandshake, Tls12ServerPostHandshake, olderClient, olderServer } from '@typetls/handshake/tls12'
import { splitKeyBlock } from '@typetls/record/tls12'
import { TlsError } from '@typetls/wire'
import type { ConnectionEvents } from '../events.ts'
import type { ClientTls12, ServerTls12 } from '../options.ts'
import type { CipherSuiteRow } from './cipher-suites.ts'
import { defaultTls12CipherSuites } from './cipher-suites.ts'
import { besideTls13 } from './renegotiable.ts'

interface Tls12Options {
  /**
   * Refuse peers without extended_main_secret (RFC 7627): without it a session can be made to be two peers' at once.
   * Default true.
   */
  readonly requireExtendedMainSecret?: boolean
  /** Offer and accept encrypt_then_mac (RFC 7366) where a suite has a block cipher. Default true. */
  readonly encryptThenMac?: boolean
}

export interface ClientTls12Options extends Tls12Options {
  /** Rows, most wanted first. Default: `defaultTls12CipherSuites`, as far as `crypto` has their parts. */
  readonly cipherSuites?: readonly CipherSuiteRow[]
  /** Ask for records of at most so many bytes (RFC 6066 section 4). Default: not asked for. */
  readonly maxFragmentLength?: 512 | 1024 | 2048 | 4096
  /**
   * What to do when the server asks for another handshake: refuse and end (`never`), go along `once` or `freely`,
   * `ignore` it, or ask a function each time, whose `false` refuses. The certificate, extended_main_secret and the
   * version must stay; ALPN stays as it was, and nothing is resumed. Data that is written meanwhile waits. Default
   * `never`: few servers ask, and what they asked before then counts for what was said before. https://www.rfc-editor.org/rfc/rfc5746
   */
  readonly renegotiation?: RenegotiationPolicy
  /**
   * Renegotiate with servers that have no renegotiation_info: whoever is in the middle can put words of their own before
   * ours. Default false.
   */
  readonly dangerouslyAllowLegacyRenegotiation?: boolean
  /** Refuse servers without renegotiation_info from the start: they may be attacked that way. Default false. */
  readonly requireSecureRenegotiation?: boolean
  /** Offer tickets (RFC 5077). Default true. */
  readonly tickets?: boolean
}

export interface ServerTls12Options extends Tls12Options {
  /**
   * Rows, most wanted first; of those in an array of their own, the one that the client wants most. Default:
   * `defaultTls12CipherSuites`, as far as `crypto` has their parts.
   */
  readonly cipherSuites?: readonly (CipherSuiteRow | readonly CipherSuiteRow[])[]
  /** For clients that take no tickets: keeps sessions by their ids. Default: none. */
  readonly sessions?: SessionIdStore
  /** Tells clients which of their PSKs to take; at most 256 bytes. Default: none. */
  readonly pskIdentityHint?: Uint8Array
  /**
   * Prefer suites with ephemeral keys to static RSA, whatever the order of `cipherSuites` and of the client. Default true.
   */
  readonly preferForwardSecrecy?: boolean
  /**
   * For DHE with clients that list no group of RFC 7919, in place of ffdhe2048: a safe prime of 2048 to 8192 bits. Others
   * get a group as large as this where one is common.
   * Nobody can look whether others made it honestly, so take your own.
   */
  readonly dhParameters?: FiniteField
  /**
   * Answer identities that `externalPsk` does not find with `ERR_TLS_PSK_UNKNOWN_IDENTITY` (unknown_psk_identity), as
   * OpenSSL does. Default false: the handshake fails as with a wrong key, so that nobody learns which identities exist.
   */
  readonly tellUnknownPskIdentity?: boolean
  /**
   * What to do when a client begins another handshake: refuse and end (`never`), go along `once` or `freely`, or ask a
   * function each time, whose `false` refuses; it is given the `events` of the connection. A client without
   * renegotiation_info is always refused. extended_main_secret, the server name, the version and what the client
   * authenticated with must stay; ALPN stays as it was, and nothing is resumed. Data that is written meanwhile waits.
   * What the server asks for itself by `renegotiate` is refused by a function alone. Default `never`: it costs a server
   * more than a client, and hardly any client needs it. https://www.rfc-editor.org/rfc/rfc5746
   */
  readonly renegotiation?:
    Exclude<ServerRenegotiationPolicy, () => unknown> | ((events: ConnectionEvents) => boolean | PromiseLike<boolean>)
}

/** TLS 1.2 for a client: the value of the option `tls12`. */
export function clientTls12(options: ClientTls12Options = {}): ClientTls12 {
  return {
    older: (crypto) => olderClient(clientTls12Parameters(options, crypto)),
    beside: (role) =>
      besideTls13(
        role,
        (handshake, agreed) =>
          new Tls12ClientPostHandshake(
            handshake,
            agreed as Tls12Connected,
            clientTls12Parameters(options, handshake.crypto),
          ),
      ),
  }
}

/** TLS 1.2 for a server: the value of the option `tls12`. */
export function serverTls12(options: ServerTls12Options = {}): ServerTls12 {
  let last: { readonly crypto: CryptoProvider; readonly parameters: Tls12ServerParameters } | undefined
  const parametersFor = (crypto: CryptoProvider): Tls12ServerParameters => {
    if (last?.crypto !== crypto) last = { crypto, parameters: serverTls12Parameters(options, crypto) }
    return last.parameters
  }
  return {
    older: (crypto) => olderServer(parametersFor(crypto)),
    beside: (role, events) =>
      besideTls13(role, (handshake, agreed) =>
        serverPostHandshake(handshake, agreed, parametersFor(handshake.crypto), options, events),
      ),
  }
}

export function serverPostHandshake(
  handshake: Handshake,
  agreed: Agreed,
  parameters: Tls12ServerParameters,
  { renegotiation = 'never' }: ServerTls12Options,
  events: ConnectionEvents,
): AfterHandshake {
  const policy = typeof renegotiation === 'function' ? () => renegotiation(events) : renegotiation
  return new Tls12ServerPostHandshake(handshake, agreed as Tls12Connected, parameters, policy)
}

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong */
export function clientTls12Parameters(options: ClientTls12Options, crypto: CryptoProvider): Tls12ClientParameters {
  return {
    cipherSuites: suitesOf(options.cipherSuites, crypto, 'client').flat(),
    requireExtendedMainSecret: options.requireExtendedMainSecret ?? true,
    encryptThenMac: options.encryptThenMac ?? true,
    protections,
    renegotiation: options.renegotiation ?? 'never',
    dangerouslyAllowLegacyRenegotiation: options.dangerouslyAllowLegacyRenegotiation ?? false,
    requireSecureRenegotiation: options.requireSecureRenegotiation ?? false,
    maxFragmentLength: options.maxFragmentLength,
    tickets: options.tickets ?? true,
  }
}

/**
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong, `ERR_TLS_DH_PARAMETERS`
 *   (insufficient_security)
 */
export function serverTls12Parameters(options: ServerTls12Options, crypto: CryptoProvider): Tls12ServerParameters {
  const { pskIdentityHint, dhParameters } = options
  if (pskIdentityHint !== undefined && pskIdentityHint.length > maxPskIdentity) {
    throw wrong('pskIdentityHint', `has at most ${maxPskIdentity} bytes`)
  }
  return {
    equalSuites: suitesOf(options.cipherSuites, crypto, 'server').map((one) => [one].flat()),
    requireExtendedMainSecret: options.requireExtendedMainSecret ?? true,
    encryptThenMac: options.encryptThenMac ?? true,
    protections,
    sessions: options.sessions,
    pskIdentityHint,
    forwardSecrecyFirst: options.preferForwardSecrecy ?? true,
    dhParameters: dhParameters === undefined ? undefined : ownField(crypto, dhParameters),
    tellUnknownPskIdentity: options.tellUnknownPskIdentity ?? false,
  }
}

/** Looks at the parameters once, not in each handshake. */
function ownField(crypto: CryptoProvider, field: FiniteField): DhParameters {
  const exchange = crypto.finiteField?.(field)
  if (exchange === undefined) throw wrong('dhParameters', `${crypto.name} has no finiteField`)
  return { field, exchange }
}

/** What was asked for must be there; of the defaults, what is there. */
function suitesOf(
  asked: ServerTls12Options['cipherSuites'],
  crypto: CryptoProvider,
  role: 'client' | 'server',
): NonNullable<ServerTls12Options['cipherSuites']> {
  const has = (row: CipherSuiteRow): boolean =>
    row.keyExchange.supportedBy(crypto, role) &&
    row.cipher.supportedBy(crypto) &&
    crypto.hash[row.hash] !== undefined &&
    crypto.hmac[row.hash] !== undefined
  const missing = asked?.flat().find((row) => !has(row))
  if (missing !== undefined) {
    throw wrong('cipherSuites', `${crypto.name} cannot do ${missing.name}`)
  }
  return asked ?? defaultTls12CipherSuites.filter(has)
}

function wrong(option: string, why: string): TlsError {
  return new TlsError('ERR_TLS_OPTIONS', `option tls12.${option}: ${why}`, { received: `tls12.${option}` })
}

const protections: ProtectionMaker = function* (crypto, suite, keyBlock, encryptThenMac) {
  const { cipher } = suite as CipherSuiteRow
  const { client, server } = splitKeyBlock(keyBlock, cipher.keyLengths(crypto))
  let alone: RecordProtection | undefined
  try {
    const options = { encryptThenMac }
    const ofClient = yield* wait(cipher.protect(crypto, client, options))
    alone = ofClient
    const ofServer = yield* wait(cipher.protect(crypto, server, options))
    alone = undefined
    return { client: ofClient, server: ofServer }
  } finally {
    alone?.dispose()
    for (const { macKey, key, iv } of [client, server]) for (const secret of [macKey, key, iv]) secret.dispose()
  }
}
