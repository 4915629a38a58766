import { nodemailerSocket } from '@typetls/node-adapter/agents'
import nodemailer from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import net from 'node:net'
import { expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

async function serve(): Promise<{ port: number; received: string[] }> {
  const received: string[] = []
  const server = new SMTPServer({
    ...identity,
    secure: true,
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

const message = { from: 'a@example.org', to: 'b@example.org', subject: 'hello', text: 'over ours' }

test.each([false, true])('nodemailer sends, with a pool: %s', async (pool) => {
  const { port, received } = await serve()
  const transport = nodemailer.createTransport({
    host: 'localhost',
    port,
    secure: true,
    pool,
    getSocket: nodemailerSocket({ ca, family: 4 }),
  } as object)
  onTestFinished(() => transport.close())
  await transport.sendMail(message)
  await transport.sendMail(message)
  expect(received).toHaveLength(2)
  for (const text of received) expect(text).toMatch(/^true [^]*over ours/)
})

test('a server that is not whom it should be, and one that says nothing, are errors of sending', async () => {
  const { port } = await serve()
  const send = (options: object): Promise<unknown> =>
    nodemailer.createTransport({ host: 'localhost', port, secure: true, ...options } as object).sendMail(message)
  await expect(send({ getSocket: nodemailerSocket({ ca: [], family: 4 }) })).rejects.toMatchObject({
    code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  })
  const silent = await listen(net.createServer((socket) => onTestFinished(() => void socket.destroy())))
  const late = send({ port: silent, connectionTimeout: 50, getSocket: nodemailerSocket({ ca, family: 4 }) })
  await expect(late).rejects.toMatchObject({ code: 'ETIMEDOUT' })
})
