import type { CipherSuite, CryptoProvider, KeyExchange, SignatureScheme } from '@typetls/crypto-provider'
import { defaultCipherSuites, defaultGroupNames, defaultSignatureSchemes } from '@typetls/crypto-provider'
import type {
  CertificateAnswer,
  ClientGrease,
  ClientParameters,
  ClientPsks,
  CommonParameters,
  CredentialSelector,
  KeepDetails,
  ServerParameters,
} from '@typetls/handshake'
import { askNow, handshakeDetails } from '@typetls/handshake'
import { TlsError, toHex } from '@typetls/wire'
import { selectorOf } from './credential-selector.ts'
import type { ClientOptions, ServerOptions } from './options.ts'

/** Each default and why it is one. */
export const defaults = {
  /** BoringSSL's max_cert_list, bytes: real chains have less than a tenth of it. */
  maxCertificateListSize: 102400,
  /** As OpenSSL and BoringSSL: one for the next connection, one for a second beside it. */
  ticketCount: 2,
  /** https://www.rfc-editor.org/rfc/rfc9846#appendix-C.4: a ticket that is used again links the connections. */
  renewTickets: true,
  /** Seconds. Two hours limit what a stolen ticket key can open; RFC 9846 allows seven days. */
  ticketLifetime: 7200,
  /** https://www.rfc-editor.org/rfc/rfc9846#appendix-E.4: costs 38 bytes, and paths exist that break without it. */
  middleboxCompatibility: true,
  /** https://www.rfc-editor.org/rfc/rfc8701: servers that fail on the unknown are found before it matters. */
  grease: true,
  /** A staple or timestamps cost the client nothing to ask for. */
  requestStatus: true,
  requestTimestamps: true,
  /** Our own order: the client's says what is fast for it, and all of ours are fast enough. */
  cipherPreference: 'server',
  /** Who is not asked for a certificate does not show one. */
  clientAuthentication: 'none',
} as const

/** What a client can do beyond a handshake with a server that has a certificate. */
export interface ClientAbilities {
  readonly psks: ClientPsks | undefined
  readonly grease: ClientGrease | undefined
  readonly select: CredentialSelector | undefined
  readonly answer: CertificateAnswer | undefined
  readonly details: KeepDetails | undefined
}

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong */
export function clientParameters(options: ClientOptions, abilities: ClientAbilities): ClientParameters {
  const common = commonParameters(options, abilities.select, abilities.details)
  const { serverName, externalPsks = none } = options
  const { selectExternalPsk } = options
  if (options.verifier === undefined && externalPsks.length === 0 && selectExternalPsk === undefined) {
    throw wrong('verifier', 'a client needs one, or an external PSK')
  }
  if (externalPsks.some(({ identity }) => identity.length < 1 || identity.length > 0xffff)) {
    throw wrong('externalPsks', 'an identity has 1 to 65535 bytes')
  }
  if (common.groups.length === 0 && !common.allowPskWithoutKeyExchange) {
    throw wrong('groups', 'there is none, and no key exchange without one')
  }
  // Not spread: each object made by a spread would have a shape of its own, which costs more than the object.
  return {
    crypto: common.crypto,
    cipherSuites: common.cipherSuites,
    groups: common.groups,
    signatureSchemes: common.signatureSchemes,
    signingSchemes: common.signingSchemes,
    applicationProtocols: common.applicationProtocols,
    verifier: common.verifier,
    verifyOnResumption: common.verifyOnResumption,
    credentials: common.credentials,
    allowPskWithoutKeyExchange: common.allowPskWithoutKeyExchange,
    recordSizeLimit: common.recordSizeLimit,
    maxCertificateListSize: common.maxCertificateListSize,
    now: common.now,
    keyLog: common.keyLog,
    trace: undefined,
    details: common.details,
    serverName: serverName === undefined || isIpAddress(serverName) ? undefined : hostName(serverName),
    verifyName: options.verifyName ?? serverName,
    session: options.session,
    psks: abilities.psks,
    answerCertificateRequest: abilities.answer,
    externalPsks,
    selectExternalPsk,
    keyShares: keySharesOf(options, common.groups),
    grease: (options.grease ?? defaults.grease) ? abilities.grease : undefined,
    fallback: options.fallback ?? false,
    allowUnofferedApplicationProtocol: options.allowUnofferedApplicationProtocol ?? false,
    middleboxCompatibility: options.middleboxCompatibility ?? defaults.middleboxCompatibility,
    postHandshakeAuthentication: options.postHandshakeAuthentication ?? false,
    requestStatus: options.requestStatus ?? defaults.requestStatus,
    requestTimestamps: options.requestTimestamps ?? defaults.requestTimestamps,
    older: options.tls12?.older(common.crypto),
  }
}

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong */
export function serverParameters(options: ServerOptions): ServerParameters {
  const known = resolvedServers.get(options)
  if (known !== undefined) return known
  const clientAuthentication = options.clientAuthentication ?? defaults.clientAuthentication
  if (clientAuthentication !== 'none' && options.verifier === undefined) {
    throw wrong('verifier', 'asking clients for certificates needs one')
  }
  if (options.credentials === undefined && options.externalPsk === undefined) {
    throw wrong('credentials', 'a server needs some, or externalPsk')
  }
  if (options.requireCookie === true && options.cookies === undefined) {
    throw wrong('requireCookie', 'it needs cookies')
  }
  const ticketLifetime = options.ticketLifetime ?? defaults.ticketLifetime
  if (!(ticketLifetime > 0 && ticketLifetime <= 604800)) throw wrong('ticketLifetime', 'must be 1 to 604800 seconds')
  const ticketCount = options.ticketCount ?? defaults.ticketCount
  if (!(Number.isInteger(ticketCount) && ticketCount >= 0 && ticketCount <= 255)) {
    throw wrong('ticketCount', 'must be 0 to 255')
  }
  const common = commonParameters(options, selectorOf(options.credentials), handshakeDetails)
  const parameters: ServerParameters = {
    ...common,
    equalSuites: (options.cipherSuites ?? common.cipherSuites).map((one) => [one].flat()),
    clientAuthentication,
    certificateAuthorities: options.certificateAuthorities ?? none,
    onClientHello: options.onClientHello,
    selectApplicationProtocol: options.selectApplicationProtocol,
    tickets: ticketCount > 0 ? options.tickets : undefined,
    ticketCount,
    renewTickets: options.renewTickets ?? defaults.renewTickets,
    ticketLifetime: Math.floor(ticketLifetime),
    resumptionAcrossNames: options.resumptionAcrossNames ?? false,
    externalPsk: options.externalPsk,
    cookies: options.cookies,
    requireCookie: options.requireCookie ?? false,
    cipherPreference: options.cipherPreference ?? defaults.cipherPreference,
    selectGroup: options.selectGroup,
    resumeWithOtherSuite: options.resumeWithOtherSuite ?? true,
    acknowledgeServerName: options.acknowledgeServerName ?? true,
    alwaysChangeCipherSpec: options.alwaysChangeCipherSpec ?? false,
    grease: options.grease ?? defaults.grease,
    older: options.tls12?.older(options.crypto),
  }
  resolvedServers.set(options, parameters)
  return parameters
}

