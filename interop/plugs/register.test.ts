import { spawn } from 'node:child_process'
import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Server, Socket } from 'node:net'
import tls from 'node:tls'
import * as named from 'node:tls'
import { fileURLToPath } from 'node:url'
import * as grpc from '@grpc/grpc-js'
import { createHttp2Server, createHttpsServer } from '@typetls/node-adapter/agents'
import { register, unregister } from '@typetls/node-adapter/register'
import { createSecureContext, createServer } from '@typetls/node-adapter/tls'
import { build } from 'esbuild'
import { MongoClient } from 'mongodb'
import nodemailer from 'nodemailer'
import { SMTPServer } from 'smtp-server'
import { afterEach, describe, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'
import { serveMongo } from './mongo-peer.ts'

// It registers when it is imported; these tests say themselves when.
unregister()
const original = tls.connect
afterEach(() => unregister())

/** Says of each client whether it was ours: OpenSSL's have no GREASE. https://www.rfc-editor.org/rfc/rfc8701 */
function watching(seen: boolean[]): { onClientHello: (hello: { cipherSuites: readonly number[] }) => void } {
  return {
    onClientHello: ({ cipherSuites }) => void seen.push(cipherSuites.some((suite) => (suite & 0x0f0f) === 0x0a0a)),
  }
}

async function webServer(): Promise<{ port: number; ours: boolean[] }> {
  const ours: boolean[] = []
  const server = createHttpsServer({ ...identity, ...watching(ours) } as object, (_request, response) =>
    response.setHeader('connection', 'close').end('hello'),
  )
  return { port: await listen(server), ours }
}

async function get(port: number, options: https.RequestOptions = {}): Promise<string> {
  const request = https.get({ port, host: 'localhost', family: 4, ca, agent: false, ...options })
  const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>]
  let text = ''
  for await (const chunk of response) text += String(chunk)
  return text
}

describe('the list', () => {
  test('decides who is served by us, until we are unregistered', async () => {
    const { port, ours } = await webServer()
    await get(port)
    register()
    await get(port)
    register({ hosts: ['other.example'] })
    await get(port)
    await get(port, { servername: 'other.example' })
    register({ callers: ['mongodb'] })
    await get(port)
    register({ callers: ['node:https'] })
    await get(port)
    unregister()
    await get(port)
    expect(ours).toEqual([false, true, false, true, false, true, false])
  })

  test('leaves module and named imports as they were', () => {
    register()
    expect(tls.connect).not.toBe(original)
    expect(named.connect).toBe(tls.connect)
    unregister()
    expect(tls.connect).toBe(original)
    expect(named.connect).toBe(original)
    expect(Object.hasOwn(tls.TLSSocket, Symbol.hasInstance)).toBe(false)
  })

  test('holds for somebody who put their own over ours', async () => {
    const { port, ours } = await webServer()
    register()
    const first = tls.connect as (...args: unknown[]) => unknown
    const table = tls as unknown as { connect: typeof first }
    table.connect = (...args) => first(...args)
    onTestFinished(() => void (table.connect = first))
    await get(port)
    unregister()
    await get(port)
    register()
    await get(port)
    expect(ours).toEqual([true, false, true])
  })
})

test('sessions of one are nothing to the other, and do no harm', async () => {
  const { port, ours } = await webServer()
  const agent = new https.Agent({ ca })
  for (const on of [false, false, true, true, false]) {
    if (on) register()
    else unregister()
    expect(await get(port, { agent })).toBe('hello')
  }
  expect(ours).toEqual([false, false, true, true, false])
})

test('contexts serve both, and one of ours is served by us in any case', async () => {
  const { port, ours } = await webServer()
  const before = tls.createSecureContext({ ca })
  register({ hosts: ['other.example'] })
  const after = tls.createSecureContext({ ca })
  for (const secureContext of [before, after]) {
    for (const servername of ['localhost', 'other.example'])
      await get(port, { servername, secureContext, ca: undefined } as object)
  }
  await get(port, { secureContext: createSecureContext({ ca }), ca: undefined } as object)
  expect(ours).toEqual([false, false, false, true, true])
})

test('what the registration says counts more, than a context too', async () => {
  const { port } = await webServer()
  register({ tls: { ca } })
  expect(await get(port, { ca: [] })).toBe('hello')
  const secureContext = tls.createSecureContext({ ca: [] })
  expect(await get(port, { secureContext } as object)).toBe('hello')
  register()
  const [error] = (await once(
    https.get({ port, host: '127.0.0.1', agent: false, secureContext } as object),
    'error',
  )) as [NodeJS.ErrnoException]
  expect(error.code).toBe('UNABLE_TO_VERIFY_LEAF_SIGNATURE')
})

