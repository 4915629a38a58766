import { Certificate } from '../built.js'

/**
 * Answers one request on each socket, then closes. Node's http.Server would do, but it wants lines that end with
 * CR LF and small heads: test tools write `GET / HTTP/1.0\n\n`, byte by byte, in records as large as they can be.
 */
export function serveHttp({ postHandshakeAuthentication, requestTimeout }) {
  return (socket) => {
    const timer = setTimeout(() => socket.destroy(), requestTimeout)
    socket.once('close', () => clearTimeout(timer))
    readHead(socket, (head) => {
      const { method, path } = requestLine.exec(head)?.groups ?? {}
      const reply = (status, body) => end(socket, status, body, method !== 'HEAD')
      if (path === undefined) return reply(400, 'that is no HTTP request\n')
      if (!postHandshakeAuthentication || !/^\/secret\b/.test(path)) return reply(200, negotiated(socket.facts))
      authenticate(socket, (subject, problem) =>
        subject === undefined ? reply(403, `${problem}\n`) : reply(200, `${subject}\n`),
      )
    })
  }
}

/** Calls `done` with what comes before the first empty line, or all there is, or a first line that is no request's. */
function readHead(socket, done) {
  let head = ''
  const take = (chunk) => {
    // The empty line may have begun in an earlier chunk.
    const from = Math.max(0, head.length - 3)
    head += chunk.toString('latin1')
    const complete = /\n\r?\n/.test(head.slice(from)) || head.length > maxHeadLength
    if (complete || (head.includes('\n') && !requestLine.test(head))) finish()
  }
  const finish = () => {
    socket.off('data', take)
    socket.off('end', finish)
    // Whatever follows is read, and forgotten: unread, it would reset the connection under our answer.
    socket.on('data', forget)
    if (head !== '') done(head)
    else socket.end()
  }
  socket.on('data', take)
  socket.on('end', finish)
}

/** Asks who the client is, unless it has said so; `done` gets its subject, or what is wrong. */
function authenticate(socket, done) {
  const answer = () => {
    socket.off('end', answer)
    socket.off('authenticated', answer)
    const { peer } = socket.facts
    if (peer === undefined) return done(undefined, 'you have no certificate')
    if (!peer.authorized) return done(undefined, `your certificate is refused: ${peer.failure?.code}`)
    done(`${Certificate.parse(peer.certificates[0]).subject}`)
  }
  if (socket.facts.peer !== undefined) return answer()
  try {
    socket.requestClientCertificate()
  } catch (error) {
    return done(undefined, error.message)
  }
  socket.on('authenticated', answer)
  // A client that has closed its side cannot answer.
  if (socket.readableEnded) answer()
  else socket.on('end', answer)
}

function negotiated(facts) {
  const lines = {
    version: facts.version,
    suite: facts.cipherSuite,
    group: facts.group,
    signature: facts.signatureScheme,
    name: facts.serverName,
    protocol: facts.applicationProtocol,
    resumed: facts.resumed,
    psk: facts.externalPskIdentity && Buffer.from(facts.externalPskIdentity).toString('latin1'),
    client: facts.peer && `${Certificate.parse(facts.peer.certificates[0]).subject}`,
  }
  return Object.entries(lines)
    .map(([name, value]) => `${name}: ${value ?? '-'}\n`)
    .join('')
}

function end(socket, status, body, withBody) {
  if (!socket.writable) return
  const head = [
    `HTTP/1.1 ${status} ${reasons[status]}`,
    'Content-Type: text/plain',
    `Content-Length: ${Buffer.byteLength(body)}`,
    'Connection: close',
  ]
  socket.end(`${head.join('\r\n')}\r\n\r\n${withBody ? body : ''}`)
  const timer = setTimeout(() => socket.destroy(), lingerTime)
  socket.once('close', () => clearTimeout(timer))
}

function forget() {}

const requestLine = /^(?<method>[A-Z]+) (?<path>\S+)( HTTP\/\d\.\d)?\r?\n/

const reasons = { 200: 'OK', 400: 'Bad Request', 403: 'Forbidden' }

/** Bytes. */
const maxHeadLength = 0x100000

/** Milliseconds a client has to end its side when it has its answer. */
const lingerTime = 5000
