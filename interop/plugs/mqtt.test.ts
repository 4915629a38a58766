import type { Socket } from 'node:net'
import { createServer } from '@typetls/node-adapter/tls'
import { mqttStream } from '@typetls/node-adapter/agents'
import { Aedes } from 'aedes'
import { MqttClient } from 'mqtt'
import type { IClientOptions } from 'mqtt'
import { expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

async function broker(): Promise<{ port: number; sockets: Set<Socket> }> {
  const aedes = await Aedes.createBroker()
  const sockets = new Set<Socket>()
  const server = createServer(identity, (socket) => {
    sockets.add(socket)
    aedes.handle(socket)
  })
  onTestFinished(() => new Promise<void>((resolve) => aedes.close(resolve)))
  return { port: await listen(server), sockets }
}

function client(stream: ReturnType<typeof mqttStream>, options: IClientOptions): MqttClient {
  const made = new MqttClient(stream, { host: 'localhost', reconnectPeriod: 20, ...options })
  onTestFinished(() => void made.end(true))
  return made
}

function connected(mqtt: MqttClient): Promise<unknown> {
  return new Promise((resolve) => mqtt.once('connect', resolve))
}

test('publishes, and connects again', async () => {
  const { port, sockets } = await broker()
  const mqtt = client(mqttStream({ ca, family: 4 }), { port })
  await connected(mqtt)
  await mqtt.subscribeAsync('things', { qos: 1 })
  const heard = async (text: string): Promise<string> => {
    const message = new Promise<Buffer>((resolve) => mqtt.once('message', (_topic, payload) => resolve(payload)))
    await mqtt.publishAsync('things', text, { qos: 1 })
    return String(await message)
  }
  const large = 'x'.repeat(100_000)
  expect(await heard(large)).toBe(large)
  const again = connected(mqtt)
  for (const socket of sockets) socket.destroy()
  await again
  expect(await heard('again')).toBe('again')
})

test('tells of a server that is not whom it should be', async () => {
  const { port } = await broker()
  const mqtt = client(mqttStream({ ca: [], family: 4 }), { port, reconnectPeriod: 0 })
  const error = await new Promise((resolve) => mqtt.once('error', resolve))
  expect(error).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
})
