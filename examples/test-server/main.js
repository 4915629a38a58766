// A server for other people's test tools. `node examples/test-server/main.js --help` tells its options.
import { appendFileSync } from 'node:fs'
import { Command, Option } from 'commander'
import {
  Certificate,
  createCredential,
  createServer,
  createVerifier,
  selectCredential,
  systemCrypto,
} from '../built.js'
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
import { sendBack } from './echo.js'
import { serveHttp } from './http.js'

const command = new Command('test-server')
  .description('A TLS server that answers every HTTP request with what was negotiated.')
  .addOption(new Option('--port <port>', '0: one that is free').argParser(parser(portNumber)).default(0))
  .addOption(new Option('--host <address>', 'to listen on; all if not given'))
  .addOption(new Option('--key <file>', 'private key, PEM; repeatable').argParser(collect(fileContent)).default([]))
  .addOption(new Option('--cert <file>', 'chain, PEM; repeatable').argParser(collect(fileContent)).default([]))
  .addOption(
    new Option('--ca <file>', 'where client certificates must lead; repeatable').argParser(collect(fileContent)),
  )
  .addOption(
    new Option('--client-auth <how>', 'ask for a client certificate')
      .choices(['none', 'request', 'require'])
      .default('none'),
  )
  .addOption(new Option('--min <version>', 'tls1.2 or tls1.3, which is the default').argParser(parser(version)))
  .addOption(new Option('--max <version>', 'tls1.2 or tls1.3').argParser(parser(version)))
  .addOption(new Option('--ciphers <list>', '«modern», «cbc», «legacy», or IANA names').argParser(parser(suiteNames)))
  .option('--no-ems', 'take peers of TLS 1.2 without extended_main_secret')
  .addOption(new Option('--groups <list>', 'IANA or OpenSSL names, most wanted first').argParser(parser(groupNames)))
  .addOption(
    new Option(
      '--sigalgs <list>',
      'IANA or OpenSSL names: what clients may sign with, and what we do if the key can',
    ).argParser(parser(signatureSchemes)),
  )
  .addOption(new Option('--alpn <list>', 'protocols, most wanted first').argParser(parser(namesOf)))
  .addOption(new Option('--tickets <number>', 'sent after each handshake').argParser(parser(tickets)).default(2))
  .addOption(notYet('--early-data <bytes>', 'accept early data', 'early data is not supported yet'))
  .addOption(new Option('--psk <ident:hex>', 'an external PSK; repeatable').argParser(collect(presharedKey)))
  .addOption(new Option('--psk-hash <hash>', 'of external PSKs').choices(['sha256', 'sha384']).default('sha256'))
  .option('--pha', 'ask for a client certificate, after the handshake, on GET /secret')
  .addOption(notYet('--renegotiation', 'allow renegotiation', 'our servers refuse renegotiation'))
  .option('--echo', 'send back what comes, instead of HTTP')
  .addOption(
    new Option('--record-size-limit <bytes>', 'largest record we accept, 64 to 16384').argParser(parser(wholeNumber)),
  )
  .addOption(
    new Option('--handshake-timeout <ms>', 'for a whole handshake').argParser(parser(wholeNumber)).default(10_000),
  )
  .addOption(
    new Option('--idle-timeout <ms>', 'until a silent connection is closed')
      .argParser(parser(wholeNumber))
      .default(60_000),
  )
  .addOption(new Option('--keylog <file>', 'append the secrets in SSLKEYLOGFILE format'))
  .option('--verbose', 'tell of every connection on stderr')
  .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : usageError))
  .parse()

const options = command.opts()
const misfit = versionProblem(options)
if (misfit !== undefined) command.error(`error: ${misfit}`)
const server = start()

server.on('secureConnection', (socket) => {
  note(`connected: ${socket.facts.cipherSuite} ${socket.facts.group ?? 'psk'}`)
  socket.setTimeout(options.idleTimeout, () => socket.destroy())
  socket.on('close', () => note('closed'))
  socket.on('error', (error) => note(`failed: ${told(error)}`))
})
server.on('tlsClientError', (error) => note(`refused: ${told(error)}`))
server.on('error', (error) => {
  console.error(`test-server: ${error.message}`)
  process.exit(1)
})
server.listen(options.port, options.host, () => console.log(`listening on ${server.address().port}`))

