import { constants } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import tls from 'node:tls'
import type { Identity } from './certificates.ts'
import { certificates } from './certificates.ts'
import type { Scope } from './child.ts'
import { isTls12, opensslSuite } from './openssl-names.ts'
import { weakPrime } from './openssl.ts'
import type { Feature, Peer, PeerClient, PeerServer, Role, Setting } from './peer.ts'

/** `node:tls`, which is OpenSSL with Node's own logic around. It runs in the process of the tests. */
export const nodeTls: Peer = {
  name: 'node:tls',
  version: process.versions.node,
  lacks,
  serve,
  connect,
}

async function serve(setting: Setting, scope: Scope): Promise<PeerServer> {
  const { identity = certificates.server('ec-secp256r1'), named, clientAuthentication, protocols, ocspFile } = setting
  const contexts = new Map(named === undefined ? [] : [[named.name, tls.createSecureContext(pem(named.identity))]])
  let report = ''
  let newest: tls.TLSSocket | undefined
  const server = tls.createServer({
    ...pem(identity),
    ...commonOptions(setting),
    allowHalfOpen: true,
    // Without, it has no DHE.
    dhparam: 'auto',
    requestCert: clientAuthentication !== undefined,
    rejectUnauthorized: clientAuthentication === 'require',
    ...(protocols && { ALPNProtocols: [...protocols] }),
    SNICallback: (name, done) => done(null, contexts.get(name)),
  })
  if (ocspFile !== undefined) {
    server.on('OCSPRequest', (_certificate, _issuer, done) => done(null, readFileSync(ocspFile)))
  }
  if (setting.tickets === false) keepSessions(server)
  server.on('secureConnection', (socket) => {
    newest = socket
    report += describe(socket, setting, 'server')
    socket.on('error', (error) => (report += `${error.message}\n`))
    socket.pipe(socket)
  })
  server.on('tlsClientError', (error) => (report += `${error.message}\n`))
  scope.onEnd(() => void server.close())
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    report: () => report,
    async command(command) {
      const requestCert = command === 'renegotiate-for-certificate'
      newest?.renegotiate({ requestCert, rejectUnauthorized: false }, () => {})
    },
  }
}

/** Node leaves the cache of session ids to its users. */
function keepSessions(server: tls.Server): void {
  const kept = new Map<string, Buffer>()
  server.on('newSession', (id, state, done) => {
    kept.set(id.toString('hex'), state)
    done()
  })
  server.on('resumeSession', (id, done) => done(null, kept.get(id.toString('hex')) ?? null))
}

async function connect(port: number, setting: Setting, scope: Scope): Promise<PeerClient> {
  const { serverName = 'localhost', clientIdentity, protocols, sessionIn, ocspFile } = setting
  let report = ''
  let session: Buffer | undefined
  const options: tls.ConnectionOptions & { allowHalfOpen: boolean; requestOCSP: boolean } = {
    host: '127.0.0.1',
    port,
    servername: serverName,
    ...(clientIdentity && pem(clientIdentity)),
    ...commonOptions(setting),
    allowHalfOpen: setting.halfClosed === true,
    requestOCSP: ocspFile !== undefined,
    ...(protocols && { ALPNProtocols: [...protocols] }),
    // There is no certificate to look at with a PSK, which node:tls does not see.
    ...(setting.psk && { checkServerIdentity: () => undefined }),
    ...(sessionIn !== undefined && { session: sessionIn as Buffer }),
  }
  const socket = tls.connect(options)
  scope.onEnd(() => void socket.destroy())
  const chunks: Buffer[] = []
  let length = 0
  let heard: (() => void) | undefined
  let failure: Error | undefined
  const ended = new Promise<void>((resolve) => socket.on('close', () => resolve()))
  socket.on('secureConnect', () => (report += describe(socket, setting, 'client')))
  socket.on('session', (newest) => (session = newest))
  socket.on('OCSPResponse', (response) => (report += `OCSP ${response?.toString('hex') ?? 'none'}\n`))
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk)
    length += chunk.length
    heard?.()
  })
  socket.on('error', (error) => {
    failure = error
    report += `${error.message}\n`
    heard?.()
  })
  socket.on('close', () => {
    failure ??= new Error('the connection is closed')
    heard?.()
  })
  const until = async (condition: () => boolean): Promise<void> => {
    while (!condition()) {
      if (failure !== undefined) throw failure
      await new Promise<void>((resolve) => (heard = resolve))
    }
  }
  return {
    report: () => report,
    ended,
    async roundTrip(line) {
      if (setting.halfClosed === true) socket.end(line)
      else socket.write(line)
      await until(() => Buffer.concat(chunks).includes(line))
    },
    hear: (text) => until(() => Buffer.concat(chunks).includes(text)),
    async sendAndReceive(data) {
      socket.write(data)
      await until(() => length >= data.length)
      return Buffer.concat(chunks)
    },
    async command(command) {
      if (command === 'renegotiate') socket.renegotiate({}, () => {})
    },
    async session() {
      while (session === undefined) await new Promise((resolve) => setTimeout(resolve, 5))
      return session
    },
  }
}

