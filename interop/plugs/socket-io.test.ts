import { HttpsAgent, createHttpsServer } from '@typetls/node-adapter/agents'
import { Server } from 'socket.io'
import { io } from 'socket.io-client'
import { expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

test.each([[['websocket']], [['polling']], [['polling', 'websocket']]])(
  'Socket.IO stands on createHttpsServer, with HttpsAgent on the other side: %s',
  async (transports) => {
    const web = createHttpsServer(identity)
    const server = new Server(web)
    server.on('connection', (socket) => {
      const { secure, address } = socket.handshake
      socket.emit('seen', secure, address)
      socket.on('echo', (data: Buffer, answer: (data: Buffer) => void) => answer(data))
    })
    const agent = new HttpsAgent({ ca, family: 4, keepAlive: true } as object)
    const client = io(`https://localhost:${await listen(web)}`, {
      agent: agent as unknown as string,
      transports,
      reconnection: false,
    })
    onTestFinished(async () => {
      client.close()
      agent.destroy()
      await server.close()
    })
    const seen = new Promise((resolve) => client.once('seen', (...values) => resolve(values)))
    await new Promise<void>((resolve, reject) => client.once('connect', resolve).once('connect_error', reject))
    expect(await seen).toEqual([true, '127.0.0.1'])
    const { engine } = client.io
    if (engine.transport.name !== transports.at(-1)) await new Promise((resolve) => engine.once('upgrade', resolve))
    expect(engine.transport.name).toBe(transports.at(-1))
    const large = Buffer.alloc(300_000, 7)
    const echo = (await client.emitWithAck('echo', large)) as Buffer
    expect(echo.equals(large)).toBe(true)
  },
)
