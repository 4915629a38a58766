import { once } from 'node:events'
import http from 'node:http'
import type { IncomingMessage } from 'node:http'
import https from 'node:https'
import type net from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from '../test/loopback.ts'
import { connect, createHttpsServer } from './index.ts'

const body = 'x'.repeat(200_000)

async function serve(): Promise<{ port: number; server: ReturnType<typeof createHttpsServer> }> {
  const server = createHttpsServer(identity, (request, response) => {
    if (request.method === 'POST') request.pipe(response)
    else response.end(`${request.url} ${(request.socket as { encrypted?: boolean }).encrypted} ${body}`)
  })
  return { port: await listen(server), server }
}

async function textOf(response: IncomingMessage): Promise<string> {
  return (await response.setEncoding('utf8').toArray()).join('')
}

function answered(request: http.ClientRequest): Promise<IncomingMessage> {
  return once(request, 'response').then(([response]) => response as IncomingMessage)
}

test('node:https fetches from our server', async () => {
  const { port } = await serve()
  const response = await answered(https.get({ port, host: '127.0.0.1', path: '/a', ca, agent: false }))
  expect(response.statusCode).toBe(200)
  expect(await textOf(response)).toBe(`/a true ${body}`)
})

test('a keep-alive agent of node:https uses one connection for many requests, and resumes the next', async () => {
  const { port, server } = await serve()
  let connections = 0
  server.on('secureConnection', () => connections++)
  const agent = new https.Agent({ keepAlive: true, ca })
  onTestFinished(() => agent.destroy())
  for (let i = 0; i < 5; i++) {
    const response = await answered(https.get({ port, host: '127.0.0.1', path: `/${i}`, agent }))
    expect(await textOf(response)).toBe(`/${i} true ${body}`)
  }
  expect(connections).toBe(1)
})

describe('our sockets in node:https and node:http', () => {
  test('by createConnection of a request', async () => {
    const { port } = await serve()
    const request = https.request({
      port,
      host: '127.0.0.1',
      method: 'POST',
      createConnection: () => connect({ port, host: '127.0.0.1', ca }),
    })
    request.setTimeout(10_000)
    request.setNoDelay(true)
    request.setSocketKeepAlive(true)
    request.end(body)
    expect(await textOf(await answered(request))).toBe(body)
  })

  test('by createConnection of an Agent that keeps them alive', async () => {
    const { port } = await serve()
    let dialled = 0
    class Agent extends http.Agent {
      override createConnection(): net.Socket {
        dialled++
        return connect({ port, host: '127.0.0.1', ca })
      }
    }
    const agent = new Agent({ keepAlive: true, timeout: 5000 })
    onTestFinished(() => agent.destroy())
    for (let i = 0; i < 5; i++) {
      const response = await answered(http.get({ port, host: '127.0.0.1', path: `/${i}`, agent }))
      expect(await textOf(response)).toBe(`/${i} true ${body}`)
      await new Promise(setImmediate)
    }
    expect(dialled).toBe(1)
  })

  test('against a server of Node that closes after each answer', async () => {
    const port = await listen(https.createServer(identity, (_, response) => response.end(body)))
    for (let i = 0; i < 5; i++) {
      const request = http.get({
        port,
        host: '127.0.0.1',
        headers: { connection: 'close' },
        createConnection: () => connect({ port, host: '127.0.0.1', ca }),
      })
      expect(await textOf(await answered(request))).toBe(body)
    }
  })

  test('a failed handshake is the error of the request', async () => {
    const { port } = await serve()
    const request = https.get({
      port,
      host: '127.0.0.1',
      createConnection: () => connect({ port, host: '127.0.0.1', ca: [] }),
    })
    const [error] = (await once(request, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ERR_TLS_CERTIFICATE_UNKNOWN_CA')
  })
})

test('a request of HTTP/1.0 is answered and the connection closed', async () => {
  const { port } = await serve()
  const client = connect({ port, host: '127.0.0.1', ca })
  client.write('GET /old HTTP/1.0\r\n\r\n')
  const text = (await client.setEncoding('utf8').toArray()).join('')
  expect(text).toMatch(/^HTTP\/1.1 200 OK/)
  expect(text.endsWith(body)).toBe(true)
})

test('an upgrade hands the socket over', async () => {
  const { port, server } = await serve()
  server.on('upgrade', (_, socket) => {
    socket.write('HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n')
    socket.pipe(socket)
  })
  const request = http.get({
    headers: { connection: 'Upgrade', upgrade: 'echo' },
    createConnection: () => connect({ port, host: '127.0.0.1', ca }),
  })
  const [, socket] = (await once(request, 'upgrade')) as [IncomingMessage, net.Socket]
  socket.end('after the upgrade')
  expect((await socket.toArray()).join('')).toBe('after the upgrade')
})

test('closeAllConnections ends what is open, close what is idle', async () => {
  const { port, server } = await serve()
  const agent = new https.Agent({ keepAlive: true, ca })
  onTestFinished(() => agent.destroy())
  await textOf(await answered(https.get({ port, host: '127.0.0.1', agent })))
  const closed = new Promise((resolve) => server.close(resolve))
  server.closeAllConnections()
  await closed
})

test('plain HTTP is refused, and told to clientError', async () => {
  const { port, server } = await serve()
  const failed = once(server, 'clientError')
  const request = http.get({ port, host: '127.0.0.1' })
  const [[error]] = (await Promise.all([failed, once(request, 'error')])) as [[NodeJS.ErrnoException], unknown]
  expect(error.code).toBe('ERR_TLS_HTTP_REQUEST')
})