test('sockets are instances of tls.TLSSocket', async () => {
  const { port } = await webServer()
  register()
  class Theirs extends tls.TLSSocket {}
  const socket = tls.connect({ port, host: '127.0.0.1', ca })
  await once(socket, 'secureConnect')
  expect(socket).toBeInstanceOf(tls.TLSSocket)
  expect(socket).not.toBeInstanceOf(Theirs)
  expect([undefined, {}].some((one: unknown) => one instanceof tls.TLSSocket)).toBe(false)
  socket.destroy()
})

test('http2 knows that it is secure', async () => {
  const seen: boolean[] = []
  const server = createHttp2Server({ ...identity, ...watching(seen) } as object, (_request, response) => {
    response.end('hello')
  })
  const port = await listen(server)
  register()
  const client = http2.connect(`https://localhost:${port}`, { ca, family: 4 } as object)
  onTestFinished(() => client.destroy())
  await once(client, 'connect')
  expect(client).toMatchObject({ encrypted: true, alpnProtocol: 'h2' })
  expect((client.socket as tls.TLSSocket).authorized).toBe(true)
  expect(seen).toEqual([true])
})

test('gRPC knows whom it speaks with', async () => {
  const server = new grpc.Server()
  onTestFinished(() => server.forceShutdown())
  const credentials = grpc.ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(identity.cert), private_key: Buffer.from(identity.key) },
  ])
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync('127.0.0.1:0', credentials, (error, bound) => (error ? reject(error) : resolve(bound)))
  })
  register()
  const client = new grpc.Client(`127.0.0.1:${port}`, grpc.credentials.createSsl(Buffer.from(ca)))
  onTestFinished(() => client.close())
  const as = (value: Buffer): Buffer => value
  const call = client.makeUnaryRequest('/none/None', as, as, Buffer.alloc(0), () => {})
  const [status] = (await once(call, 'status')) as [grpc.StatusObject]
  expect(status.code).toBe(grpc.status.UNIMPLEMENTED)
  expect(call.getAuthContext()).toMatchObject({ transportSecurityType: 'ssl' })
})

test('nodemailer upgrades by STARTTLS', async () => {
  const received: boolean[] = []
  const server = new SMTPServer({
    ...identity,
    authOptional: true,
    onData(stream, session, callback) {
      stream.resume().on('end', () => {
        received.push(session.secure)
        callback()
      })
    },
  })
  server.on('error', () => {})
  const port = await listen(server.server as Server)
  register({ callers: ['nodemailer'], tls: { ca } })
  const transport = nodemailer.createTransport({ host: 'localhost', port, requireTLS: true })
  await transport.sendMail({ from: 'a@example.org', to: 'b@example.org', text: 'hello' })
  expect(received).toEqual([true])
})

test('the driver of MongoDB, which has no place for sockets, is served', async () => {
  const ours: boolean[] = []
  const server = createServer({ ...identity, ...watching(ours) } as object, (socket: Socket) =>
    serveMongo(socket, [{ _id: 1, text: 'found' }]),
  )
  const port = await listen(server)
  register({ callers: ['mongodb'], tls: { ca } })
  const client = new MongoClient(`mongodb://localhost:${port}/?tls=true&directConnection=true`, {
    serverApi: '1',
    family: 4,
    monitorCommands: false,
  })
  onTestFinished(() => client.close())
  expect(await client.db('things').collection('all').find().toArray()).toEqual([{ _id: 1, text: 'found' }])
  expect(ours.length).toBeGreaterThan(0)
  expect(ours).not.toContain(false)
})

test("node --import puts us under Node's own fetch, as far as the environment says", async () => {
  const { port, ours } = await webServer()
  const directory = mkdtempSync(join(tmpdir(), 'typetls-register-'))
  onTestFinished(() => rmSync(directory, { recursive: true }))
  const registered = join(directory, 'register.mjs')
  await build({
    entryPoints: [fileURLToPath(new URL('../../packages/node-adapter/src/register/index.ts', import.meta.url))],
    outfile: registered,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@typetls/source'],
    logLevel: 'silent',
  })
  writeFileSync(join(directory, 'ca.pem'), ca)
  const program = `for (const name of ['localhost', '127.0.0.1']) {
    const response = await fetch('https://' + name + ':${port}/')
    console.log(await response.text())
  }`
  const { NODE_OPTIONS: _, ...environment } = process.env
  const env = {
    ...environment,
    NODE_EXTRA_CA_CERTS: join(directory, 'ca.pem'),
    TYPETLS_REGISTER_HOSTS: 'localhost',
    TYPETLS_REGISTER_CALLERS: 'undici',
  }
  const child = spawn(process.execPath, ['--import', registered, '--input-type=module', '-e', program], { env })
  onTestFinished(() => void child.kill())
  const [said, complaints] = await Promise.all([child.stdout.toArray(), child.stderr.toArray()])
  expect([said.join(''), complaints.join('')]).toEqual(['hello\nhello\n', ''])
  expect(ours).toEqual([true, false])
})