/** Options are readonly: one server's are resolved once, however many connections it takes. */
const resolvedServers: WeakMap<ServerOptions, ServerParameters> = /* @__PURE__ */ new WeakMap()

function commonParameters(
  options: ClientOptions | ServerOptions,
  credentials: CredentialSelector | undefined,
  details: KeepDetails | undefined,
): CommonParameters {
  const { crypto, clock, keyLog, recordSizeLimit } = options
  checkLimit('recordSizeLimit', recordSizeLimit)
  checkLimit('maxFragment', options.maxFragment)
  const signatureSchemes = schemesOf(crypto, 'signatureSchemes', options.signatureSchemes)
  return {
    crypto,
    cipherSuites: suitesOf(crypto, options.cipherSuites?.flat()),
    groups: groupsOf(crypto, options.groups),
    signatureSchemes,
    signingSchemes:
      options.signingSchemes === undefined
        ? signatureSchemes
        : schemesOf(crypto, 'signingSchemes', options.signingSchemes),
    applicationProtocols: protocolsOf(options.applicationProtocols),
    verifier: options.verifier,
    verifyOnResumption: options.verifyOnResumption ?? false,
    credentials,
    allowPskWithoutKeyExchange: options.dangerouslyAllowPskWithoutKeyExchange ?? false,
    // The record limit counts the type byte that TLS 1.3 adds. https://www.rfc-editor.org/rfc/rfc8449#section-4
    recordSizeLimit: recordSizeLimit === undefined ? undefined : recordSizeLimit + 1,
    maxCertificateListSize: options.maxCertificateListSize ?? defaults.maxCertificateListSize,
    now: () => askNow('ERR_TLS_CALLBACK', 'the clock', () => clock.now()),
    keyLog: keyLog === undefined ? undefined : linesFor(keyLog),
    // Given to `Connection`, which guards it.
    trace: undefined,
    details: options.keepDetails === true ? details : undefined,
  }
}

/** https://www.rfc-editor.org/rfc/rfc9850 */
function linesFor(keyLog: (line: string) => void): CommonParameters['keyLog'] {
  return (label, clientRandom, secret) =>
    askNow('ERR_TLS_CALLBACK', 'keyLog', () => keyLog(`${label} ${toHex(clientRandom)} ${toHex(secret)}`))
}

