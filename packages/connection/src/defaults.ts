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
import { TlsError } from '@typetls/wire'
import { selectorOf } from './credential-selector.ts'
import type { ClientOptions, ServerOptions } from './options.ts'

/** What a client can do beyond a handshake with a server that has a certificate. */
export interface ClientAbilities {
  readonly psks?: ClientPsks | undefined
  readonly grease?: ClientGrease | undefined
  readonly select?: CredentialSelector | undefined
  readonly answer?: CertificateAnswer | undefined
  readonly details?: KeepDetails | undefined
  readonly sessionOf?: ClientParameters['sessionOf']
}

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong */
export function clientParameters(options: ClientOptions, abilities: ClientAbilities): ClientParameters {
  const { crypto, serverName, verifier, selectExternalPsk, externalPsks = none } = options
  const common = commonParameters(options, abilities.select, abilities.details)
  const { groups } = common
  if (verifier === undefined && externalPsks.length === 0 && selectExternalPsk === undefined) {
    throw wrong('verifier', 'a client needs one, or an external PSK')
  }
  if (groups.length === 0 && !common.allowPskWithoutKeyExchange) {
    throw wrong('groups', 'there is none, and no key exchange without one')
  }
  const keyShares = named('keyShares', options.keyShares, (name) => groups.find((group) => group.name === name))
  // Not spread: each object made by a spread would have a shape of its own, which costs more than the object.
  return Object.assign(common, {
    serverName: serverName === undefined || isIpAddress(serverName) ? undefined : hostName(serverName),
    verifyName: options.verifyName ?? serverName,
    session: options.session,
    psks: abilities.psks,
    sessionOf: abilities.sessionOf,
    answerCertificateRequest: abilities.answer,
    externalPsks,
    selectExternalPsk,
    keyShares: keyShares ?? defaultShares(groups),
    // https://www.rfc-editor.org/rfc/rfc8701: servers that fail on the unknown are found before it matters.
    grease: options.grease === false ? undefined : abilities.grease,
    fallback: options.fallback ?? false,
    allowUnofferedApplicationProtocol: options.allowUnofferedApplicationProtocol ?? false,
    // https://www.rfc-editor.org/rfc/rfc9846#appendix-E.4: costs 38 bytes, and paths exist that break without it.
    middleboxCompatibility: options.middleboxCompatibility ?? true,
    postHandshakeAuthentication: options.postHandshakeAuthentication ?? false,
    // A staple or timestamps cost the client nothing to ask for.
    requestStatus: options.requestStatus ?? true,
    requestTimestamps: options.requestTimestamps ?? true,
    older: options.tls12?.older(crypto),
  })
}

/** For clients that take PSKs. @throws TlsError `ERR_TLS_OPTIONS` (internal_error) */
export function checkExternalPsks({ externalPsks = none }: ClientOptions): void {
  if (externalPsks.some(({ identity }) => identity.length < 1 || identity.length > 0xffff)) {
    throw wrong('externalPsks', 'an identity has 1 to 65535 bytes')
  }
}

/** @throws TlsError `ERR_TLS_OPTIONS` (internal_error) naming the option that is wrong */
export function serverParameters(options: ServerOptions): ServerParameters {
  const known = resolvedServers.get(options)
  if (known !== undefined) return known
  // Who is not asked for a certificate does not show one.
  const { clientAuthentication = 'none' } = options
  if (clientAuthentication !== 'none' && options.verifier === undefined) {
    throw wrong('verifier', 'asking clients for certificates needs one')
  }
  if (options.credentials === undefined && options.externalPsk === undefined) {
    throw wrong('credentials', 'a server needs some, or externalPsk')
  }
  if (options.requireCookie === true && options.cookies === undefined) {
    throw wrong('requireCookie', 'it needs cookies')
  }
  // Seconds. Two hours limit what a stolen ticket key can open; RFC 9846 allows seven days.
  const { ticketLifetime = 7200 } = options
  if (!(ticketLifetime > 0 && ticketLifetime <= 604800)) throw wrong('ticketLifetime', 'must be 1 to 604800 seconds')
  // As OpenSSL and BoringSSL: one for the next connection, one for a second beside it.
  const { ticketCount = 2 } = options
  checkInteger('ticketCount', ticketCount, 0, 255)
  const common = commonParameters(options, selectorOf(options.credentials), handshakeDetails)
  const parameters: ServerParameters = Object.assign(common, {
    equalSuites: (options.cipherSuites ?? common.cipherSuites).map((one) => [one].flat()),
    clientAuthentication,
    certificateAuthorities: options.certificateAuthorities ?? none,
    onClientHello: options.onClientHello,
    selectApplicationProtocol: options.selectApplicationProtocol,
    tickets: ticketCount > 0 ? options.tickets : undefined,
    ticketCount,
    // https://www.rfc-editor.org/rfc/rfc9846#appendix-C.4: a ticket that is used again links the connections.
    renewTickets: options.renewTickets ?? true,
    ticketLifetime: Math.floor(ticketLifetime),
    resumptionAcrossNames: options.resumptionAcrossNames ?? false,
    externalPsk: options.externalPsk,
    cookies: options.cookies,
    requireCookie: options.requireCookie ?? false,
    // Our own order: the client's says what is fast for it, and all of ours are fast enough.
    cipherPreference: options.cipherPreference ?? 'server',
    selectGroup: options.selectGroup,
    resumeWithOtherSuite: options.resumeWithOtherSuite ?? true,
    acknowledgeServerName: options.acknowledgeServerName ?? true,
    alwaysChangeCipherSpec: options.alwaysChangeCipherSpec ?? false,
    grease: options.grease ?? true,
    older: options.tls12?.older(options.crypto),
  })
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
  const { crypto, clock, recordSizeLimit, maxFragment, applicationProtocols = none } = options
  if (recordSizeLimit !== undefined) checkInteger('recordSizeLimit', recordSizeLimit, 64, 16384)
  if (maxFragment !== undefined) checkInteger('maxFragment', maxFragment, 64, 16384)
  if (!applicationProtocols.every((name) => /^[\x00-\xff]{1,255}$/.test(name))) {
    throw wrong('applicationProtocols', 'a name has 1 to 255 bytes')
  }
  const { suites, groups, schemes } = defaultsIn(crypto)
  const cipherSuites = allThere(crypto, 'cipherSuites', options.cipherSuites?.flat(), hasSuite) ?? suites
  if (cipherSuites.length === 0) throw wrong('cipherSuites', 'must not be empty')
  const signatureSchemes = allThere(crypto, 'signatureSchemes', options.signatureSchemes, hasScheme) ?? schemes
  return {
    crypto,
    cipherSuites,
    groups: named('groups', options.groups, (name) => crypto.keyExchange[name]) ?? groups,
    signatureSchemes,
    signingSchemes: allThere(crypto, 'signingSchemes', options.signingSchemes, hasScheme) ?? signatureSchemes,
    applicationProtocols,
    verifier: options.verifier,
    verifyOnResumption: options.verifyOnResumption ?? false,
    credentials,
    allowPskWithoutKeyExchange: options.dangerouslyAllowPskWithoutKeyExchange ?? false,
    // The record limit counts the type byte that TLS 1.3 adds. https://www.rfc-editor.org/rfc/rfc8449#section-4
    recordSizeLimit: recordSizeLimit && recordSizeLimit + 1,
    // Bytes. BoringSSL's max_cert_list: real chains have less than a tenth of it.
    maxCertificateListSize: options.maxCertificateListSize ?? 102400,
    now: () => askNow('ERR_TLS_CALLBACK', 'the clock', () => clock.now()),
    // Made by `Connection`.
    observer: undefined,
    details: options.keepDetails === true ? details : undefined,
  }
}

