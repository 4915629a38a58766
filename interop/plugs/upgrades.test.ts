import net from 'node:net'
import type { Socket } from 'node:net'
import { mysqlStream, pgStream } from '@typetls/node-adapter/agents'
import type { MysqlStreamOptions } from '@typetls/node-adapter/agents'
import { createServer } from '@typetls/node-adapter/tls'
import mysql from 'mysql2'
import pg from 'pg'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

// What `interop/servers` cannot make real servers do: refuse TLS, and be tampered with. They are written here byte for
// byte as PostgreSQL and MySQL describe them.

/** A server that answers the first bytes of each client with these. */
async function scripted(
  first: Buffer | undefined,
  answer: Buffer | undefined,
): Promise<{ port: number; got: Buffer[] }> {
  const got: Buffer[] = []
  const server = net.createServer((socket: Socket) => {
    onTestFinished(() => void socket.destroy())
    socket.on('error', () => {})
    socket.on('data', (chunk) => {
      got.push(chunk)
      if (answer !== undefined) socket.write(answer)
    })
    if (first !== undefined) socket.write(first)
  })
  return { port: await listen(server), got }
}

describe('pgStream', () => {
  const connected = async (port: number, stream: () => Socket): Promise<void> => {
    const client = new pg.Client({ host: 'localhost', port, user: 'a', password: 'secret', ssl: false, stream })
    client.on('error', () => {})
    onTestFinished(() => void client.end())
    await client.connect()
  }

  test.each([
    ['has no TLS', 'N', 'ERR_TLS_UPGRADE_REFUSED'],
    ['answers with an error', 'E\0\0\0\x08C0A000\0', 'ERR_TLS_UPGRADE_REFUSED'],
    ['has something behind its answer', 'SR\0\0\0\x08\0\0\0\0', 'ERR_TLS_UPGRADE_TRAILING'],
  ])('sends nothing in the clear to a server that %s', async (_what, answer, code) => {
    const { port, got } = await scripted(undefined, Buffer.from(answer, 'latin1'))
    await expect(connected(port, pgStream({ ca }))).rejects.toMatchObject({ code })
    expect(Buffer.concat(got).toString('hex')).toBe('0000000804d2162f')
  })

  test('speaks TLS from the first byte where it is told so', async () => {
    const server = createServer({ ...identity, ALPNProtocols: ['postgresql'] })
    const spoken = new Promise<[string | false | null, Buffer]>((resolve) => {
      server.on('secureConnection', (socket) => {
        socket.once('data', (chunk: Buffer) => {
          resolve([socket.alpnProtocol, chunk])
          socket.destroy()
        })
      })
    })
    const failed = connected(await listen(server), pgStream({ ca, sslNegotiation: 'direct' }))
    await expect(failed).rejects.toThrow('Connection terminated unexpectedly')
    const [protocol, startup] = await spoken
    expect(protocol).toBe('postgresql')
    expect(startup.toString('latin1')).toContain('user\0a\0')
  })

  test('says at once what is wrong with its options', () => {
    expect(() => pgStream({ cert: 'none', key: 'none' })()).toThrow(
      expect.objectContaining({ code: 'ERR_OSSL_PEM_NO_START_LINE' }),
    )
  })
})

describe('mysqlStream', () => {
  /** https://dev.mysql.com/doc/dev/mysql-server/latest/page_protocol_connection_phase_packets_protocol_handshake_v10.html */
  const greeting = (capabilities: number): Buffer => {
    const flags = Buffer.alloc(4)
    flags.writeUInt32LE(capabilities)
    const payload = Buffer.concat([
      Buffer.from('\x0a8.0.0\0\x01\0\0\0abcdefgh\0', 'latin1'),
      flags.subarray(0, 2),
      Buffer.from([45, 2, 0]),
      flags.subarray(2),
      Buffer.from([21, ...Buffer.alloc(10)]),
      Buffer.from('ijklmnopqrst\0mysql_native_password\0'),
    ])
    return packet(payload, 0)
  }
  const packet = (payload: Buffer, sequence: number): Buffer =>
    Buffer.concat([Buffer.from([payload.length & 255, payload.length >> 8, 0, sequence]), payload])
  const protocol41 = 0x0200 | 0x8000 | 0x80000
  const tls = 0x0800

  const connected = (port: number, options: MysqlStreamOptions = { ca }): Promise<mysql.Connection> =>
    new Promise((resolve, reject) => {
      const config = { host: 'localhost', port, user: 'a', password: 'secret', stream: mysqlStream(options) }
      const connection = mysql.createConnection(config)
      onTestFinished(() => connection.destroy())
      connection.on('error', () => {})
      connection.connect((error) => (error === null ? resolve(connection) : reject(error)))
    })

  test('sends nothing in the clear to a server without TLS', async () => {
    const { port, got } = await scripted(greeting(protocol41), undefined)
    await expect(connected(port)).rejects.toMatchObject({ code: 'ERR_TLS_UPGRADE_REFUSED' })
    expect(got).toEqual([])
  })

  test('takes nothing that came in the clear behind the greeting', async () => {
    const ok = packet(Buffer.from([0, 0, 0, 2, 0, 0, 0]), 2)
    const { port, got } = await scripted(Buffer.concat([greeting(protocol41 | tls), ok]), undefined)
    await expect(connected(port)).rejects.toMatchObject({ code: 'ERR_TLS_UPGRADE_TRAILING' })
    expect(got).toEqual([])
  })

  test('asks with the beginning of the response, and no more', async () => {
    const { port, got } = await scripted(greeting(protocol41 | tls), Buffer.from('no TLS here, whatever it said'))
    await expect(connected(port)).rejects.toThrow()
    const request = got[0]!.subarray(0, 36)
    expect([...request.subarray(0, 4)]).toEqual([32, 0, 0, 1])
    expect(request.readUInt32LE(4) & tls).toBe(tls)
    expect(request.subarray(13)).toEqual(Buffer.alloc(23))
    expect(Buffer.concat(got).includes('secret')).toBe(false)
    // What follows is a ClientHello.
    expect(Buffer.concat(got)[36]).toBe(22)
  })

  test('speaks TLS from the first byte where it is told so', async () => {
    const server = createServer(identity, (socket) => {
      socket.write(greeting(protocol41))
      socket.once('data', () => socket.write(packet(Buffer.from([0, 0, 0, 2, 0, 0, 0]), 2)))
    })
    const port = await listen(server)
    const connection = await connected(port, { ca, direct: true })
    expect(connection.threadId).toBe(1)
  })

  test("passes on a server's refusal to talk at all", async () => {
    const refusal = packet(Buffer.from('\xff\x10\x04Too many connections', 'latin1'), 0)
    const server = net.createServer((socket) => socket.end(refusal))
    await expect(connected(await listen(server))).rejects.toMatchObject({ code: 'ER_CON_COUNT_ERROR' })
  })
})
