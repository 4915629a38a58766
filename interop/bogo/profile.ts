import type { ClientOptions, Clock, CommonOptions, ServerOptions, Session, TicketProtector } from '@typetls/connection'
import { crypto, defaultGroups, defaultVerifySchemes, groupName, schemesOf, suitesOf } from './algorithms.ts'
import { alertsOf } from './causes.ts'
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
  readonly session: Session | undefined
  readonly keyLog: (line: string) => void
}

export function clientOptions(profile: Profile): ClientOptions {
  const { flags, identity, session } = profile
  const selector = identity.selector
  const shares = keyShares(flags)
  return {
    ...commonOptions(profile),
    ...(flags['host-name'] !== undefined && { serverName: flags['host-name'] }),
    ...(selector !== undefined && { credentials: selector }),
    ...(session !== undefined && { session }),
    ...(shares !== undefined && { keyShares: shares }),
    ...(flags['advertise-alpn'] !== undefined && { applicationProtocols: wireNames(flags['advertise-alpn']) }),
    grease: flags['enable-grease'] === true,
    requestStatus: flags['enable-ocsp-stapling'] === true || flags['enable-signed-cert-timestamps'] === true,
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
      const name = hello.extensions.server_name
      if (flags['expect-server-name'] !== undefined && name !== flags['expect-server-name']) {
        throw new Unexpected(`server name ${name}`)
      }
      return flags.async === undefined ? undefined : Promise.resolve()
    },
    ...(selectsProtocol(flags) && {
      selectApplicationProtocol: (offered: readonly string[]) => protocol(flags, offered),
    }),
    ...(flags['no-ticket'] === undefined && { tickets: flags.async === undefined ? tickets : later(tickets) }),
    cipherPreference: flags['server-preference'] || flags.cipher !== undefined ? 'server' : 'client',
  }
}

function commonOptions({ flags, clock, judge, keyLog }: Profile): CommonOptions {
  const verify = flags['verify-prefs']
  return {
    crypto,
    clock,
    cipherSuites: suitesOf(),
    groups: (flags.curves ?? defaultGroups).flatMap((id) => groupName(id) ?? []),
    signatureSchemes: schemesOf(verify ?? defaultVerifySchemes),
    verifier: judge,
    keyLog,
    alerts: alertsOf(flags),
    ...(flags['max-cert-list'] !== undefined && { maxCertificateListSize: flags['max-cert-list'] }),
    ...(flags['max-send-fragment'] !== undefined && { maxFragment: flags['max-send-fragment'] }),
  }
}

function clientAuthentication(flags: Flags): 'none' | 'request' | 'require' {
  if (flags['verify-peer']) return 'request'
  return flags['require-any-client-certificate'] ? 'require' : 'none'
}

function keyShares(flags: Flags): readonly string[] | undefined {
  if (flags['no-key-shares']) return []
  return flags['key-shares']?.flatMap((id) => groupName(id) ?? [])
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
