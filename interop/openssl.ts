import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { certificates } from './certificates.ts'
import type { Scope } from './child.ts'
import { Child, freePort, saidBy } from './child.ts'
import { isTls12, opensslSuite } from './openssl-names.ts'
import type { Command, Feature, Peer, PeerClient, PeerServer, Role, Setting } from './peer.ts'

/** The `openssl` program: `s_client` and `s_server`. */
export const openssl: Peer = {
  name: 'openssl',
  version: versionOf(saidBy('openssl', 'version')),
  lacks,
  serve,
  connect,
}

async function serve(setting: Setting, scope: Scope): Promise<PeerServer> {
  const port = await freePort()
  const server = new Child(
    scope,
    'openssl',
    ['s_server', '-accept', `127.0.0.1:${port}`, ...serverArguments(setting)],
    env(setting),
  )
  if (setting.interactive !== true && setting.halfClosed !== true) {
    // Without messages between, its output is what it got and its input what it sends. Not a pipe, which waits for the
    // input to be read: s_server does not read it while its output waits to be taken.
    server.process.stdout.on('data', (chunk: Buffer) => server.write(chunk))
  }
  return {
    port,
    report: () => server.report,
    async sendBack(line) {
      if (setting.interactive !== true) return
      await server.hear(line)
      server.write(line)
    },
    command: async (command) => server.write(serverCommands[command]),
  }
}

async function connect(port: number, setting: Setting, scope: Scope): Promise<PeerClient> {
  const sessionFile = setting.keepSession === true ? certificates.file('session.pem') : undefined
  const args = clientArguments(setting, sessionFile)
  const client = new Child(scope, 'openssl', ['s_client', '-connect', `127.0.0.1:${port}`, ...args], env(setting))
  return {
    report: () => client.report,
    ended: client.ended,
    async roundTrip(line) {
      client.write(line)
      await client.hear(line)
    },
    hear: (text) => client.hear(text),
    async sendAndReceive(data) {
      client.write(data)
      await client.until(() => client.outputLength >= data.length, 'all that was sent')
      return client.output
    },
    command: async (command) => client.write(clientCommands[command]),
    async session() {
      await client.until(() => readFileSync(sessionFile as string).length > 0, 'a session')
      return sessionFile
    },
  }
}

function serverArguments(setting: Setting): string[] {
  const { identity = certificates.server('ec-secp256r1'), named, clientAuthentication } = setting
  const verify = { request: '-verify', require: '-Verify' } as const
  return [
    ...['-cert', identity.certFile, '-cert_chain', identity.certFile, '-key', identity.keyFile],
    ...(named === undefined
      ? []
      : ['-servername', named.name, '-cert2', named.identity.certFile, '-key2', named.identity.keyFile]),
    ...(clientAuthentication === undefined
      ? []
      : [verify[clientAuthentication], '5', '-verify_return_error', '-CAfile', certificates.caFile]),
    ...(setting.postHandshakeAuthentication === true ? ['-CAfile', certificates.caFile, '-verify_return_error'] : []),
    ...(setting.ocspFile === undefined ? [] : ['-status_file', setting.ocspFile]),
    ...(setting.psk?.hint === undefined ? [] : ['-psk_hint', setting.psk.hint]),
    ...(setting.halfClosed === true ? ['-rev'] : setting.interactive === true ? [] : ['-quiet', '-brief']),
    ...commonArguments(setting),
  ]
}

function clientArguments(setting: Setting, sessionFile: string | undefined): string[] {
  const { serverName = 'localhost', clientIdentity, sessionIn } = setting
  return [
    ...['-servername', serverName, '-verify_hostname', serverName],
    ...['-CAfile', certificates.caFile, '-verify_return_error'],
    ...(clientIdentity === undefined
      ? []
      : ['-cert', clientIdentity.certFile, '-cert_chain', clientIdentity.certFile, '-key', clientIdentity.keyFile]),
    ...(setting.postHandshakeAuthentication === true ? ['-enable_pha'] : []),
    ...(setting.ocspFile === undefined ? [] : ['-status']),
    ...(setting.maxFragmentLength === undefined ? [] : ['-maxfraglen', `${setting.maxFragmentLength}`]),
    ...(sessionFile === undefined ? [] : ['-sess_out', sessionFile]),
    ...(sessionIn === undefined ? [] : ['-sess_in', sessionIn as string]),
    ...(setting.interactive === true ? [] : ['-quiet', '-brief']),
    ...commonArguments(setting),
  ]
}

