import { nodemailerSocket } from '@typetls/node-adapter/agents'
import nodemailer from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import type { SMTPServerOptions } from 'smtp-server'
import net from 'node:net'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

async function serve(options: SMTPServerOptions): Promise<{ port: number; received: string[] }> {
  const received: string[] = []
  const server = new SMTPServer({
    ...identity,
    ...options,
    authOptional: true,
    onData(stream, session, callback) {
      const chunks: Buffer[] = []
      stream.on('data', (chunk: Buffer) => chunks.push(chunk))
      stream.on('end', () => {
        received.push(`${session.secure} ${Buffer.concat(chunks)}`)
        callback()
      })
    },
  })
  server.on('error', () => {})
  return { port: await listen(server.server as net.Server), received }
}

const greeting = ['220-hello\r\n220 there\r\n', '250-here\r\n250-SIZE 100\r\n250 STARTTLS\r\n']

const message = { from: 'a@example.org', to: 'b@example.org', subject: 'hello', text: 'over ours' }

/** By the plug, with a server whose certificate is for `localhost`. */
function send(options: object, tls: object = {}): Promise<unknown> {
  const getSocket = nodemailerSocket({ ca, family: 4, ...tls })
  const transport = nodemailer.createTransport({ host: 'localhost', getSocket, ...options } as object)
  onTestFinished(() => transport.close())
  return transport.sendMail(message)
}

describe.each([
  ['from the first byte', true],
  ['by STARTTLS', false],
])('TLS %s', (_name, secure) => {
  test.each([false, true])('nodemailer sends, with a pool: %s', async (pool) => {
    const { port, received } = await serve({ secure })
    const getSocket = nodemailerSocket({ ca, family: 4 })
    const transport = nodemailer.createTransport({ host: 'localhost', port, secure, pool, getSocket } as object)
    onTestFinished(() => transport.close())
    await transport.sendMail(message)
    await transport.sendMail(message)
    expect(received).toHaveLength(2)
    for (const text of received) expect(text).toMatch(/^true [^]*over ours/)
  })

  test('a server that is not whom it should be, and one that says nothing, are errors of sending', async () => {
    const { port, received } = await serve({ secure })
    await expect(send({ port, secure }, { ca: [] })).rejects.toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
    expect(received).toEqual([])
    const silent = await listen(net.createServer((socket) => onTestFinished(() => void socket.destroy())))
    await expect(send({ port: silent, secure, connectionTimeout: 50 })).rejects.toMatchObject({ code: 'ETIMEDOUT' })
  })
})

describe('STARTTLS is refused', () => {
  test('where the server has none, and nothing is sent in the clear', async () => {
    const { port, received } = await serve({ hideSTARTTLS: true })
    await expect(send({ port, opportunisticTLS: true })).rejects.toMatchObject({ code: 'ERR_TLS_UPGRADE_REFUSED' })
    expect(received).toEqual([])
  })

  test.each([
    ['a server that is busy', ['421 busy\r\n'], 'ERR_TLS_UPGRADE_REFUSED'],
    ['a server that cannot, after all', [...greeting, '454 not now\r\n'], 'ERR_TLS_UPGRADE_REFUSED'],
    ['what comes behind the answer', [...greeting, '220 go\r\n250 injected\r\n'], 'ERR_TLS_UPGRADE_TRAILING'],
    ['half a line behind the answer', [...greeting, '220 go\r\n250-x'], 'ERR_TLS_UPGRADE_TRAILING'],
    ['a reply without end', ['220-more\r\n'.repeat(7000)], 'ERR_TLS_UPGRADE_REFUSED'],
    ['a server that goes', [greeting[0]!, undefined], 'ERR_TLS_CLOSED'],
  ])('for %s', async (_name, replies, code) => {
    const left = [...replies]
    const next = (socket: net.Socket): void => {
      const reply = left.shift()
      if (reply === undefined) socket.end()
      else socket.write(reply)
    }
    const server = net.createServer((socket) => {
      socket.on('data', () => next(socket)).on('error', () => {})
      next(socket)
    })
    await expect(send({ port: await listen(server) })).rejects.toMatchObject({ code })
  })
})
