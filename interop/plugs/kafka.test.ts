import type { AddressInfo } from 'node:net'
import { createServer } from '@typetls/node-adapter/tls'
import { kafkaSocketFactory } from '@typetls/node-adapter/agents'
import { Kafka, logLevel } from 'kafkajs'
import { expect, onTestFinished, test } from 'vitest'
import { serveKafka } from './kafka-peer.ts'
import { ca, identity, listen } from './loopback.ts'

async function broker(): Promise<number> {
  const server = createServer(identity, (socket) => {
    serveKafka(socket, { host: '127.0.0.1', port: (server.address() as AddressInfo).port })
  })
  return listen(server)
}

function admin(port: number, options: Parameters<typeof kafkaSocketFactory>[0]): ReturnType<Kafka['admin']> {
  const kafka = new Kafka({
    brokers: [`127.0.0.1:${port}`],
    ssl: true,
    socketFactory: kafkaSocketFactory(options),
    logLevel: logLevel.NOTHING,
    retry: { retries: 0 },
  })
  const made = kafka.admin()
  onTestFinished(() => made.disconnect())
  return made
}

test('kafkajs learns of topics and the cluster', async () => {
  const port = await broker()
  const client = admin(port, { ca })
  await client.connect()
  expect(await client.listTopics()).toEqual(['things'])
  expect(await client.describeCluster()).toMatchObject({ controller: 0, brokers: [{ nodeId: 0, port }] })
})

test('a server that is not whom it should be is an error of connecting', async () => {
  await expect(admin(await broker(), { ca: [] }).connect()).rejects.toThrow('unable to verify the first certificate')
})