function commonArguments(setting: Setting): string[] {
  const { suite, groups, protocols, psk, exporterLabel } = setting
  return [
    ...versionArguments[setting.version ?? 'TLSv1.3'],
    ...(suite === undefined ? [] : suiteArguments(suite)),
    ...(setting.tickets === false ? ['-no_ticket'] : []),
    ...(setting.encryptThenMac === false ? ['-no_etm'] : []),
    ...(groups === undefined ? [] : ['-groups', groups.map((group) => groupNames[group] ?? group).join(':')]),
    ...(protocols === undefined ? [] : ['-alpn', protocols.join()]),
    ...(psk === undefined ? [] : ['-psk', psk.hex, '-psk_identity', psk.identity]),
    ...(exporterLabel === undefined ? [] : ['-keymatexport', exporterLabel, '-keymatexportlen', '32']),
  ]
}

function lacks(role: Role, feature: Feature): string | undefined {
  if (/MLKEM/.test(feature) && !atLeast(3, 5)) return `OpenSSL ${openssl.version} has no ML-KEM; 3.5 has`
  if (feature === 'record size limit' && !atLeast(4, 0)) return `OpenSSL ${openssl.version} has no record_size_limit`
  const suite = /^suite (.*)/.exec(feature)?.[1]
  if (suite !== undefined && isTls12(suite) && !suites().has(opensslSuite(suite)))
    return `OpenSSL ${openssl.version} has no ${suite}`
  return missing[role][feature]
}

function suiteArguments(suite: string): string[] {
  if (!isTls12(suite)) return ['-ciphersuites', suite]
  // CCM_8, SHA-1 and static RSA are below the default security level of newer OpenSSLs.
  return ['-cipher', `${opensslSuite(suite)}:@SECLEVEL=0`]
}

/** There is no argument for extended_main_secret, but a configuration. */
function env({ extendedMainSecret }: Setting): NodeJS.ProcessEnv | undefined {
  if (extendedMainSecret !== false) return undefined
  const configuration =
    'openssl_conf = a\n[a]\nssl_conf = b\n[b]\nsystem_default = c\n[c]\nOptions = -ExtendedMasterSecret\n'
  return { ...process.env, OPENSSL_CONF: certificates.file('openssl.cnf', configuration) }
}

let known: ReadonlySet<string> | undefined

function suites(): ReadonlySet<string> {
  known ??= new Set(execFileSync('openssl', ['ciphers', 'ALL:@SECLEVEL=0'], { encoding: 'utf8' }).trim().split(':'))
  return known
}

const versionArguments = { 'TLSv1.3': ['-tls1_3'], 'TLSv1.2': ['-tls1_2'], both: [] } as const

export const weakPrime = 'a server of OpenSSL takes a prime of 1024 bits for this suite, which we refuse'

const missing: Readonly<Record<Role, Partial<Record<Feature, string>>>> = {
  client: {
    'half-close': 's_client stops reading when one side has sent close_notify',
    'tls-unique': 's_client does not print tls-unique',
  },
  server: {
    'tls-unique': 's_server does not print tls-unique',
    'suite TLS_DHE_PSK_WITH_AES_128_GCM_SHA256': weakPrime,
  },
}

const serverCommands: Readonly<Record<Command, string>> = {
  'update-keys': 'k\n',
  'update-both-keys': 'K\n',
  'request-certificate': 'c\n',
  renegotiate: 'r\n',
  'renegotiate-for-certificate': 'R\n',
}

const clientCommands: Readonly<Record<Command, string>> = {
  ...serverCommands,
  'request-certificate': '',
  renegotiate: 'R\n',
  'renegotiate-for-certificate': '',
}

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}

/** LibreSSL, which some systems call openssl, is another peer. */
function versionOf(said: string | undefined): string | undefined {
  const version = /^OpenSSL (\d+\.\d+\.\d+)/.exec(said ?? '')?.[1]
  return version !== undefined && Number(version.split('.')[0]) >= 3 ? version : undefined
}

function atLeast(major: number, minor: number): boolean {
  const [haveMajor = 0, haveMinor = 0] = (openssl.version ?? '').split('.').map(Number)
  return haveMajor > major || (haveMajor === major && haveMinor >= minor)
}
