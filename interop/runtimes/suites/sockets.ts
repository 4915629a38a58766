import { once } from 'node:events'
import https from 'node:https'
import type { IncomingMessage } from 'node:http'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import { HttpsAgent, createHttp2Server, createHttpsServer, http2Connect } from '@typetls/node-adapter/agents'
import tls from '@typetls/node-adapter/tls'
import { createAuthority } from '@typetls/testing'
import type { Suite } from '../suite.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['localhost'], ip: ['127.0.0.1'] })
const identity = { cert: leaf.chainPem, key: leaf.privateKeyPem }
const dial = { host: '127.0.0.1', servername: 'localhost', ca: root.pem }

/** node-adapter: the drop-in for node:tls, and HTTP over it where the platform's own stands on sockets. */
const sockets: Suite = async () => {
  const checks: Record<string, () => Promise<void>> = { echo, resumption, upgrade, refusal }
  // Bun's servers have sockets of their own.
  if (!('bun' in process.versions)) Object.assign(checks, { https: overHttps, http2: overHttp2 })
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
    same(String((await second.toArray())[0]), 'hello')
    server.close()
    same([second.isSessionReused(), second.getProtocol()].join(), `true,${maxVersion}`)
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
  const server = createHttpsServer(identity, (request, response) => request.pipe(response))
  const agent = new HttpsAgent({ keepAlive: true, ca: root.pem })
  const port = await listen(server)
  for (const reused of [false, true]) {
    const request = https.request({ port, host: '127.0.0.1', method: 'POST', agent })
    request.end('x'.repeat(100_000))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    same((await response.setEncoding('utf8').toArray()).join('').length, 100_000)
    same(request.reusedSocket, reused)
    await new Promise(setImmediate)
  }
  agent.destroy()
  server.close()
}

async function overHttp2(): Promise<void> {
  const server = createHttp2Server(identity, (request, response) => void request.pipe(response))
  const session = http2Connect(`https://127.0.0.1:${await listen(server)}`, { ca: root.pem })
  const stream = session.request({ ':path': '/', ':method': 'POST' })
  stream.end('x'.repeat(100_000))
  same((await stream.setEncoding('utf8').toArray()).join('').length, 100_000)
  same([session.encrypted, session.alpnProtocol].join(), 'true,h2')
  session.destroy()
  server.close()
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
