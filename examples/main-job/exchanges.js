import { once } from 'node:events'
import https from 'node:https'
import { buffer } from 'node:stream/consumers'
import { Certificate, connectTls, createHttpsServer } from '../built.js'
import { fetchWithOpenSsl } from './openssl.js'
import { checkPage, page, path } from './page.js'

/** Our client fetches the page; resumes `session` if there is one. */
export async function fetchWithOurs({ port, ca, session, trace }) {
  const started = performance.now()
  const socket = await connectTls({ host: '127.0.0.1', port, servername: 'localhost', ca, session, trace })
  const secured = performance.now()
  let newest
  socket.on('session', (serialized) => (newest = serialized))
  socket.write(`GET ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`)
  const answer = await buffer(socket)
  const done = performance.now()
  const bytes = { received: socket.bytesRead, sent: socket.bytesWritten }
  await new Promise((ended) => socket.end(ended))
  const end = answer.indexOf('\r\n\r\n')
  checkPage(answer.subarray(end + 4))
  return {
    session: newest,
    row: {
      ...negotiated(socket.facts),
      chain: verdictOf(socket.facts),
      ...bytes,
      handshake: secured - started,
      total: done - started,
    },
  }
}

/** Our HTTPS server with the page. `nextRow()` is what it knows of the next connection. */
export async function startOurServer({ credentials }) {
  const options = { cert: credentials.map(({ cert }) => cert), key: credentials.map(({ key }) => key) }
  const server = createHttpsServer(options, sendPage)
  let accepted = 0
  server.prependListener('connection', () => (accepted = performance.now()))
  const port = await listening(server)
  return {
    port,
    async nextRow() {
      const [socket] = await once(server, 'secureConnection')
      const secured = performance.now()
      await once(socket, 'close')
      const times = { handshake: secured - accepted, total: performance.now() - accepted }
      return { ...negotiated(socket.facts), received: socket.bytesRead, sent: socket.bytesWritten, ...times }
    },
    stop: () => server.close(),
  }
}

/** The same with `node:https`. */
export async function startNodeServer({ cert, key }) {
  const server = https.createServer({ cert, key, minVersion: 'TLSv1.3' }, sendPage)
  const port = await listening(server)
  return { port, stop: () => server.close() }
}

/** `openssl s_client` fetches the page from our server, twice. */
export async function serveOpenSsl({ server, certificates }) {
  const { caFile, file } = certificates
  const sessionFile = file('openssl-session.pem', '')
  const fetches = [{ sessionOut: sessionFile }, { sessionIn: sessionFile }]
  return inTurn(fetches, (session) => serve(server, () => fetchWithOpenSsl({ port: server.port, caFile, ...session })))
}

/** `node:https` fetches the page from our server, twice. */
export async function serveNode({ server, certificates }) {
  let session
  const fetch = async () => {
    const request = https.get({
      ...{ host: '127.0.0.1', port: server.port, path, servername: 'localhost' },
      ...{ ca: certificates.ca, agent: false, session },
    })
    request.on('socket', (socket) => socket.on('session', (newest) => (session = newest)))
    const [response] = await once(request, 'response')
    const { socket } = response
    const peer = {
      version: socket.getProtocol(),
      cipherSuite: socket.getCipher().standardName,
      verified: socket.authorized,
      resumed: socket.isSessionReused(),
    }
    return { body: await buffer(response), ...peer }
  }
  return inTurn([1, 2], () => serve(server, fetch))
}

async function serve(server, fetch) {
  const [row, peer] = await Promise.all([server.nextRow(), fetch()])
  checkPage(peer.body)
  for (const fact of ['version', 'cipherSuite', 'resumed']) {
    if (peer[fact] === undefined || peer[fact] === row[fact]) continue
    throw new Error(`we say ${fact} ${row[fact]}, the peer ${peer[fact]}`)
  }
  if (!peer.verified) throw new Error('the peer does not trust our certificate')
  return { ...row, chain: row.resumed ? 'ok, kept by peer' : 'ok, says peer' }
}

async function inTurn(list, action) {
  const rows = []
  for (const one of list) rows.push(await action(one))
  return rows
}

async function listening(server) {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return server.address().port
}

function sendPage(request, response) {
  const found = request.url === path
  const body = found ? page : Buffer.from('there is nothing here\n')
  const headers = { 'content-type': 'text/plain', 'content-length': body.length, connection: 'close' }
  response.writeHead(found ? 200 : 404, headers).end(body)
}

function negotiated({ version, cipherSuite, group, signatureScheme, resumed }) {
  return { version, cipherSuite, group, signature: signatureScheme, resumed }
}

/** The path that was found, leaf first. */
function verdictOf({ peer, resumed }) {
  if (!peer.authorized) return `refused: ${peer.failure.code}`
  if (resumed) return `ok, kept: ${nameOf(Certificate.parse(peer.certificates[0]))}`
  return `ok: ${peer.facts.path.map(nameOf).join(' < ')}`
}

function nameOf(certificate) {
  return `${certificate.subject}`.replace(/^CN=/, '')
}
