import { once } from 'node:events'
import net from 'node:net'
import * as grpc from '@grpc/grpc-js'
import { grpcCredentials, grpcServer } from '@typetls/node-adapter/agents'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

const text = { serialize: (value: string) => Buffer.from(value), deserialize: (bytes: Buffer) => String(bytes) }
const method = {
  path: '/test.Echo/Say',
  requestStream: false,
  responseStream: false,
  requestSerialize: text.serialize,
  requestDeserialize: text.deserialize,
  responseSerialize: text.serialize,
  responseDeserialize: text.deserialize,
}

/** Answers with what was said, and with who said it. */
function echoServer(): grpc.Server {
  const server = new grpc.Server()
  server.addService({ say: method } as grpc.ServiceDefinition, {
    say: (call: grpc.ServerUnaryCall<string, string>, callback: grpc.sendUnaryData<string>) => {
      callback(null, `${call.request} from ${call.getPeer().replace(/\d+$/, 'port')}`)
    },
  })
  onTestFinished(() => server.forceShutdown())
  return server
}

async function ofNode(): Promise<number> {
  const credentials = grpc.ServerCredentials.createSsl(null, [
    { cert_chain: Buffer.from(identity.cert), private_key: Buffer.from(identity.key) },
  ])
  return new Promise((resolve, reject) => {
    echoServer().bindAsync('127.0.0.1:0', credentials, (error, port) => (error ? reject(error) : resolve(port)))
  })
}

async function ours(): Promise<number> {
  const injector = echoServer().createConnectionInjector(grpc.ServerCredentials.createInsecure())
  onTestFinished(() => injector.destroy())
  return listen(grpcServer(injector, identity))
}

function say(
  what: string,
  target: string,
  credentials: grpc.ChannelCredentials,
  options: grpc.ChannelOptions = {},
): Promise<string> {
  const client = new grpc.Client(target, credentials, options)
  onTestFinished(() => client.close())
  return new Promise((resolve, reject) => {
    const { requestSerialize, responseDeserialize } = method
    const deadline = Date.now() + 20_000
    client.makeUnaryRequest(method.path, requestSerialize, responseDeserialize, what, { deadline }, (error, answer) =>
      error === null ? resolve(answer as string) : reject(error),
    )
  })
}

test.each([
  ["our client, gRPC's server", ofNode, () => grpcCredentials(grpc, { ca })],
  ["gRPC's client, our server", ours, () => grpc.credentials.createSsl(Buffer.from(ca))],
  ['both ours', ours, () => grpcCredentials(grpc, { ca })],
])('%s', async (_who, serve, credentials) => {
  const body = 'x'.repeat(100_000)
  const answer = await say(body, `localhost:${await serve()}`, credentials())
  expect(answer).toBe(`${body} from 127.0.0.1:port`)
})

describe('grpcCredentials', () => {
  test('verify the name of the target, or the one in its place', async () => {
    const port = await ofNode()
    const answer = say('hello', `127.0.0.1:${port}`, grpcCredentials(grpc, { ca }))
    expect(await answer).toBe('hello from 127.0.0.1:port')
    const named = (name: string): Promise<string> =>
      say('hello', `127.0.0.1:${port}`, grpcCredentials(grpc, { ca }), { 'grpc.ssl_target_name_override': name })
    expect(await named('other.example')).toBe('hello from 127.0.0.1:port')
    await expect(named('wrong.example')).rejects.toThrow('wrong.example')
  })

  test('verify whom a proxy is asked to connect to', async () => {
    const port = await ofNode()
    const proxy = net.createServer((socket) => {
      socket.once('data', (head: Buffer) => {
        expect(String(head)).toMatch(/^CONNECT localhost:\d+ HTTP/)
        socket.write('HTTP/1.1 200 OK\r\n\r\n')
        const onward = net.connect(port, '127.0.0.1')
        onward.on('error', () => socket.destroy())
        socket.on('error', () => onward.destroy())
        socket.pipe(onward).pipe(socket)
      })
    })
    const options = { 'grpc.http_connect_target': `dns:localhost:${port}` }
    const answer = say('hello', `127.0.0.1:${await listen(proxy)}`, grpcCredentials(grpc, { ca }), options)
    expect(await answer).toBe('hello from 127.0.0.1:port')
  })

  test('refuse a server of an unknown authority', async () => {
    const asked = say('hello', `localhost:${await ofNode()}`, grpcCredentials(grpc, { ca: [] }))
    await expect(asked).rejects.toThrow('unable to verify the first certificate')
  })

  test('take the credentials of calls', async () => {
    const server = echoServer()
    const seen: unknown[] = []
    server.register(
      '/test.Echo/Who',
      (call: grpc.ServerUnaryCall<string, string>, callback: grpc.sendUnaryData<string>) => {
        seen.push(call.metadata.get('authorization'))
        callback(null, 'seen')
      },
      text.serialize,
      text.deserialize,
      'unary',
    )
    const injector = server.createConnectionInjector(grpc.ServerCredentials.createInsecure())
    onTestFinished(() => injector.destroy())
    const tokens = grpc.credentials.createFromMetadataGenerator((_params, callback) => {
      const metadata = new grpc.Metadata()
      metadata.set('authorization', 'token')
      callback(null, metadata)
    })
    const credentials = grpc.credentials.combineChannelCredentials(grpcCredentials(grpc, { ca }), tokens)
    const client = new grpc.Client(`localhost:${await listen(grpcServer(injector, identity))}`, credentials)
    onTestFinished(() => client.close())
    const call = client.makeUnaryRequest('/test.Echo/Who', text.serialize, text.deserialize, 'x', () => {})
    await once(call, 'status')
    expect(seen).toEqual([['token']])
  })
})
