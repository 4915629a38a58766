// A client for other people's test tools: prints what was negotiated as JSON. `--help` tells its options.
import { once } from 'node:events'
import { appendFileSync, writeFileSync } from 'node:fs'
import { text } from 'node:stream/consumers'
import { Command, Option } from 'commander'
import { Certificate, Session, connect, createCredential, selectCredential, systemCrypto } from '../built.js'
import {
  collect,
  fileContent,
  notYet,
  parser,
  portNumber,
  presharedKey,
  usageError,
  version,
  versionProblem,
  wholeNumber,
} from '../command-line.js'
import { groupNames, namesOf, signatureSchemes, suiteNames } from '../tls-names.js'

const command = new Command('test-client')
  .description('A TLS client that prints what was negotiated as JSON. It ends with 0 when all went well, otherwise 1.')
  .addOption(new Option('--connect <host:port>', 'the server').argParser(parser(address)).makeOptionMandatory())
  .addOption(new Option('--name <name>', 'to send as SNI and to verify; the host if not given'))
  .addOption(new Option('--ca <file>', 'where its certificate must lead; repeatable').argParser(collect(fileContent)))
  .option('--insecure', 'go on with a server that could be anybody')
  .addOption(new Option('--key <file>', 'private key, PEM; repeatable').argParser(collect(fileContent)).default([]))
  .addOption(new Option('--cert <file>', 'chain, PEM; repeatable').argParser(collect(fileContent)).default([]))
  .addOption(new Option('--min <version>', 'tls1.2 or tls1.3, which is the default').argParser(parser(version)))
  .addOption(new Option('--max <version>', 'tls1.2 or tls1.3').argParser(parser(version)))
  .addOption(new Option('--ciphers <list>', '«modern», «cbc», «legacy», or IANA names').argParser(parser(suiteNames)))
  .option('--no-ems', 'take peers of TLS 1.2 without extended_main_secret')
  .addOption(new Option('--groups <list>', 'IANA or OpenSSL names, most wanted first').argParser(parser(groupNames)))
  .addOption(new Option('--key-shares <list>', 'groups to send shares for').argParser(parser(groupNames)))
  .addOption(new Option('--sigalgs <list>', 'IANA or OpenSSL names').argParser(parser(signatureSchemes)))
  .addOption(new Option('--alpn <list>', 'protocols, most wanted first').argParser(parser(namesOf)))
  .addOption(new Option('--session-in <file>', 'resume the session in it').argParser(parser(session)))
  .option('--session-out <file>', 'write the newest session to it (it holds a secret)')
  .addOption(notYet('--early-data <file>', 'send early data', 'early data is not supported yet'))
  .addOption(new Option('--psk <ident:hex>', 'an external PSK; repeatable').argParser(collect(presharedKey)))
  .addOption(new Option('--psk-hash <hash>', 'of external PSKs').choices(['sha256', 'sha384']).default('sha256'))
  .option('--renegotiation', 'with TLS 1.2, go along when a server asks for it')
  .option('--pha', 'answer a certificate request after the handshake')
  .addOption(new Option('--key-update <whose>', 'new keys before the request').choices(['own', 'both']))
  .option('--request <path>', 'GET it by HTTP/1.1')
  .option('--send <text>', 'send this instead of a request')
  .addOption(new Option('--record-size-limit <bytes>', 'largest record we accept').argParser(parser(wholeNumber)))
  .option('--no-grease', 'send nothing that is there to be ignored')
  .option('--no-middlebox', 'no compatibility with middleboxes')
  .addOption(new Option('--timeout <ms>', 'for everything').argParser(parser(wholeNumber)).default(30_000))
  .addOption(new Option('--keylog <file>', 'append the secrets in SSLKEYLOGFILE format'))
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : usageError))
  .parse()

const options = command.opts()
const misfit = versionProblem(options)
if (misfit !== undefined) command.error(`error: ${misfit}`)
const timeout = setTimeout(() => finish(failure(new Error(`not done within ${options.timeout} ms`))), options.timeout)
try {
  finish(await exchange(connectOptions()))
} catch (error) {
  finish(failure(error))
}

async function exchange(tlsOptions) {
  const started = performance.now()
  const socket = connect(tlsOptions)
  let sessions = 0
  // Some servers send their tickets with their Finished.
  socket.on('session', (serialized) => {
    sessions++
    if (options.sessionOut !== undefined) writeFileSync(options.sessionOut, serialized, { mode: 0o600 })
  })
  await once(socket, 'secureConnect')
  const connected = performance.now()
  const { response, problem } = await talk(socket)
  const ended = performance.now()
  return {
    ok: problem === undefined,
    ...negotiated(socket),
    sessions,
    response,
    bytesRead: socket.bytesRead,
    bytesWritten: socket.bytesWritten,
    milliseconds: { handshake: rounded(connected - started), exchange: rounded(ended - connected) },
    ...(problem && { error: told(problem) }),
  }
}