/** What was asked for must be there; of the defaults, what is there. */
function suitesOf(crypto: CryptoProvider, asked: readonly CipherSuite[] | undefined): readonly CipherSuite[] {
  const missing = asked?.find((row) => !hasSuite(crypto, row))
  if (missing !== undefined) throw wrong('cipherSuites', `${crypto.name} cannot do ${missing.name}`)
  const suites = asked ?? defaultsIn(crypto).suites
  if (suites.length === 0) throw wrong('cipherSuites', 'must not be empty')
  return suites
}

function groupsOf(crypto: CryptoProvider, asked: readonly string[] | undefined): readonly KeyExchange[] {
  return asked === undefined
    ? defaultsIn(crypto).groups
    : asked.map((name) => {
        const group = crypto.keyExchange[name]
        if (group === undefined) throw wrong('groups', `${crypto.name} has no group ${name}`)
        return group
      })
}

function schemesOf(
  crypto: CryptoProvider,
  option: string,
  asked: readonly SignatureScheme[] | undefined,
): readonly SignatureScheme[] {
  const missing = asked?.find((row) => crypto.signature[row.algorithm] === undefined)
  if (missing !== undefined) throw wrong(option, `${crypto.name} cannot do ${missing.name}`)
  return asked ?? defaultsIn(crypto).schemes
}

interface DefaultAlgorithms {
  readonly suites: readonly CipherSuite[]
  readonly groups: readonly KeyExchange[]
  readonly schemes: readonly SignatureScheme[]
}

/** The defaults that a provider has: one list of each for all its connections. */
function defaultsIn(crypto: CryptoProvider): DefaultAlgorithms {
  const known = defaultsOfProviders.get(crypto)
  if (known !== undefined) return known
  const made: DefaultAlgorithms = {
    suites: defaultCipherSuites.filter((row) => hasSuite(crypto, row)),
    groups: defaultGroupNames.flatMap((name) => crypto.keyExchange[name] ?? []),
    schemes: defaultSignatureSchemes.filter((row) => crypto.signature[row.algorithm] !== undefined),
  }
  defaultsOfProviders.set(crypto, made)
  return made
}

const defaultsOfProviders: WeakMap<CryptoProvider, DefaultAlgorithms> = /* @__PURE__ */ new WeakMap()

function hasSuite(crypto: CryptoProvider, row: CipherSuite): boolean {
  return [crypto.aead[row.aead], crypto.hash[row.hash], crypto.hkdf[row.hash], crypto.hmac[row.hash]].every(Boolean)
}

function keySharesOf(options: ClientOptions, groups: readonly KeyExchange[]): readonly KeyExchange[] {
  if (options.keyShares !== undefined) {
    return options.keyShares.map((name) => {
      const group = groups.find((row) => row.name === name)
      if (group === undefined) throw wrong('keyShares', `${name} is not among the groups`)
      return group
    })
  }
  const [first] = groups
  if (first === undefined) return []
  // A post-quantum share is large and not every server has its group: a classical one beside it saves a round trip.
  const classical = isPostQuantum(first) ? groups.find((group) => !isPostQuantum(group)) : undefined
  return classical === undefined ? [first] : [first, classical]
}

/** Alone or in a hybrid: the shares of lattices are larger than any of a curve or a finite field of RFC 7919. */
function isPostQuantum(group: KeyExchange): boolean {
  return group.clientShareLength > largestClassicalShare
}

/** Bytes: ffdhe4096. That of ML-KEM-512 has 800. */
const largestClassicalShare = 512

function protocolsOf(protocols: readonly string[] = none): readonly string[] {
  for (const name of protocols) {
    if (!/^[\x00-\xff]{1,255}$/.test(name)) throw wrong('applicationProtocols', 'a name has 1 to 255 bytes')
  }
  return protocols
}

function checkLimit(option: string, limit: number | undefined): void {
  if (limit !== undefined && !(Number.isInteger(limit) && limit >= 64 && limit <= 16384)) {
    throw wrong(option, 'must be 64 to 16384 bytes')
  }
}

/** As it is sent: in lower case, without the dot of the root. https://www.rfc-editor.org/rfc/rfc6066#section-3 */
function hostName(serverName: string): string {
  const name = serverName.replace(/\.$/, '').toLowerCase()
  if (name.length === 0 || name.length > 255 || /[^\x21-\x7e]/.test(name)) {
    throw wrong('serverName', 'must be a host name in ASCII (A-labels), or an IP address')
  }
  return name
}

/** Dotted decimal, or anything with a colon, which no host name has. */
function isIpAddress(name: string): boolean {
  return name.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(name)
}

/** One for all connections. */
const none: readonly never[] = []

export function wrong(option: string, why: string): TlsError {
  return new TlsError('ERR_TLS_OPTIONS', `option ${option}: ${why}`, { received: option })
}
