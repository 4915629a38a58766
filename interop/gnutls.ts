import { readFileSync } from 'node:fs'
import { certificates } from './certificates.ts'
import type { Scope } from './child.ts'
import { Child, freePort, saidBy } from './child.ts'
import { isTls12 } from './openssl-names.ts'
import type { Command, Feature, Peer, PeerClient, PeerServer, Role, Setting } from './peer.ts'

/** GnuTLS: `gnutls-cli` and `gnutls-serv`. */
export const gnutls: Peer = {
  name: 'gnutls',
  version: versionOf(saidBy('gnutls-cli', '--version'), saidBy('gnutls-serv', '--version')),
  lacks,
  serve,
  connect,
}

async function serve(setting: Setting, scope: Scope): Promise<PeerServer> {
  const port = await freePort()
  const server = new Child(scope, 'gnutls-serv', ['--echo', '--port', `${port}`, ...serverArguments(setting)])
  return {
    port,
    report: () => server.report,
  }
}

async function connect(port: number, setting: Setting, scope: Scope): Promise<PeerClient> {
  // What it says of itself goes to the log file, or else is mixed with what it gets.
  const logFile = certificates.file('gnutls-cli.log')
  const ocspFile = certificates.file('gnutls-cli-ocsp.der')
  const log = setting.interactive === true ? [] : [`--logfile=${logFile}`]
  const staple = setting.ocspFile === undefined ? [] : [`--save-ocsp=${ocspFile}`]
  const args = ['127.0.0.1', '--port', `${port}`, ...log, ...staple, ...clientArguments(setting)]
  const client = new Child(scope, 'gnutls-cli', args)
  return {
    report: () => `${client.report}\n${readFileSync(logFile, 'latin1')}\nOCSP ${readFileSync(ocspFile, 'hex')}`,
    ended: client.ended,
    async roundTrip(line) {
      if (setting.halfClosed === true) client.process.stdin.end(line)
      else client.write(line)
      await client.hear(line)
    },
    hear: (text) => client.hear(text),
    async sendAndReceive(data) {
      client.write(data)
      await client.until(() => client.outputLength >= data.length, 'all that was sent')
      return client.output
    },
    command: async (command) => client.write(`${commands[command]}\n`),
  }
}

function serverArguments(setting: Setting): string[] {
  const { identity = certificates.server('ec-secp256r1'), named, clientAuthentication, psk, protocols } = setting
  const identities = [identity, ...(named === undefined ? [] : [named.identity])]
  return [
    ...identities.flatMap(({ certFile, keyFile }) => ['--x509certfile', certFile, '--x509keyfile', keyFile]),
    ...{
      none: ['--disable-client-cert'],
      request: ['--verify-client-cert', '--x509cafile', certificates.caFile],
      require: ['--require-client-cert', '--verify-client-cert', '--x509cafile', certificates.caFile],
    }[clientAuthentication ?? (setting.postHandshakeAuthentication === true ? 'request' : 'none')],
    ...(protocols ?? []).map((protocol) => `--alpn=${protocol}`),
    ...(protocols === undefined ? [] : ['--alpn-fatal']),
    ...(psk === undefined ? [] : ['--pskpasswd', certificates.file('psk', `${psk.identity}:${psk.hex}\n`)]),
    ...(psk?.hint === undefined ? [] : [`--pskhint=${psk.hint}`]),
    ...(setting.ocspFile === undefined ? [] : [`--ocsp-response=${setting.ocspFile}`]),
    ...commonArguments(setting),
  ]
}

function clientArguments(setting: Setting): string[] {
  const { serverName = 'localhost', clientIdentity, psk, protocols } = setting
  return [
    ...[`--sni-hostname=${serverName}`, `--verify-hostname=${serverName}`, `--x509cafile=${certificates.caFile}`],
    '--verbose',
    ...(setting.groups === undefined ? [] : ['--single-key-share']),
    ...(clientIdentity === undefined
      ? []
      : [`--x509certfile=${clientIdentity.certFile}`, `--x509keyfile=${clientIdentity.keyFile}`]),
    ...(protocols ?? []).map((protocol) => `--alpn=${protocol}`),
    ...(psk === undefined ? [] : [`--pskusername=${psk.identity}`, `--pskkey=${psk.hex}`]),
    ...(setting.postHandshakeAuthentication === true ? ['--post-handshake-auth'] : []),
    ...(setting.interactive === true ? ['--inline-commands'] : []),
    ...(setting.maxFragmentLength === undefined ? [] : [`--recordsize=${setting.maxFragmentLength}`]),
    ...(setting.keepSession === true ? ['--resume', '--waitresumption'] : []),
    ...commonArguments(setting),
  ]
}