/** What was asked for must be there. */
function allThere<Row extends { readonly name: string }>(
  crypto: CryptoProvider,
  option: string,
  asked: readonly Row[] | undefined,
  has: (crypto: CryptoProvider, row: Row) => boolean,
): readonly Row[] | undefined {
  const missing = asked?.find((row) => !has(crypto, row))
  if (missing !== undefined) throw wrong(option, `${crypto.name} cannot do ${missing.name}`)
  return asked
}

function named(
  option: string,
  names: readonly string[] | undefined,
  groupOf: (name: string) => KeyExchange | undefined,
): readonly KeyExchange[] | undefined {
  return names?.map((name) => {
    const group = groupOf(name)
    if (group === undefined) throw wrong(option, `there is no group ${name}`)
    return group
  })
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
    schemes: defaultSignatureSchemes.filter((row) => hasScheme(crypto, row)),
  }
  defaultsOfProviders.set(crypto, made)
  return made
}

const defaultsOfProviders: WeakMap<CryptoProvider, DefaultAlgorithms> = /* @__PURE__ */ new WeakMap()

function hasSuite(crypto: CryptoProvider, row: CipherSuite): boolean {
  return [crypto.aead[row.aead], crypto.hash[row.hash], crypto.hkdf[row.hash], crypto.hmac[row.hash]].every(Boolean)
}

function hasScheme(crypto: CryptoProvider, row: SignatureScheme): boolean {
  return crypto.signature[row.algorithm] !== undefined
}

function defaultShares(groups: readonly KeyExchange[]): readonly KeyExchange[] {
  const [first] = groups
  if (first === undefined || !isPostQuantum(first)) return groups.slice(0, 1)
  // A post-quantum share is large and not every server has its group: a classical one beside it saves a round trip.
  const classical = groups.find((group) => !isPostQuantum(group))
  return classical === undefined ? [first] : [first, classical]
}

/** Alone or in a hybrid: the shares of lattices are larger than any of a curve or a finite field of RFC 7919. */
function isPostQuantum(group: KeyExchange): boolean {
  return group.clientShareLength > largestClassicalShare
}

/** Bytes: ffdhe4096. That of ML-KEM-512 has 800. */
const largestClassicalShare = 512

function checkInteger(option: string, value: number, min: number, max: number): void {
  if (!(Number.isInteger(value) && value >= min && value <= max)) throw wrong(option, `must be ${min} to ${max}`)
}

/** As it is sent: in lower case, without the dot of the root. https://www.rfc-editor.org/rfc/rfc6066#section-3 */
function hostName(serverName: string): string {
  const name = serverName.replace(/\.$/, '').toLowerCase()
  if (!/^[\x21-\x7e]{1,255}$/.test(name)) {
    throw wrong('serverName', 'must be a host name in ASCII (A-labels), or an IP address')
  }
  return name
}

/** Dotted decimal, or anything with a colon, which no host name has. */
function isIpAddress(name: string): boolean {
  return /:|^\d{1,3}(\.\d{1,3}){3}$/.test(name)
}

/** One for all connections. */
const none: readonly never[] = []

export function wrong(option: string, why: string): TlsError {
  return new TlsError('ERR_TLS_OPTIONS', `option ${option}: ${why}`, { received: option })
}
