import https from 'node:https'
import type { TLSSocket } from 'node:tls'
import { HttpsAgent } from '@typetls/node-adapter/agents'
import axios from 'axios'
import { got } from 'got'
import fetch from 'node-fetch'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

type Post = (url: string, body: string, agent: HttpsAgent) => Promise<string>

const clients: [string, Post][] = [
  [
    'axios',
    async (url, body, httpsAgent) =>
      (await axios.post<string>(url, body, { httpsAgent, responseType: 'text', maxRedirects: 5 })).data,
  ],
  ['got', (url, body, agent) => got.post(url, { body, agent: { https: agent }, retry: { limit: 0 } }).text()],
  ['node-fetch', async (url, body, agent) => (await fetch(url, { method: 'POST', body, agent })).text()],
]

describe.each(clients)('%s, with HttpsAgent', (_name, post) => {
  test('keeps its connection for bodies of 300 kB, and is redirected', async () => {
    const { port, connections } = await serve()
    const agent = new HttpsAgent({ ca, family: 4, keepAlive: true } as object)
    onTestFinished(() => agent.destroy())
    const body = 'x'.repeat(300_000)
    for (let i = 0; i < 2; i++) {
      expect(await post(`https://localhost:${port}/`, body, agent)).toBe(`TLSv1.3 ${body}`)
      await new Promise(setImmediate)
    }
    expect(connections()).toBe(1)
    expect(await post(`https://localhost:${port}/moved`, body, agent)).toBe(`TLSv1.3 ${body}`)
  })

  test('is told by a code why a server was refused', async () => {
    const { port } = await serve()
    const agent = new HttpsAgent({ ca: [], family: 4 } as object)
    onTestFinished(() => agent.destroy())
    await expect(post(`https://localhost:${port}/`, '', agent)).rejects.toMatchObject({
      code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
    })
  })
})

/** Echoes, or says where else that is done. */
async function serve(): Promise<{ port: number; connections: () => number }> {
  const server = https.createServer(identity, (request, response) => {
    if (request.url === '/moved') {
      request.resume().once('end', () => response.writeHead(307, { location: '/' }).end())
      return
    }
    response.write(`${(request.socket as TLSSocket).getProtocol()} `)
    request.pipe(response)
  })
  let connections = 0
  server.on('secureConnection', () => connections++)
  return { port: await listen(server), connections: () => connections }
}