function commonArguments(setting: Setting): string[] {
  const { version = 'TLSv1.3', suite, groups, psk, recordSizeLimit, exporterLabel } = setting
  const priority = [
    `NORMAL:-VERS-ALL:${versions[version]}`,
    ...(suite === undefined ? [] : suitePriority(suite)),
    ...(setting.tickets === false ? ['%NO_TICKETS_TLS12'] : []),
    ...(setting.extendedMainSecret === false ? ['%NO_SESSION_HASH'] : []),
    ...(setting.encryptThenMac === false ? ['%NO_ETM'] : []),
    ...(groups === undefined ? [] : ['-GROUP-ALL', ...groups.map((group) => `+GROUP-${groupNames[group] ?? group}`)]),
    // A suite of TLS 1.2 has it in its name.
    ...(psk === undefined || (suite !== undefined && isTls12(suite)) ? [] : ['-KX-ALL', '+ECDHE-PSK', '+DHE-PSK']),
  ]
  return [
    `--priority=${priority.join(':')}`,
    ...(recordSizeLimit === undefined ? [] : [`--recordsize=${recordSizeLimit}`]),
    ...(exporterLabel === undefined ? [] : [`--keymatexport=${exporterLabel}`, '--keymatexportsize=32']),
  ]
}

function lacks(role: Role, feature: Feature): string | undefined {
  if (/MLKEM/.test(feature)) return `gnutls ${gnutls.version} has no ML-KEM`
  const suite = /^suite (.*)/.exec(feature)?.[1]
  if (suite !== undefined && !suites().has(gnutlsSuite(suite))) return `gnutls ${gnutls.version} has no ${suite}`
  if (role === 'client' && /^TLS_(?:EC)?DHE_PSK/.test(suite ?? '')) return dhePsk
  return missing[role][feature]
}

/** For TLS 1.3 it is the cipher alone that is chosen, for TLS 1.2 each part of the suite. */
function suitePriority(suite: string): string[] {
  if (!isTls12(suite)) return ['-CIPHER-ALL', `+${suiteNames[suite] ?? suite}`]
  const { exchange = '', cipher = '', mac } = suiteParts.exec(suite)?.groups ?? {}
  const macName = mac === undefined ? 'AEAD' : mac === 'SHA' ? 'SHA1' : mac
  const parts = ['-KX-ALL', `+${dashed(exchange)}`, '-CIPHER-ALL', `+${dashed(cipher)}`, '-MAC-ALL', `+${macName}`]
  return [...parts, '%VERIFY_ALLOW_BROKEN']
}

const suiteParts =
  /^TLS_(?<exchange>\w+)_WITH_(?<cipher>\w+?(?:CBC|GCM|CCM_8|CCM|POLY1305))(?:(?<=CBC)_(?<mac>\w+)|_\w+)?$/

function dashed(name: string): string {
  return name.replaceAll('_', '-')
}

/** As `gnutls-cli --list` has it. */
function gnutlsSuite(suite: string): string {
  if (!isTls12(suite)) return suite
  return suite
    .replace('_WITH', '')
    .replace(/_CBC_SHA$/, '_CBC_SHA1')
    .replace(/(?<=POLY1305)_SHA256$/, '')
}

let known: ReadonlySet<string> | undefined

function suites(): ReadonlySet<string> {
  const list = known === undefined ? (saidBy('gnutls-cli', '--list') ?? '') : ''
  known ??= new Set(list.split('\n').map((line) => line.split(/\s/)[0] ?? ''))
  return known
}

const dhePsk = 'gnutls-cli has no credentials for ECDHE_PSK and DHE_PSK, for gnutls-serv neither'

const versions = { 'TLSv1.3': '+VERS-TLS1.3', 'TLSv1.2': '+VERS-TLS1.2', both: '+VERS-TLS1.2:+VERS-TLS1.3' } as const

const missing: Readonly<Record<Role, Partial<Record<Feature, string>>>> = {
  client: {
    'retry without a group': 'gnutls wants a group in every HelloRetryRequest',
  },
  server: {
    'key update': 'gnutls-serv cannot be told to start a KeyUpdate',
    'key update of both': 'gnutls-serv cannot be told to start a KeyUpdate',
    max_fragment_length: 'gnutls-serv sends longer records than the max_fragment_length it agreed to',
    renegotiation: 'gnutls-serv cannot be told to renegotiate',
  },
}

const suiteNames: Readonly<Record<string, string>> = {
  TLS_AES_128_GCM_SHA256: 'AES-128-GCM',
  TLS_AES_256_GCM_SHA384: 'AES-256-GCM',
  TLS_CHACHA20_POLY1305_SHA256: 'CHACHA20-POLY1305',
  TLS_AES_128_CCM_SHA256: 'AES-128-CCM',
  TLS_AES_128_CCM_8_SHA256: 'AES-128-CCM-8',
}

const commands: Readonly<Record<Command, string>> = {
  'update-keys': '^rekey1^',
  'update-both-keys': '^rekey^',
  renegotiate: '^renegotiate^',
  'renegotiate-for-certificate': '',
  'request-certificate': '',
}

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'SECP256R1',
  secp384r1: 'SECP384R1',
  secp521r1: 'SECP521R1',
}

function versionOf(client: string | undefined, server: string | undefined): string | undefined {
  return server === undefined ? undefined : /^gnutls-cli (\d+\.\d+\.\d+)/.exec(client ?? '')?.[1]
}
