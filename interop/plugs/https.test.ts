import { once } from 'node:events'
import http from 'node:http'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { HttpsAgent, createHttp2Server, createHttpsServer, httpsConnection } from '@typetls/node-adapter/agents'
import type { Http2Server, HttpsServerOptions } from '@typetls/node-adapter/agents'
import type { TlsSocket } from '@typetls/node-adapter'
import { createSecureContext } from '@typetls/node-adapter/tls'
import express from 'express'
import { describe, expect, onTestFinished, test } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import type { ClientOptions } from 'ws'
import { ca, identity, listen } from './loopback.ts'

async function textOf(request: http.ClientRequest): Promise<string> {
  const [response] = (await once(request, 'response')) as [IncomingMessage]
  return (await response.setEncoding('utf8').toArray()).join('')
}

function agent(options: ConstructorParameters<typeof HttpsAgent>[0]): HttpsAgent {
  const made = new HttpsAgent({ ca, ...options })
  onTestFinished(() => made.destroy())
  return made
}

describe('HttpsAgent, with an https.Server of Node', () => {
  async function serve(): Promise<{ port: number; resumed: boolean[] }> {
    const server = https.createServer(identity, (request, response) => {
      const { alpnProtocol, servername } = request.socket as TLSSocket & { servername: string }
      response.end(`${request.url} ${alpnProtocol} ${servername}`)
    })
    const resumed: boolean[] = []
    server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()))
    return { port: await listen(server), resumed }
  }

  test('keeps a connection alive for many requests', async () => {
    const { port, resumed } = await serve()
    const pool = agent({ keepAlive: true, timeout: 3000 })
    for (let i = 0; i < 4; i++) {
      const request = https.get({ port, host: 'localhost', family: 4, path: `/${i}`, agent: pool })
      expect(await textOf(request)).toBe(`/${i} http/1.1 localhost`)
      expect(request.reusedSocket).toBe(i > 0)
      await new Promise(setImmediate)
    }
    expect(resumed).toHaveLength(1)
    const [idle] = Object.values(pool.freeSockets)[0]!
    expect((idle as { timeout?: number }).timeout).toBe(3000)
  })

  test('resumes a session where it makes a new connection, unless sessions are not to be remembered', async () => {
    const { port, resumed } = await serve()
    for (const pool of [agent({}), agent({ maxCachedSessions: 0 })]) {
      for (let i = 0; i < 3; i++) await textOf(https.get({ port, host: 'localhost', family: 4, agent: pool }))
    }
    expect(resumed).toEqual([false, true, true, false, false, false])
  })

  test('takes the name of the header, and refuses a server without it', async () => {
    const { port } = await serve()
    const pool = agent({})
    const named = { port, host: '127.0.0.1', agent: pool }
    expect(await textOf(https.get({ ...named, headers: { host: 'other.example' } }))).toMatch(/other\.example$/)
    const [error] = await once(https.get({ ...named, headers: { host: 'wrong.example' } }), 'error')
    expect(error).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  })

  test('gives requests that verify differently different connections', async () => {
    const { port, resumed } = await serve()
    const pool = agent({ keepAlive: true })
    const dial = { port, host: 'localhost', family: 4, agent: pool }
    await textOf(https.get(dial))
    await textOf(https.get({ ...dial, checkServerIdentity: () => undefined }))
    await textOf(https.get({ ...dial, secureContext: createSecureContext({ ca }) } as object))
    await textOf(https.get(dial))
    expect(resumed).toHaveLength(3)
  })

  test('does not pass a proxy by', () => {
    expect(() => new HttpsAgent({ proxyEnv: {} } as object)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' }),
    )
  })

  test('httpsConnection does without an agent', async () => {
    const { port } = await serve()
    const createConnection = httpsConnection({ ca, servername: 'other.example' })
    expect(await textOf(https.get({ port, host: '127.0.0.1', path: '/x', createConnection }))).toBe(
      '/x http/1.1 other.example',
    )
  })
})

const serveBoth = (options: HttpsServerOptions, app: express.Express): Http2Server =>
  createHttp2Server({ ...options, allowHTTP1: true }, app as unknown as Parameters<typeof createHttp2Server>[1])

test.each([
  ['createHttpsServer', createHttpsServer],
  ['createHttp2Server that allows HTTP/1.1', serveBoth],
])('Express on %s knows that it is secure and who asks', async (_name, create) => {
  const app = express()
  app.get('/', (request, response) => {
    const { protocol, secure, ip } = request
    response.cookie('id', '1', { secure: true }).json({ protocol, secure, ip })
  })
  const server = create({ ...identity, ciphers: 'ECDHE+AESGCM' }, app)
  const port = await listen(server)
  const text = await textOf(https.get({ port, host: 'localhost', family: 4, ca }))
  expect(JSON.parse(text)).toEqual({ protocol: 'https', secure: true, ip: '127.0.0.1' })
})

describe('createHttpsServer', () => {
  test('has the events and methods of https.Server', async () => {
    const server = createHttpsServer({}, (_request, response) => response.end('named'))
    server.addContext('other.example', identity)
    const seen: string[] = []
    server.on('secureConnection', (socket: TlsSocket) => seen.push(`secureConnection ${socket.servername}`))
    server.on('keylog', (line: Buffer) => seen.push(String(line).split(' ')[0]!))
    server.on('clientError', (error: NodeJS.ErrnoException) => seen.push(`clientError ${error.code}`))
    const port = await listen(server)
    const dial = { port, host: '127.0.0.1', agent: false as const, ca }
    expect(await textOf(https.get({ ...dial, servername: 'other.example' }))).toBe('named')
    expect(seen).toContain('secureConnection other.example')
    expect(seen).toContain('SERVER_HANDSHAKE_TRAFFIC_SECRET')
    await once(http.get({ port, host: '127.0.0.1' }), 'error')
    expect(seen.at(-1)).toBe('clientError ERR_SSL_HTTP_REQUEST')
    server.setSecureContext(identity)
    expect(await textOf(https.get({ ...dial, servername: 'localhost' }))).toBe('named')
    expect(server.getTicketKeys()).toHaveLength(48)
  })
})

test('ws speaks on both sides', async () => {
  const server = createHttpsServer(identity)
  const sockets = new WebSocketServer({ server })
  sockets.on('connection', (socket, request) => {
    socket.send(`${request.socket.remoteAddress} ${(request.socket as { encrypted?: boolean }).encrypted}`)
    socket.on('message', (data) => socket.send(data))
  })
  const port = await listen(server)
  const client = new WebSocket(`wss://localhost:${port}`, {
    createConnection: httpsConnection({ ca, family: 4 }),
  } as ClientOptions)
  onTestFinished(() => client.terminate())
  const [greeting] = (await once(client, 'message')) as [Buffer]
  expect(String(greeting)).toBe('127.0.0.1 true')
  const large = Buffer.alloc(200_000, 7)
  client.send(large)
  const [echo] = (await once(client, 'message')) as [Buffer]
  expect(echo.equals(large)).toBe(true)
  client.close(1000)
  expect((await once(client, 'close'))[0]).toBe(1000)
})
