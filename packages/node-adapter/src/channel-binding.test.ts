import { createHash } from 'node:crypto'
import { once } from 'node:events'
import tls from 'node:tls'
import { expect, test } from 'vitest'
import { ca, identity, listen } from '../test/loopback.ts'
import { connect, createServer } from './index.ts'
import type { TlsSocket } from './index.ts'

const host = { host: '127.0.0.1', servername: 'localhost', ca }

interface Bindings {
  readonly exporter: string
  readonly endPoint: string
  readonly unique: string | undefined
}

async function ours(socket: TlsSocket): Promise<Bindings> {
  const hex = async (type: Parameters<TlsSocket['channelBinding']>[0]) =>
    (await socket.channelBinding(type))?.toString('hex')
  return {
    exporter: String(await hex('tls-exporter')),
    endPoint: String(await hex('tls-server-end-point')),
    unique: await hex('tls-unique'),
  }
}

/** As somebody would who has node:tls alone. */
function theirs(socket: tls.TLSSocket, server: Buffer, isClient: boolean): Bindings {
  // The client speaks first in a full handshake of TLS 1.2.
  const first = isClient ? socket.getFinished() : socket.getPeerFinished()
  return {
    exporter: socket.exportKeyingMaterial(32, 'EXPORTER-Channel-Binding', Buffer.alloc(0)).toString('hex'),
    endPoint: createHash('sha256').update(server).digest('hex'),
    unique: socket.getProtocol() === 'TLSv1.2' ? first?.toString('hex') : undefined,
  }
}

test.each(['TLSv1.2', 'TLSv1.3'] as const)('those of %s are those of node:tls', async (maxVersion) => {
  const der = Buffer.from(/-----BEGIN CERTIFICATE-----([^-]+)/.exec(identity.cert)?.[1] ?? '', 'base64')

  const nodeServer = tls.createServer({ ...identity, maxVersion })
  const client = connect({ ...host, port: await listen(nodeServer), maxVersion })
  const [[accepted]] = (await Promise.all([once(nodeServer, 'secureConnection'), once(client, 'secureConnect')])) as [
    [tls.TLSSocket],
    unknown,
  ]
  expect(await ours(client)).toEqual(theirs(accepted, der, false))
  client.destroy()

  const server = createServer({ ...identity, maxVersion })
  const nodeClient = tls.connect({ ...host, port: await listen(server), maxVersion })
  const [[socket]] = (await Promise.all([once(server, 'secureConnection'), once(nodeClient, 'secureConnect')])) as [
    [TlsSocket],
    unknown,
  ]
  expect(await ours(socket)).toEqual(theirs(nodeClient, nodeClient.getPeerX509Certificate()?.raw as Buffer, true))
  nodeClient.destroy()
})

test('before the handshake is done there is none', async () => {
  const server = createServer(identity)
  const socket = connect({ ...host, port: await listen(server) })
  await expect(socket.channelBinding('tls-exporter')).rejects.toMatchObject({ code: 'ERR_TLS_STATE' })
  socket.destroy()
})
