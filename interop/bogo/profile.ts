import type {
  ClientOptions,
  Clock,
  CommonOptions,
  ExternalPsk,
  OfferedGroup,
  ServerOptions,
  Session,
  TicketProtector,
  Trace,
} from '@typetls/connection'
import { Secret } from '@typetls/crypto-provider'
import type { ClientTls12Options, ServerTls12Options, SessionIdStore } from '@typetls/connection/tls12'
import {
  crypto,
  defaultGroups,
  defaultVerifySchemes,
  groupName,
  knownSchemes,
  schemesOf,
  suitesOf,
} from './algorithms.ts'
import { alertFor } from './causes.ts'
import { needsNoGroup, suitesIn } from './ciphers.ts'
import type { Flags } from './flags.ts'
import type { Identity } from './identity.ts'
import { namesOf } from './identity.ts'
import type { Judge } from './judge.ts'
import { Refusal, Unexpected } from './refusal.ts'

/** What BoringSSL's shim configures, in options of ours. */
export interface Profile {
  readonly flags: Flags
  readonly clock: Clock
  readonly identity: Identity
  readonly judge: Judge
  readonly tickets: TicketProtector
  readonly sessions: SessionIdStore & { readonly size: number }
  readonly session: Session | undefined
  readonly keyLog: (line: string) => void
  readonly trace: Trace | undefined
  /** Whether a renegotiation may begin now. */
  readonly renegotiates: () => boolean | PromiseLike<boolean>
}

/** The versions that the command line leaves; neither: only what we have not. */
export function versionsOf(flags: Flags): { readonly tls12: boolean; readonly tls13: boolean } {
  const { 'min-version': min = 0, 'max-version': max = 0xffff } = flags
  const within = (version: number): boolean => min <= version && version <= max
  return { tls12: within(0x0303) && !flags['no-tls12'], tls13: within(0x0304) && !flags['no-tls13'] }
}

export function clientTls12Options({ flags, renegotiates }: Profile): ClientTls12Options {
  return {
    requireExtendedMainSecret: false,
    cipherSuites: suitesIn(flags.cipher).flat(),
    tickets: flags['no-ticket'] === undefined,
    renegotiation: renegotiationOf(flags) ?? renegotiates,
    dangerouslyAllowLegacyRenegotiation: true,
    requireSecureRenegotiation: flags['no-legacy-server-connect'] === true,
  }
}

export function serverTls12Options({ flags, sessions }: Profile): ServerTls12Options {
  const hint = flags['psk-identity']
  return {
    requireExtendedMainSecret: false,
    cipherSuites: suitesIn(flags.cipher),
    sessions: flags.async === undefined ? sessions : laterStore(sessions),
    tellUnknownPskIdentity: true,
    ...(hint !== undefined && { pskIdentityHint: Buffer.from(hint) }),
  }
}

/** `undefined`: it depends on when. */
function renegotiationOf(flags: Flags): 'never' | 'once' | 'ignore' | undefined {
  if (flags['renegotiate-once']) return 'once'
  if (flags['renegotiate-ignore']) return 'ignore'
  const allowed =
    flags['renegotiate-freely'] ?? flags['renegotiate-explicit'] ?? flags['forbid-renegotiation-after-handshake']
  return allowed ? undefined : 'never'
}

export function clientOptions(profile: Profile): ClientOptions {
  const { flags, identity, session } = profile
  const selector = identity.selector
  return {
    ...commonOptions(profile),
    ...(flags['host-name'] !== undefined && { serverName: flags['host-name'] }),
    ...(selector !== undefined && { credentials: selector }),
    ...(session !== undefined && { session }),
    ...(flags.psk !== undefined && {
      selectExternalPsk: (hint: Uint8Array | undefined) => pskOf(flags, hint ?? new Uint8Array()),
    }),
    keyShares: keyShares(flags),
    ...(flags['advertise-alpn'] !== undefined && { applicationProtocols: wireNames(flags['advertise-alpn']) }),
    grease: flags['enable-grease'] === true,
    fallback: flags['fallback-scsv'] === true,
    allowUnofferedApplicationProtocol: flags['allow-unknown-alpn-protos'] === true,
    requestStatus: flags['enable-ocsp-stapling'] === true,
    requestTimestamps: flags['enable-signed-cert-timestamps'] === true,
  }
}

export function serverOptions(profile: Profile): ServerOptions {
  const { flags, identity, tickets } = profile
  return {
    ...commonOptions(profile),
    credentials: identity.selector ?? (() => undefined),
    clientAuthentication: clientAuthentication(flags),
    certificateAuthorities: namesOf(flags['use-client-ca-list']),
    onClientHello: (hello) => {
      if (flags['fail-early-callback']) throw new Refusal('CONNECTION_REJECTED')
      const { server_name: name, supported_groups: groups, supported_versions: versions } = hello.extensions
      // We would take P-256, as RFC 8422 section 4 allows; for BoringSSL there is no group then.
      if (groups === undefined && !versions?.includes(0x0304) && !hello.cipherSuites.some(needsNoGroup)) {
        throw new Refusal('NO_SHARED_CIPHER')
      }
      if (flags['expect-server-name'] !== undefined && name !== flags['expect-server-name']) {
        throw new Unexpected(`server name ${name}`)
      }
      return flags.async === undefined ? undefined : Promise.resolve()
    },
    ...(selectsProtocol(flags) && {
      selectApplicationProtocol: (offered: readonly string[]) => protocol(flags, offered),
    }),
    ...(flags['no-ticket'] === undefined && { tickets: flags.async === undefined ? tickets : later(tickets) }),
    resumptionAcrossNames: flags['resumption-across-names-enabled'] === true,
    cipherPreference: ownPreference(flags) ? 'server' : 'client',
    selectGroup: (offered) => preferredGroup(flags, offered),
    ...(flags.psk !== undefined && { externalPsk: (identity: Uint8Array) => pskOf(flags, identity) }),
    resumeWithOtherSuite: false,
    acknowledgeServerName: flags['no-server-name-ack'] === undefined,
    alwaysChangeCipherSpec: true,
  }
}