function commonOptions(setting: Setting): tls.SecureContextOptions & object {
  const { version = 'TLSv1.3', suite, groups, psk } = setting
  return {
    minVersion: version === 'both' ? 'TLSv1.2' : version,
    maxVersion: version === 'both' ? 'TLSv1.3' : version,
    secureOptions: secureOptions(setting),
    ca: certificates.ca,
    // The short tag of CCM_8 is below the default security level of newer OpenSSLs.
    ...(suite !== undefined && { ciphers: `${opensslSuite(suite)}:${isTls12(suite) ? '' : 'DEFAULT:'}@SECLEVEL=0` }),
    ...(groups !== undefined && { ecdhCurve: groups.map((group) => groupNames[group] ?? group).join(':') }),
    ...(psk !== undefined && {
      pskCallback: (first: unknown) =>
        // As a client it is asked with a hint, or null; as a server with the socket and an identity.
        first === null || typeof first === 'string'
          ? { psk: Buffer.from(psk.hex, 'hex'), identity: psk.identity }
          : Buffer.from(psk.hex, 'hex'),
      ...(psk.hint !== undefined && { pskIdentityHint: psk.hint }),
    }),
  }
}

/** Those of OpenSSL that are off. */
function secureOptions({ tickets, extendedMainSecret, encryptThenMac }: Setting): number {
  return (
    (tickets === false ? constants.SSL_OP_NO_TICKET : 0) |
    // Node has no names for these two.
    (extendedMainSecret === false ? 1 << 0 : 0) |
    (encryptThenMac === false ? 1 << 19 : 0)
  )
}

function describe(socket: tls.TLSSocket, { exporterLabel }: Setting, role: Role): string {
  const exported = exporterLabel === undefined ? '' : `${exporterHex(socket, exporterLabel)}\n`
  // Of a full handshake the client's Finished is the first.
  const unique = (role === 'client' ? socket.getFinished() : socket.getPeerFinished())?.toString('hex')
  return `unique ${unique} ${socket.getCipher().standardName} alpn ${socket.alpnProtocol} authorized ${socket.authorized}\n${exported}`
}

function exporterHex(socket: tls.TLSSocket, label: string): string {
  return (socket.exportKeyingMaterial as (length: number, label: string) => Buffer)(32, label).toString('hex')
}

function pem(identity: Identity): { cert: string; key: string } {
  return { cert: identity.chainPem, key: identity.privateKeyPem }
}

function lacks(role: Role, feature: Feature): string | undefined {
  if (/MLKEM/.test(feature) && !hasMlKem) return `node:tls ${nodeTls.version} has no ML-KEM; 24 has`
  const suite = /^suite (.*)/.exec(feature)?.[1]
  if (suite !== undefined && isTls12(suite) && !hasSuite(suite)) return `node:tls ${nodeTls.version} has no ${suite}`
  return missing[role][feature] ?? missingBoth[feature]
}

/** Its own list leaves some out. */
function hasSuite(suite: string): boolean {
  try {
    tls.createSecureContext({ ciphers: `${opensslSuite(suite)}:@SECLEVEL=0` })
    return true
  } catch {
    return false
  }
}

// It takes a second renegotiation for an attack, also when it asked for it.
Object.assign(tls, { CLIENT_RENEG_LIMIT: 10 })

const missingBoth: Partial<Record<Feature, string>> = {
  'key update': 'node:tls has no way to start a KeyUpdate',
  'key update of both': 'node:tls has no way to start a KeyUpdate',
  'post-handshake authentication': 'node:tls has no post-handshake authentication',
  'record size limit': 'node:tls has no record_size_limit',
}

const missing: Readonly<Record<Role, Partial<Record<Feature, string>>>> = {
  client: { max_fragment_length: 'node:tls has no option for max_fragment_length' },
  server: { 'suite TLS_DHE_PSK_WITH_AES_128_GCM_SHA256': weakPrime },
}

const hasMlKem = Number(process.versions.openssl.split('.')[0]) > 3 || /^3\.([5-9]|\d\d)/.test(process.versions.openssl)

const groupNames: Readonly<Record<string, string>> = {
  x25519: 'X25519',
  x448: 'X448',
  secp256r1: 'P-256',
  secp384r1: 'P-384',
  secp521r1: 'P-521',
}
