import { once } from 'node:events'
import type { Http2Session, IncomingHttpHeaders } from 'node:http2'
import https from 'node:https'
import type { IncomingMessage } from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import nodeTls from 'node:tls'
import { TlsSocket } from '@typetls/node-adapter'
import { HttpsAgent, createHttp2Server, createHttpsServer, http2Connect } from '@typetls/node-adapter/agents'
import { register, unregister } from '@typetls/node-adapter/register'
import tls from '@typetls/node-adapter/tls'
import { createAuthority } from '@typetls/testing'
import type { Suite } from '../suite.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['localhost'], ip: ['127.0.0.1'] })
const identity = { cert: leaf.chainPem, key: leaf.privateKeyPem }
const dial = { host: '127.0.0.1', servername: 'localhost', ca: root.pem }

/** node-adapter: the drop-in for node:tls, HTTP over it, and being under the platform's own `tls.connect`. */
const sockets: Suite = async () => {
  const checks = { echo, resumption, upgrade, refusal, https: overHttps, http2: overHttp2, register: registered }
  const problems: string[] = []
  for (const [name, check] of Object.entries(checks)) {
    try {
      await within(10_000, check())
    } catch (error) {
      problems.push(`${name}: ${String((error as Error).stack ?? error)}`)
    }
  }
  const names = Object.keys(checks)
  const summary = problems.length === 0 ? names.join(', ') : `${problems.length} of ${names.length} failed`
  return [{ name: 'sockets', passed: problems.length === 0, summary, details: `${problems.join('\n') || summary}\n` }]
}

export default sockets

async function echo(): Promise<void> {
  const server = tls.createServer(identity, (socket) => socket.pipe(socket))
  const client = tls.connect({ ...dial, port: await listen(server) })
  const sent = new Uint8Array(1 << 20).fill(7)
  client.end(sent)
  const got = Buffer.concat((await client.toArray()) as Buffer[])
  server.close()
  same(got.equals(sent), true)
  same(client.authorized, true)
}

async function resumption(): Promise<void> {
  for (const maxVersion of ['TLSv1.3', 'TLSv1.2']) {
    const server = tls.createServer({ ...identity, maxVersion }, (socket) => socket.end('hello'))
    const port = await listen(server)
    const first = tls.connect({ ...dial, port })
    const [session] = (await once(first, 'session')) as [Buffer]
    await first.toArray()
    const second = tls.connect({ ...dial, port, session })
    await once(second, 'secureConnect')
    same([second.isSessionReused(), second.getProtocol()].join(), `true,${maxVersion}`)
    same(String((await second.toArray())[0]), 'hello')
    server.close()
  }
}

/** Both ends speak plainly first. */
async function upgrade(): Promise<void> {
  const server = net.createServer((socket) => {
    socket.once('data', () => {
      socket.write('go ahead')
      new tls.TLSSocket(socket, { isServer: true, ...identity }).end('upgraded')
    })
  })
  const socket = net.connect(await listen(server), '127.0.0.1')
  socket.write('may I?')
  await once(socket, 'data')
  const client = tls.connect({ ...dial, host: undefined, socket })
  same(String((await client.toArray())[0]), 'upgraded')
  server.close()
}

async function refusal(): Promise<void> {
  const server = tls.createServer(identity)
  const client = tls.connect({ ...dial, port: await listen(server), servername: 'wrong.example' })
  const [error] = (await once(client, 'error')) as [NodeJS.ErrnoException]
  server.close()
  same(error.code, 'ERR_TLS_CERT_ALTNAME_INVALID')
}

async function overHttps(): Promise<void> {
  const server = createHttpsServer(identity, (request, response) => {
    response.writeHead(200, { 'x-socket': String(seenOf(request.socket)) })
    request.pipe(response)
  })
  const agent = new HttpsAgent({ keepAlive: true, ca: root.pem })
  const port = await listen(server)
  for (const reused of [false, true]) {
    const request = https.request({ port, host: '127.0.0.1', method: 'POST', agent })
    request.end('x'.repeat(100_000))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    same((await response.setEncoding('utf8').toArray()).join('').length, 100_000)
    same(response.headers['x-socket'], 'true,127.0.0.1')
    same(request.reusedSocket, reused)
    await new Promise(setImmediate)
  }
  await closed(server)
  agent.destroy()
}

async function overHttp2(): Promise<void> {
  const server = createHttp2Server({ ...identity, allowHTTP1: true }, (request, response) => {
    response.setHeader('x-socket', String(seenOf(request.socket)))
    request.pipe(response)
  })
  const sessions: Http2Session[] = []
  server.on('session', (session: Http2Session) => sessions.push(session))
  const port = await listen(server)
  const session = http2Connect(`https://127.0.0.1:${port}`, { ca: root.pem })
  const stream = session.request({ ':path': '/', ':method': 'POST' })
  stream.end('x'.repeat(100_000))
  const [headers] = (await once(stream, 'response')) as [IncomingHttpHeaders]
  same(headers['x-socket'], 'true,127.0.0.1')
  same((await stream.setEncoding('utf8').toArray()).join('').length, 100_000)
  for (const { encrypted, alpnProtocol } of [session, ...sessions]) same([encrypted, alpnProtocol].join(), 'true,h2')
  same((session.socket as unknown as { authorized: boolean }).authorized, true)
  session.close()
  const [response] = (await once(https.get({ port, host: '127.0.0.1', ca: root.pem, agent: false }), 'response')) as [
    IncomingMessage,
  ]
  same([response.httpVersion, response.headers['x-socket']].join(), '1.1,true,127.0.0.1')
  response.resume()
  await closed(server)
}

async function registered(): Promise<void> {
  const server = nodeTls.createServer(identity, (socket) => socket.end('hello'))
  const port = await listen(server)
  register({ hosts: ['localhost'] })
  const socket = nodeTls.connect({ ...dial, port })
  unregister()
  same(socket instanceof TlsSocket, true)
  same(String((await socket.toArray())[0]), 'hello')
  register()
  same(socket instanceof nodeTls.TLSSocket, true)
  unregister()
  await closed(server)
}

/** What a handler of requests can tell of who asks. */
function seenOf(socket: object): unknown[] {
  const { encrypted, remoteAddress } = socket as { encrypted?: boolean; remoteAddress?: string }
  return [encrypted, remoteAddress]
}

/** With all that is open and idle. */
function closed(server: net.Server): Promise<void> {
  return new Promise((resolve, reject) => server.close((error) => (error === undefined ? resolve() : reject(error))))
}

async function listen(server: net.Server): Promise<number> {
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return (server.address() as AddressInfo).port
}

function same<T>(actual: T, expected: T): void {
  if (actual !== expected) throw new Error(`${String(actual)} is not ${String(expected)}`)
}

function within(milliseconds: number, done: Promise<void>): Promise<void> {
  const late = new Promise<void>((_, reject) => {
    setTimeout(() => reject(new Error(`not done within ${milliseconds} ms`)), milliseconds).unref()
  })
  return Promise.race([done, late])
}