function commonOptions({
  flags,
  clock,
  judge,
  keyLog,
  trace,
}: Profile): CommonOptions & Pick<ClientOptions, 'cipherSuites'> {
  const verify = flags['verify-prefs']
  return {
    crypto,
    clock,
    cipherSuites: suitesOf(),
    groups: (flags.curves ?? defaultGroups).flatMap((id) => groupName(id) ?? []),
    signatureSchemes: schemesOf(verify ?? defaultVerifySchemes),
    signingSchemes: knownSchemes,
    verifier: judge,
    verifyOnResumption: flags['reverify-on-resume'] === true,
    keyLog,
    ...(trace !== undefined && { trace }),
    strictRecordVersion: true,
    alertFor: (error) => alertFor(error, flags),
    ...(flags['max-cert-list'] !== undefined && { maxCertificateListSize: flags['max-cert-list'] }),
    ...(flags['max-send-fragment'] !== undefined && { maxFragment: flags['max-send-fragment'] }),
  }
}

/** For TLS 1.2, where BoringSSL's servers hint at the identity they want. */
function pskOf({ psk = '', 'psk-identity': identity = '' }: Flags, wanted: Uint8Array): ExternalPsk | undefined {
  if (Buffer.from(wanted).toString() !== identity) return undefined
  return { identity: Buffer.from(identity), secret: new Secret(Buffer.from(psk)) }
}

function clientAuthentication(flags: Flags): 'none' | 'request' | 'require' {
  if (flags['verify-peer']) return 'request'
  return flags['require-any-client-certificate'] ? 'require' : 'none'
}

function ownPreference(flags: Flags): boolean {
  return flags['server-preference'] === true || flags.cipher !== undefined
}

/**
 * The most wanted group, with a share or without, in the order of whoever's preference counts. A flag of 1 makes a group
 * as wanted as the next: among such the client decides.
 */
function preferredGroup(flags: Flags, offered: readonly OfferedGroup[]): string | undefined {
  if (!ownPreference(flags)) return offered[0]?.name
  const names = offered.map(({ name }) => name)
  const ranks = new Map<string, number>()
  let rank = 0
  for (const [i, id] of (flags.curves ?? defaultGroups).entries()) {
    ranks.set(groupName(id) ?? '', rank)
    if (flags['curves-flags']?.[i] !== 1) rank++
  }
  const best = Math.min(...names.map((name) => ranks.get(name) ?? Infinity))
  return names.find((name) => ranks.get(name) === best)
}

function keyShares(flags: Flags): readonly string[] {
  // What DNS or an earlier connection told about the server goes first.
  const hints = flags['server-supported-groups-hint'] ?? []
  const predicted = (flags.curves ?? defaultGroups).find((id) => hints.includes(id))
  if (predicted !== undefined) return [groupName(predicted) ?? '']
  if (flags['no-key-shares']) return []
  if (flags['key-shares'] !== undefined) return flags['key-shares'].flatMap((id) => groupName(id) ?? [])
  // The first group, and the first one of the other kind.
  const groups = flags.curves ?? defaultGroups
  const other = groups.find((id) => isPostQuantum(id) !== isPostQuantum(groups[0] as number))
  return [groups[0], other].flatMap((id) => (id === undefined ? [] : (groupName(id) ?? [])))
}

/** X25519MLKEM768 and MLKEM1024. */
function isPostQuantum(id: number): boolean {
  return id === 0x11ec || id === 0x0202
}

function selectsProtocol(flags: Flags): boolean {
  return flags['select-alpn'] !== undefined || flags['reject-alpn'] === true || flags['select-empty-alpn'] === true
}

function protocol(flags: Flags, offered: readonly string[]): string | undefined {
  if (flags['reject-alpn']) return undefined
  const expected = flags['expect-advertised-alpn']
  if (expected !== undefined && `${wireNames(expected)}` !== `${offered}`)
    throw new Unexpected(`ALPN offers ${offered}`)
  if (flags['select-empty-alpn']) throw new Refusal('INVALID_ALPN_PROTOCOL')
  return flags['select-alpn']
}

/** ProtocolNameList as it stands in argv. */
function wireNames(list: string): string[] {
  const names: string[] = []
  for (let at = 0; at < list.length; at += 1 + list.charCodeAt(at)) names.push(list.substr(at + 1, list.charCodeAt(at)))
  return names
}

function later(tickets: TicketProtector): TicketProtector {
  return {
    seal: (state) => Promise.resolve(state.slice()).then((copy) => tickets.seal(copy)),
    open: (sealed) => Promise.resolve(sealed).then((one) => tickets.open(one)),
  }
}

function laterStore(sessions: SessionIdStore): SessionIdStore {
  return {
    put: (id, state, lifetime) => Promise.resolve().then(() => sessions.put(id, state, lifetime)),
    get: (id) => Promise.resolve().then(() => sessions.get(id)),
  }
}
