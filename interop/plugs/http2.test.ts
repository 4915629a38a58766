import { once } from 'node:events'
import http2 from 'node:http2'
import https from 'node:https'
import type { IncomingMessage } from 'node:http'
import { connect } from '@typetls/node-adapter/tls'
import { createHttp2Server, http2Connect } from '@typetls/node-adapter/agents'
import { describe, expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from './loopback.ts'

/** What an endpoint says of its connection. */
function reportOf(session: http2.Http2Session): object {
  const { encrypted, alpnProtocol, originSet, socket } = session
  const { authorized, servername, remoteAddress } = socket as unknown as Record<string, unknown>
  return { encrypted, alpnProtocol, originSet, authorized, servername, remoteAddress }
}

async function request(client: http2.ClientHttp2Session, path: string, body = ''): Promise<string> {
  const stream = client.request({ ':path': path, ':method': 'POST' })
  stream.end(body)
  return (await stream.setEncoding('utf8').toArray()).join('')
}

function opened(client: http2.ClientHttp2Session): http2.ClientHttp2Session {
  onTestFinished(() => client.destroy())
  return client
}

const echo = (asked: http2.Http2ServerRequest, response: http2.Http2ServerResponse): void => {
  response.setHeader('x-secure', String((asked.socket as { encrypted?: boolean }).encrypted))
  asked.pipe(response)
}

describe('http2Connect', () => {
  async function serve(): Promise<number> {
    const server = http2.createSecureServer(identity)
    server.on('stream', (stream) => {
      stream.respond()
      stream.pipe(stream)
    })
    return listen(server)
  }

  test('speaks with a server of Node, and its session says what is true', async () => {
    const client = opened(http2Connect(`https://localhost:${await serve()}`, { ca, family: 4 }))
    await once(client, 'connect')
    expect(reportOf(client)).toEqual({
      encrypted: true,
      alpnProtocol: 'h2',
      originSet: [expect.stringMatching(/^https:\/\/localhost:\d+$/)],
      authorized: true,
      servername: 'localhost',
      remoteAddress: '127.0.0.1',
    })
    const body = 'x'.repeat(300_000)
    expect(await Promise.all([request(client, '/', body), request(client, '/2', 'two')])).toEqual([body, 'two'])
  })

  test('of Node itself takes a socket of ours for what it is', async () => {
    const port = await serve()
    const socket = connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ALPNProtocols: ['h2'] })
    const client = opened(http2.connect(`https://localhost:${port}`, { createConnection: () => socket }))
    expect(await request(client, '/', 'heard')).toBe('heard')
    expect(reportOf(client)).toMatchObject({ encrypted: true, alpnProtocol: 'h2', authorized: true })
  })

  test('fails with what the handshake failed with', async () => {
    const client = opened(http2Connect(`https://127.0.0.1:${await serve()}`, { ca: [] }))
    expect((await once(client, 'error'))[0]).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
  })

  test('is for https: only', () => {
    expect(() => http2Connect('http://localhost')).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
  })
})

describe('createHttp2Server', () => {
  test('serves a client of Node, and its sessions say what is true', async () => {
    const server = createHttp2Server(identity, echo)
    const sessions: http2.ServerHttp2Session[] = []
    server.on('session', (session: http2.ServerHttp2Session) => sessions.push(session))
    const port = await listen(server)
    const client = opened(http2.connect(`https://localhost:${port}`, { ca, family: 4 } as object))
    const body = 'y'.repeat(300_000)
    const stream = client.request({ ':path': '/', ':method': 'POST' })
    stream.end(body)
    const [headers] = (await once(stream, 'response')) as [http2.IncomingHttpHeaders]
    expect(headers['x-secure']).toBe('true')
    expect((await stream.setEncoding('utf8').toArray()).join('')).toBe(body)
    expect(reportOf(sessions[0]!)).toMatchObject({
      encrypted: true,
      alpnProtocol: 'h2',
      authorized: false,
      servername: 'localhost',
      remoteAddress: '127.0.0.1',
    })
  })

  test('speaks with our client, for a certificate that is asked of it', async () => {
    const server = createHttp2Server({ ...identity, ca, requestCert: true }, (asked, response) => {
      const { authorized } = asked.socket as { authorized?: boolean }
      response.end(`${authorized}`)
    })
    const client = opened(http2Connect(`https://localhost:${await listen(server)}`, { ca, family: 4, ...identity }))
    expect(await request(client, '/')).toBe('true')
  })

  test('serves HTTP/1.1 only where that is allowed', async () => {
    const answered = async (allowHTTP1: boolean): Promise<[number | undefined, string]> => {
      const server = createHttp2Server({ ...identity, allowHTTP1 }, (asked, response) => {
        response.end(`${asked.httpVersion} ${(asked.socket as { encrypted?: boolean }).encrypted}`)
      })
      const asked = https.get({ port: await listen(server), host: '127.0.0.1', ca, agent: false })
      const [response] = (await once(asked, 'response')) as [IncomingMessage]
      return [response.statusCode, (await response.setEncoding('utf8').toArray()).join('')]
    }
    expect(await answered(true)).toEqual([200, '1.1 true'])
    expect((await answered(false))[0]).toBe(403)
  })

  test('tells of handshakes that failed', async () => {
    const server = createHttp2Server(identity, echo)
    const port = await listen(server)
    const failed = once(server, 'tlsClientError')
    const client = opened(http2Connect(`https://localhost:${port}`, { family: 4 }))
    await once(client, 'error')
    expect((await failed)[0]).toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA' })
  })
})