for (const signal of ['SIGTERM', 'SIGINT']) process.once(signal, stop)

// Whatever a client sends must not get here. If it does the other clients are still served, and the exit code tells.
process.on('uncaughtException', (error) => {
  console.error(`test-server: a bug: ${error.stack}`)
  process.exitCode = 70
})

function start() {
  try {
    const tlsOptions = readOptions()
    const { pha, echo, idleTimeout } = options
    const serve = serveHttp({ postHandshakeAuthentication: pha === true, requestTimeout: idleTimeout })
    return createServer({ ...tlsOptions, allowHalfOpen: true }, echo ? sendBack : serve)
  } catch (error) {
    return command.error(`error: ${told(error)}`)
  }
}

function readOptions() {
  const { clientAuth, pha, psk } = options
  const credentials = readCredentials()
  if (credentials.length === 0 && psk === undefined) command.error('error: give --key and --cert, or --psk')
  const asks = clientAuth !== 'none'
  return {
    credentials: credentials.length === 0 ? () => undefined : selectCredential(credentials),
    ca: options.ca,
    requestCert: asks,
    rejectUnauthorized: clientAuth === 'require',
    verifier: asks || pha ? clientVerifier() : undefined,
    minVersion: options.min,
    maxVersion: options.max,
    cipherSuites: options.ciphers?.length === 0 ? undefined : options.ciphers,
    tls12: { requireExtendedMainSecret: options.ems },
    groups: options.groups,
    signatureSchemes: options.sigalgs,
    ALPNProtocols: options.alpn,
    tickets: options.tickets === 0 ? false : undefined,
    ticketCount: options.tickets,
    externalPsk: psk === undefined ? undefined : findPsk,
    recordSizeLimit: options.recordSizeLimit,
    handshakeTimeout: options.handshakeTimeout,
    keyLog: options.keylog === undefined ? undefined : (line) => appendFileSync(options.keylog, `${line}\n`),
  }
}

function readCredentials() {
  const { key, cert, sigalgs } = options
  if (key.length !== cert.length) command.error(`error: ${key.length} --key, but ${cert.length} --cert`)
  return cert.map((certificates, i) => {
    const all = createCredential({ certificates, privateKey: key[i], provider: systemCrypto })
    const wanted = sigalgs?.filter((scheme) => all.signer.schemes.includes(scheme)) ?? []
    if (wanted.length === 0) return all
    return createCredential({ certificates, privateKey: key[i], provider: systemCrypto, schemes: wanted })
  })
}

/**
 * With --ca, certificates must lead there; without, any will do. For --pha the server lives on to answer 403, so the
 * verdict is the request handler's.
 */
function clientVerifier() {
  const { ca, clientAuth } = options
  const strict = ca !== undefined && clientAuth !== 'none'
  const trustAnchors = (ca ?? []).flatMap((pem) => Certificate.parseAll(pem.toString('latin1')))
  const verifier = createVerifier({ trustAnchors, dangerouslyAcceptAnyCertificate: !strict })
  if (ca !== undefined) return verifier
  const accepted = (verdict) => ({ ...verdict, authorized: true, failure: undefined })
  return { verify: (chain, context) => accepted(verifier.verify(chain, context)) }
}

function findPsk(identity) {
  const found = options.psk.find((psk) => psk.identity.equals(identity))
  return found === undefined ? undefined : { ...found, secret: found.secret.clone(), hash: options.pskHash }
}

function stop() {
  server.close()
  // Connections that are still there end with the process.
  process.exit()
}

function tickets(text) {
  const count = wholeNumber(text)
  if (count <= 255) return count
  throw new RangeError('at most 255')
}

function told(error) {
  return `${error.code ?? error.name}: ${error.message}`
}

function note(line) {
  if (options.verbose) console.error(line)
}
