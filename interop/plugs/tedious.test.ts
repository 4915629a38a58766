import net from 'node:net'
import type { Duplex } from 'node:stream'
import { TlsSocket } from '@typetls/node-adapter'
import { register, unregister } from '@typetls/node-adapter/register'
import { createServer } from '@typetls/node-adapter/tls'
import { Connection, Request } from 'tedious'
import type { ConnectionConfiguration } from 'tedious'
import { afterEach, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'
import { serveTds } from './tds-peer.ts'

// It registers when it is imported; these tests say themselves when.
unregister()
afterEach(() => unregister())

const text = 'found '.repeat(50_000)

test('tedious has its handshake within packets of the protocol, as of TDS 7', async () => {
  const port = await listen(net.createServer((socket) => serveTds(socket, text, identity)))
  register({ callers: ['tedious'] })
  const { connection, secure } = await connected(port, { encrypt: true })
  expect(secure).toBeInstanceOf(TlsSocket)
  expect((secure as TlsSocket).getProtocol()).toBe('TLSv1.2')
  expect(await ask(connection)).toBe(text)
})

test('tedious speaks TLS 1.3 from the first byte, as of TDS 8', async () => {
  const seen: [string | null, string | false | null][] = []
  const server = createServer({ ...identity, ALPNProtocols: ['tds/8.0'] }, (socket) => {
    seen.push([socket.getProtocol(), socket.alpnProtocol])
    serveTds(socket, text)
  })
  const port = await listen(server)
  register({ callers: ['tedious'] })
  const { connection } = await connected(port, { encrypt: 'strict' })
  expect(await ask(connection)).toBe(text)
  expect(seen).toEqual([['TLSv1.3', 'tds/8.0']])
})

test.each([true, 'strict'] as const)(
  'tedious is told that a server is not whom it should be: encrypt %s',
  async (encrypt) => {
    const plain = net.createServer((socket) => serveTds(socket, text, identity))
    const strict = createServer({ ...identity, ALPNProtocols: ['tds/8.0'] }, (socket) => serveTds(socket, text))
    const port = await listen(encrypt === 'strict' ? strict : plain)
    register({ callers: ['tedious'], tls: { ca: [] } })
    await expect(connected(port, { encrypt })).rejects.toThrow('unable to verify the first certificate')
  },
)

async function connected(
  port: number,
  options: ConnectionConfiguration['options'],
): Promise<{ connection: Connection; secure: Duplex | undefined }> {
  const connection = new Connection({
    server: 'localhost',
    authentication: { type: 'default', options: { userName: 'a', password: 'b' } },
    options: { port, trustServerCertificate: false, cryptoCredentialsDetails: { ca }, ...options },
  })
  onTestFinished(() => connection.close())
  let secure: Duplex | undefined
  connection.on('secure', (socket: Duplex) => (secure = socket))
  connection.on('error', () => {})
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error === undefined || error === null ? resolve() : reject(error)))
  })
  return { connection, secure }
}

function ask(connection: Connection): Promise<unknown> {
  return new Promise((resolve, reject) => {
    let value: unknown
    const request = new Request('select text', (error) => {
      if (error === undefined || error === null) resolve(value)
      else reject(error)
    })
    request.on('row', (columns: { value: unknown }[]) => (value = columns[0]?.value))
    connection.execSqlBatch(request)
  })
}