async function talk(socket) {
  try {
    if (options.keyUpdate !== undefined) socket.updateKeys(options.keyUpdate === 'both')
    if (options.request !== undefined) {
      const { host } = options.connect
      // Our side stays open: the server may still want to know who we are.
      socket.write(`GET ${options.request} HTTP/1.1\r\nHost: ${options.name ?? host}\r\nConnection: close\r\n\r\n`)
    } else {
      socket.end(options.send ?? '')
    }
    const answer = await text(socket)
    await new Promise((done) => socket.end(done))
    return { response: options.request === undefined ? answer : httpResponse(answer) }
  } catch (problem) {
    return { problem }
  }
}

function httpResponse(answer) {
  const end = answer.indexOf('\r\n\r\n')
  const status = /^HTTP\/1\.[01] (\d{3})/.exec(answer)?.[1]
  return { status: status === undefined ? null : Number(status), body: end < 0 ? '' : answer.slice(end + 4) }
}

function connectOptions() {
  const { connect, name, psk, pskHash } = options
  return {
    host: connect.host,
    port: connect.port,
    servername: name,
    ca: options.ca,
    rejectUnauthorized: options.insecure !== true,
    credentials: readCredentials(),
    minVersion: options.min,
    maxVersion: options.max,
    cipherSuites: options.ciphers?.length === 0 ? undefined : options.ciphers,
    tls12: { requireExtendedMainSecret: options.ems, renegotiation: options.renegotiation ? 'freely' : 'never' },
    groups: options.groups,
    keyShares: options.keyShares,
    signatureSchemes: options.sigalgs,
    ALPNProtocols: options.alpn,
    session: options.sessionIn,
    externalPsks: psk?.map((one) => ({ ...one, hash: pskHash })),
    postHandshakeAuthentication: options.pha,
    recordSizeLimit: options.recordSizeLimit,
    grease: options.grease,
    middleboxCompatibility: options.middlebox,
    allowHalfOpen: true,
    keyLog: options.keylog === undefined ? undefined : (line) => appendFileSync(options.keylog, `${line}\n`),
  }
}

function readCredentials() {
  const { key, cert } = options
  if (key.length !== cert.length) command.error(`error: ${key.length} --key, but ${cert.length} --cert`)
  if (cert.length === 0) return undefined
  const provider = systemCrypto
  return selectCredential(
    cert.map((certificates, i) => createCredential({ certificates, privateKey: key[i], provider })),
  )
}

function negotiated({ facts }) {
  const { peer, externalPskIdentity } = facts
  return {
    version: facts.version,
    cipherSuite: facts.cipherSuite,
    group: facts.group ?? null,
    signatureScheme: facts.signatureScheme ?? null,
    clientSignatureScheme: facts.clientSignatureScheme ?? null,
    applicationProtocol: facts.applicationProtocol ?? null,
    serverName: facts.serverName ?? null,
    resumed: facts.resumed,
    extendedMainSecret: facts.extendedMainSecret,
    encryptThenMac: facts.encryptThenMac,
    pskIdentity: externalPskIdentity === undefined ? null : Buffer.from(externalPskIdentity).toString('latin1'),
    helloRetryRequest: facts.helloRetryRequest,
    peer: peer && {
      subjects: peer.certificates.map((der) => `${Certificate.parse(der).subject}`),
      authorized: peer.authorized,
      failure: peer.failure?.code ?? null,
      ocspResponse: peer.ocspResponse !== undefined,
    },
  }
}

function failure(error) {
  return { ok: false, error: told(error) }
}

/** `alert`: what we told the server; `received`: what it told us. */
function told(error) {
  const { code, alert, received, message } = error
  const theirs = code === 'ERR_TLS_PEER_ALERT' ? received : undefined
  return { code: code ?? error.name, alert: alert ?? null, received: theirs ?? null, message }
}

function finish(result) {
  clearTimeout(timeout)
  process.exitCode = result.ok ? 0 : 1
  process.stdout.write(`${JSON.stringify(result, null, 2)}\n`, () => process.exit())
}

function address(text) {
  const found = /^(?:\[(?<v6>[^\]]+)\]|(?<name>[^:]+)):(?<port>\d+)$/.exec(text)?.groups
  if (found === undefined) throw new RangeError('is not host:port')
  return { host: found.v6 ?? found.name, port: portNumber(found.port) }
}

function session(path) {
  return Session.parse(fileContent(path))
}

function rounded(milliseconds) {
  return Math.round(milliseconds * 100) / 100
}
