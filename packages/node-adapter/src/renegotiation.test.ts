import { once } from 'node:events'
import nodeTls from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ca, failureOf, identity, listen } from '../test/loopback.ts'
import type { ConnectOptions, TlsServerOptions } from './index.ts'
import { connect, createServer } from './index.ts'
import type { TlsSocket } from './index.ts'

const dial = { host: '127.0.0.1', servername: 'localhost', ca, maxVersion: 'TLSv1.2' } as const

/** A client of ours and a server of node:tls that asks for renegotiations. */
async function asked(tls12: ConnectOptions['tls12']): Promise<{ client: TlsSocket; ask: () => void }> {
  const server = nodeTls.createServer({ ...identity, maxVersion: 'TLSv1.2' })
  const accepted = once(server, 'secureConnection') as Promise<[nodeTls.TLSSocket]>
  const client = connect({ port: await listen(server), ...dial, tls12 }).resume()
  const [other] = await accepted
  other.on('error', () => {}).resume()
  onTestFinished(() => void client.destroy())
  return { client, ask: () => void (other.renegotiate({}, () => {}), other.write('x')) }
}

/** A server of ours and a client of node:tls that begins renegotiations. */
async function begun(tls12: TlsServerOptions['tls12']): Promise<Begun> {
  const listener = createServer({ ...identity, minVersion: 'TLSv1.2', tls12 })
  const accepted = once(listener, 'secureConnection') as Promise<[TlsSocket]>
  const client = nodeTls.connect({ port: await listen(listener), ...dial }).resume()
  client.on('error', () => {})
  const [[server]] = await Promise.all([accepted, once(client, 'secureConnect')])
  server.resume()
  onTestFinished(() => void client.destroy())
  return { server, client, begin: () => void (client.renegotiate({}, () => {}), client.write('x')) }
}

interface Begun {
  readonly server: TlsSocket
  readonly client: nodeTls.TLSSocket
  readonly begin: () => void
}

test('a socket tells a renegotiation by an event of its own, and refuses what its policy or disableRenegotiation says', async () => {
  const { client, ask } = await asked({ renegotiation: 'freely' })
  for (let time = 0; time < 2; time++) {
    const done = once(client, 'renegotiated')
    ask()
    await done
  }
  client.disableRenegotiation()
  ask()
  expect(await failureOf(client)).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })

  const once12 = await asked({ renegotiation: 'once' })
  const done = once(once12.client, 'renegotiated')
  once12.ask()
  await done
  once12.ask()
  expect(await failureOf(once12.client)).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })
})

test('a server refuses renegotiations unless it is told otherwise, as often as it is told, each of its sockets', async () => {
  const refusing = await begun({})
  refusing.begin()
  expect(await failureOf(refusing.server)).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })

  let granted = true
  for (const renegotiation of ['once', (): boolean => granted] as const) {
    const { server, client, begin } = await begun({ renegotiation })
    const done = Promise.all([once(server, 'renegotiated'), once(client, 'secure')])
    begin()
    await done
    granted = false
    begin()
    expect(await failureOf(server)).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })
    granted = true
  }
  const disabled = await begun({ renegotiation: 'freely' })
  disabled.server.disableRenegotiation()
  disabled.begin()
  expect(await failureOf(disabled.server)).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })
})
