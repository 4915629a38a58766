import http from 'node:http'
import http2 from 'node:http2'
import https from 'node:https'
import net from 'node:net'
import { undiciConnector } from '@typetls/node-adapter/agents'
import { expect, onTestFinished, test } from 'vitest'
import type { Dispatcher } from 'undici'
import { Agent, fetch, request } from 'undici'
import { ca, identity, listen } from './loopback.ts'

function dispatcher(options: Parameters<typeof undiciConnector>[0], more: Agent.Options = {}): Dispatcher {
  const agent = new Agent({ connect: undiciConnector({ ca, ...options }), ...more })
  onTestFinished(() => agent.destroy())
  return agent
}

async function serve(): Promise<{ port: number; resumed: boolean[] }> {
  const server = https.createServer(identity, (asked, response) => {
    if (asked.url === '/close') response.setHeader('connection', 'close')
    asked.pipe(response)
  })
  const resumed: boolean[] = []
  server.on('secureConnection', (socket) => resumed.push(socket.isSessionReused()))
  return { port: await listen(server), resumed }
}

test('fetch and request, on connections that are kept', async () => {
  const { port, resumed } = await serve()
  const agent = dispatcher({}, { connections: 1 })
  const body = 'x'.repeat(200_000)
  const fetched = await fetch(`https://localhost:${port}/`, { method: 'POST', body, dispatcher: agent })
  expect(await fetched.text()).toBe(body)
  const answer = await request(`https://localhost:${port}/`, { method: 'POST', body: 'again', dispatcher: agent })
  expect(await answer.body.text()).toBe('again')
  expect(resumed).toHaveLength(1)
})

test('sessions are resumed', async () => {
  const { port, resumed } = await serve()
  const agent = dispatcher({})
  for (let i = 0; i < 3; i++) {
    const { body } = await request(`https://localhost:${port}/close`, { method: 'POST', body: 'x', dispatcher: agent })
    expect(await body.text()).toBe('x')
  }
  expect(resumed).toEqual([false, true, true])
})

test('HTTP/2 where the server has it', async () => {
  const server = http2.createSecureServer({ ...identity, allowHTTP1: true }, (asked, response) => {
    response.end(asked.httpVersion)
  })
  const port = await listen(server)
  const versionOf = async (allowH2: boolean): Promise<string> => {
    const { body } = await request(`https://localhost:${port}/`, { dispatcher: dispatcher({ allowH2 }, { allowH2 }) })
    return body.text()
  }
  expect(await versionOf(true)).toBe('2.0')
  expect(await versionOf(false)).toBe('1.1')
})

test('plain HTTP goes by', async () => {
  const port = await listen(http.createServer((_, response) => response.end('plain')))
  const { body } = await request(`http://127.0.0.1:${port}/`, { dispatcher: dispatcher({}) })
  expect(await body.text()).toBe('plain')
})

test('a server that is not whom it should be, and one that says nothing, are errors of the request', async () => {
  const { port } = await serve()
  const asked = request(`https://localhost:${port}/`, { dispatcher: dispatcher({ ca: [] }) })
  await expect(asked).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  const silent = net.createServer((socket) => onTestFinished(() => void socket.destroy()))
  const late = request(`https://localhost:${await listen(silent)}/`, { dispatcher: dispatcher({ timeout: 50 }) })
  await expect(late).rejects.toMatchObject({ code: 'UND_ERR_CONNECT_TIMEOUT' })
})
