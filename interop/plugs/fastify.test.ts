import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import type { IncomingMessage, Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { HttpsAgent, createHttp2Server, createHttpsServer } from '@typetls/node-adapter/agents'
import { fastify } from 'fastify'
import { expect, onTestFinished, test } from 'vitest'
import { ca, identity } from './loopback.ts'

const headers = { 'content-type': 'text/plain' }

test('Fastify, by HTTP/1.1, knows that it is secure and who asks, and closes what idles', async () => {
  const app = fastify({
    serverFactory: (serve): Server => createHttpsServer(identity, serve),
    forceCloseConnections: 'idle',
  })
  app.post('/', async (request) => seen(request))
  // Of its name's two addresses, one gets a second server.
  await app.listen({ port: 0, host: 'localhost' })
  const agent = new HttpsAgent({ ca, keepAlive: true })
  onTestFinished(() => agent.destroy())
  for (const { address, port, family } of app.addresses() as AddressInfo[]) {
    const host = family === 'IPv6' ? { host: address, servername: 'localhost' } : { host: 'localhost', family: 4 }
    const request = https.request({ port, ...host, agent, method: 'POST', headers }).end('x'.repeat(300_000))
    const [response] = (await once(request, 'response')) as [IncomingMessage]
    expect(JSON.parse((await response.setEncoding('utf8').toArray()).join(''))).toEqual({
      protocol: 'https',
      ip: address,
      encrypted: true,
      length: 300_000,
    })
  }
  await app.close()
})

test('Fastify, by HTTP/2, knows that it is secure and who asks', async () => {
  const app = fastify({ http2: true, https: {}, serverFactory: (serve) => createHttp2Server(identity, serve) })
  app.post('/', async (request) => seen(request))
  await app.listen({ port: 0, host: '127.0.0.1' })
  const { port } = app.server.address() as AddressInfo
  const client = http2.connect(`https://localhost:${port}`, { ca, family: 4 } as object)
  onTestFinished(() => client.destroy())
  const stream = client.request({ ':path': '/', ':method': 'POST', ...headers })
  stream.end('y'.repeat(300_000))
  expect(JSON.parse((await stream.setEncoding('utf8').toArray()).join(''))).toEqual({
    protocol: 'https',
    ip: '127.0.0.1',
    encrypted: true,
    length: 300_000,
  })
  client.close()
  await app.close()
})

interface Request {
  readonly protocol: string
  readonly ip: string
  readonly body: unknown
  readonly raw: { readonly socket: object }
}

function seen({ protocol, ip, body, raw }: Request): object {
  const { encrypted } = raw.socket as { encrypted?: boolean }
  return { protocol, ip, encrypted, length: String(body).length }
}
