import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { brotliCompressSync, deflateSync, gzipSync } from 'node:zlib'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import type { MemoryServer, ServedConnection } from '../../test/http-server.ts'
import { always, served } from '../../test/http-server.ts'
import { stranger } from '../../test/identities.ts'
import { turns } from '../../test/memory-streams.ts'
import { rotatingTicketKeys } from '@typetls/connection'
import { nodeCrypto } from '@typetls/crypto-node'
import { SocketError } from '../socket-error.ts'
import { createFetch, HttpError } from './index.ts'

const unhandled: unknown[] = []
const note = (reason: unknown): void => void unhandled.push(reason)
const servers: MemoryServer[] = []
beforeEach(() => void process.on('unhandledRejection', note))
afterEach(async () => {
  for (const { fetch } of servers.splice(0)) fetch.closeIdle()
  await turns(3)
  process.off('unhandledRejection', note)
  expect(unhandled.splice(0)).toEqual([])
})

const home = 'https://localhost/'
const ok = (body: string, header = ''): string =>
  `HTTP/1.1 200 OK\r\nContent-Length: ${body.length}\r\n${header}\r\n${body}`

function server(...args: Parameters<typeof served>): MemoryServer {
  const made = served(...args)
  servers.push(made)
  return made
}

describe('a request', () => {
  test('says what fetch says, and nothing else', async () => {
    const { fetch, connections } = server(always(ok('hi')))
    const request = requestsOf(connections)
    const response = await fetch('https://localhost:8443/a/b?c=d#e', {
      headers: { 'X-Own': 'é', host: 'evil.test', 'Content-Length': '7', cookie: 'a=b' },
    })
    expect(await response.text()).toBe('hi')
    expect(response).toMatchObject({ status: 200, statusText: 'OK', ok: true, redirected: false })
    expect(response.url).toBe('https://localhost:8443/a/b?c=d')
    expect(response).toBeInstanceOf(Response)
    const lines = (await request()).split('\r\n')
    expect(lines[0]).toBe('GET /a/b?c=d HTTP/1.1')
    expect(lines).toEqual(expect.arrayContaining(['host: localhost:8443', 'x-own: \xe9', 'cookie: a=b', 'accept: */*']))
    expect(lines.filter((line) => /^(content-length|transfer-encoding|host):/i.test(line))).toEqual([
      'host: localhost:8443',
    ])
  })

  test.each<[string, () => NonNullable<RequestInit['body']>, string, string]>([
    ['text', () => 'grüße', 'text/plain;charset=UTF-8', 'grüße'],
    ['a form', () => new URLSearchParams({ a: 'b c' }), 'application/x-www-form-urlencoded;charset=UTF-8', 'a=b+c'],
    ['bytes', () => Uint8Array.of(1, 2, 3), '', '\x01\x02\x03'],
    ['a blob', () => new Blob(['x'], { type: 'text/x' }), 'text/x', 'x'],
    ['nothing to speak of', () => '', 'text/plain;charset=UTF-8', ''],
  ])('has %s as its body, with its length', async (_what, body, type, text) => {
    const { fetch } = server(async (connection) => {
      const head = await connection.request()
      const received = await connection.take(Number(/content-length: (\d+)/.exec(head)?.[1]))
      await connection.say(ok(encodeURIComponent(JSON.stringify({ head, received }))))
    })
    const response = await fetch(home, { method: 'post', body: body() })
    const { head, received } = JSON.parse(decodeURIComponent(await response.text())) as {
      head: string
      received: string
    }
    expect(Buffer.from(received, 'latin1').toString()).toBe(text)
    expect(head).toMatch(/^POST \/ HTTP\/1\.1\r\n/)
    expect(/content-type: (.*)\r/.exec(head)?.[1] ?? '').toBe(type)
    expect(head).toContain(`content-length: ${Buffer.byteLength(text)}\r\n`)
  })

  test('of a Request is sent with its body and header', async () => {
    const { fetch } = server(async (connection) => {
      const head = await connection.request()
      await connection.say(ok(head + (await connection.until('}'))))
    })
    const request = new Request(home, { method: 'PUT', body: '{"a":1}', headers: { 'x-a': 'b' } })
    const text = await (await fetch(request)).text()
    expect(text).toMatch(/^PUT \/ HTTP\/1\.1\r\n/)
    expect(text).toContain('x-a: b\r\n')
    expect(text).toContain('content-length: 7\r\n')
    expect(text).toMatch(/\{"a":1\}$/)
    expect(request.bodyUsed).toBe(true)
  })

  test('of a Request that comes bit by bit is sent as it comes', async () => {
    let more!: ReadableStreamDefaultController<Uint8Array>
    const body = new ReadableStream<Uint8Array>({ start: (controller) => void (more = controller) })
    more.enqueue(Buffer.from('first'))
    const { fetch } = server(async (connection) => {
      const head = await connection.request()
      expect(head).toContain('transfer-encoding: chunked\r\n')
      expect(head).toContain('content-type: text/x\r\n')
      expect(await connection.until('first')).toBe('5\r\nfirst')
      more.enqueue(Buffer.from('second'))
      expect(await connection.until('second')).toBe('\r\n6\r\nsecond')
      more.close()
      expect(await connection.until('0\r\n\r\n')).toBe('\r\n0\r\n\r\n')
      await connection.say(ok('taken'))
    })
    const headers = { 'content-type': 'text/x' }
    const request = new Request(home, { method: 'POST', body, headers, duplex: 'half' } as RequestInit)
    expect(await (await fetch(request)).text()).toBe('taken')
  })

  test('of a Request whose stream fails is given up, at once and later', async () => {
    for (const wait of [0, 100]) {
      const cause = new Error('no more')
      const { fetch } = server((connection) => connection.until('never').then(() => undefined))
      const body = new ReadableStream<Uint8Array>({
        async pull(controller) {
          await new Promise((resolve) => setTimeout(resolve, wait))
          controller.error(cause)
        },
      })
      const request = new Request(home, { method: 'POST', body, duplex: 'half' } as RequestInit)
      const failure = await fetch(request).catch((error: unknown) => error)
      expect([failure, (failure as Error).cause]).toContain(cause)
    }
  })

  test('streams a body as the server takes it', async () => {
    let asked = 0
    const body = new ReadableStream<Uint8Array>(
      {
        pull(controller) {
          if (++asked > 40) controller.close()
          else controller.enqueue(Buffer.alloc(65_536, asked))
        },
      },
      { highWaterMark: 0 },
    )
    let started!: (connection: ServedConnection) => void
    const reached = new Promise<ServedConnection>((resolve) => (started = resolve))
    const { fetch } = server(async (connection) => {
      expect(await connection.request()).toContain('transfer-encoding: chunked\r\n')
      started(connection)
    })
    const response = fetch(home, { method: 'POST', body, duplex: 'half' } as RequestInit)
    const connection = await reached
    await turns(100)
    // The server does not read: the stream is not asked for more than what lies between.
    expect(asked).toBeLessThan(20)
    const sent = await connection.until('\r\n0\r\n\r\n')
    expect(sent.length).toBe(40 * ('10000\r\n'.length + 65_536 + 2) + 5)
    await connection.say(ok('taken'))
    expect(await (await response).text()).toBe('taken')
    expect(asked).toBe(41)
  })

  test('whose body fails is given up, and says why', async () => {
    const cause = new Error('no more')
    let ended = false
    const { fetch } = server(async (connection) => {
      await connection.until('never')
      ended = true
    })
    let pulls = 0
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => (pulls++ === 0 ? controller.enqueue(Uint8Array.of(1)) : controller.error(cause)),
    })
    await expect(fetch(home, { method: 'POST', body, duplex: 'half' } as RequestInit)).rejects.toMatchObject({ cause })
    await expect.poll(() => ended).toBe(true)
  })

  test('whose body brings no bytes is given up', async () => {
    const { fetch } = server(async (connection) => connection.until('never'))
    const body = new ReadableStream({ start: (controller) => controller.enqueue('text') })
    const sending = fetch(home, { method: 'POST', body, duplex: 'half' } as RequestInit)
    await expect(sending).rejects.toThrow('a body is a stream of Uint8Array')
  })

  test.each<[string, string, RequestInit]>([
    ['http:', 'http://localhost/', {}],
    ['another scheme', 'ftp://localhost/', {}],
    ['credentials in the URL', 'https://a:b@localhost/', {}],
    ['no URL', '//', {}],
    ['GET with a body', home, { body: 'x' }],
    ['a method that is none', home, { method: 'A B' }],
    ['CONNECT', home, { method: 'CONNECT' }],
    ['a header with a line feed', home, { headers: { a: 'b\r\nc: d' } }],
    ['integrity', home, { integrity: 'sha256-x' }],
  ])('with %s is refused before anything is dialled', async (_what, url, init) => {
    const { fetch, dialled } = server(always(ok('')))
    await expect(fetch(url, init)).rejects.toBeInstanceOf(TypeError)
    expect(dialled).toEqual([])
  })

  test('that is aborted cancels a stream that had nothing to say', async () => {
    const { fetch } = server(async (connection) => connection.until('never'))
    const controller = new AbortController()
    let reason: unknown
    const body = new ReadableStream<Uint8Array>({ cancel: (why) => void (reason = why) })
    const sending = fetch(home, { method: 'POST', body, duplex: 'half', signal: controller.signal } as RequestInit)
    await turns(10)
    controller.abort('enough')
    await expect(sending).rejects.toBe('enough')
    expect(reason).toBe('enough')
  })

  test('that the server answers before it has all of it ends well', async () => {
    const { fetch } = server(async (connection) => {
      await connection.request()
      await connection.say('HTTP/1.1 413 Too Much\r\nConnection: close\r\nContent-Length: 4\r\n\r\nstop')
    })
    let cancelled = false
    const body = new ReadableStream<Uint8Array>({
      pull: (controller) => controller.enqueue(new Uint8Array(65_536)),
      cancel: () => void (cancelled = true),
    })
    const response = await fetch(home, { method: 'POST', body, duplex: 'half' } as RequestInit)
    expect(response.status).toBe(413)
    expect(await response.text()).toBe('stop')
    await expect.poll(() => cancelled).toBe(true)
  })
})

describe('a response', () => {
  test.each<[string, string, string]>([
    ['chunks', 'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n', 'abc'],
    ['informational responses before it', 'HTTP/1.1 103 Early Hints\r\n\r\n' + ok('abc'), 'abc'],
  ])('with %s is read', async (_what, text, body) => {
    const { fetch, connections } = server(always(text))
    for (let i = 0; i < 3; i++) expect(await (await fetch(home)).text()).toBe(body)
    expect(connections).toHaveLength(1)
  })

  test('ends with the connection where nothing else says so, if that ended in an orderly way', async () => {
    const { fetch } = server(async (connection) => {
      await connection.request()
      await connection.say('HTTP/1.1 200 OK\r\n\r\nall')
      await connection.end()
    })
    expect(await (await fetch(home)).text()).toBe('all')
  })

  test('keeps Set-Cookie, and its clone says the same', async () => {
    const { fetch } = server(always(ok('x', 'Set-Cookie: a=1\r\nSet-Cookie: b=2\r\n')))
    const response = await fetch(home)
    const clone = response.clone()
    expect(clone.url).toBe(home)
    expect(clone.headers.getSetCookie()).toEqual(['a=1', 'b=2'])
    expect(await Promise.all([response.text(), clone.text()])).toEqual(['x', 'x'])
  })

  test.each<[string, RequestInit, string]>([
    ['HEAD', { method: 'HEAD' }, 'HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\n'],
    ['204', {}, 'HTTP/1.1 204 No Content\r\n\r\n'],
    ['304', {}, 'HTTP/1.1 304 Not Modified\r\nContent-Length: 5\r\n\r\n'],
  ])('to %s has no body, and the connection goes on', async (_what, init, text) => {
    const { fetch, connections } = server(always(text))
    for (let i = 0; i < 2; i++) {
      const response = await fetch(home, init)
      expect(response.body).toBeNull()
      expect(await response.text()).toBe('')
    }
    expect(connections).toHaveLength(1)
  })

  test('is read as it is wanted: a reader that stops stops the server', async () => {
    let said = 0
    const { fetch } = server(async (connection) => {
      await connection.request()
      await connection.say(`HTTP/1.1 200 OK\r\nContent-Length: ${100 * 65_536}\r\n\r\n`)
      for (; said < 100; said++) await connection.say(Buffer.alloc(65_536, said))
    })
    const response = await fetch(home)
    await turns(100)
    expect(said).toBeLessThan(20)
    expect((await response.arrayBuffer()).byteLength).toBe(100 * 65_536)
  })

  test.each([
    ['', Buffer.from('hello world')],
    ['gzip', gzipSync('hello world')],
  ])('coded by %j fills the buffers of a reader that brings them', async (coding, bytes) => {
    const { fetch } = server(always(coded(coding, bytes)))
    const { body } = await fetch(home)
    const reader = (body as ReadableStream<Uint8Array>).getReader({ mode: 'byob' })
    let text = ''
    for (let buffer = new ArrayBuffer(4); ;) {
      const { done, value } = await reader.read(new Uint8Array(buffer))
      if (done) break
      expect(value.buffer.byteLength).toBe(4)
      text += Buffer.from(value).toString()
      buffer = value.buffer as ArrayBuffer
    }
    expect(text).toBe('hello world')
  })

  test('that fails tells a reader that brings buffers', async () => {
    const { fetch } = server(async (connection) => {
      await connection.request()
      await connection.say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhello')
      await connection.end()
    })
    const { body } = await fetch(home)
    const reader = (body as ReadableStream<Uint8Array>).getReader({ mode: 'byob' })
    expect((await reader.read(new Uint8Array(9))).value).toHaveLength(5)
    await expect(reader.read(new Uint8Array(9))).rejects.toMatchObject({ cause: { code: 'ERR_HTTP_TRUNCATED' } })
  })

  test('that nobody wants any more ends its connection', async () => {
    let left = false
    const { fetch } = server(async (connection) => {
      await connection.request()
      await connection.say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome')
      left = !(await connection.more())
    })
    await (await fetch(home)).body?.cancel()
    await expect.poll(() => left).toBe(true)
  })

  test.each<[string, Buffer]>([
    ['gzip', gzipSync('packed '.repeat(1000))],
    ['x-gzip', gzipSync('packed '.repeat(1000))],
    ['deflate', deflateSync('packed '.repeat(1000))],
    ['deflate, gzip', gzipSync(deflateSync('packed '.repeat(1000)))],
    ['identity', Buffer.from('packed '.repeat(1000))],
  ])('coded by %s is decoded', async (coding, bytes) => {
    const { fetch } = server(always(coded(coding, bytes)))
    for (let i = 0; i < 2; i++) expect(await (await fetch(home)).text()).toBe('packed '.repeat(1000))
  })

  test('is asked for only in codings that can be undone here', async () => {
    const { fetch, connections } = server(always(coded('br', brotliCompressSync('small'))))
    const request = requestsOf(connections)
    const bytes = Buffer.from(await (await fetch(home)).arrayBuffer())
    const accepted = /accept-encoding: (.*)\r/.exec(await request())?.[1]?.split(', ') ?? []
    expect(accepted).toContain('gzip')
    expect(bytes).toEqual(accepted.includes('br') ? Buffer.from('small') : brotliCompressSync('small'))
  })

  test.each<[string, string, Buffer]>([
    ['is no gzip', 'gzip', Buffer.from('plain')],
    ['is cut', 'gzip', gzipSync('packed '.repeat(100)).subarray(0, -12)],
    ['goes on', 'gzip', Buffer.concat([gzipSync('x'), Buffer.from('y')])],
  ])('that says gzip and %s fails', async (_what, coding, bytes) => {
    const { fetch } = server(always(coded(coding, bytes)))
    const response = await fetch(home)
    await expect(response.text()).rejects.toMatchObject({
      name: 'TypeError',
      cause: { code: 'ERR_HTTP_CONTENT_CODING' },
    })
  })

  test.each<[string, string, string]>([
    [
      'that frames itself in two ways',
      'HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n',
      'ERR_HTTP_FRAMING',
    ],
    ['that is none', 'nonsense\r\n', 'ERR_HTTP_MALFORMED'],
    ['with a header that is too long', `HTTP/1.1 200 OK\r\nA: ${'b'.repeat(70_000)}`, 'ERR_HTTP_LIMIT'],
    ['that switches protocols', 'HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n', 'ERR_HTTP_MALFORMED'],
  ])('%s is refused, and its connection closed', async (_what, text, code) => {
    let left = false
    const { fetch } = server(async (connection) => {
      await connection.request()
      await connection.say(text)
      left = !(await connection.more())
    })
    const error: unknown = await fetch(home).catch((reason: unknown) => reason)
    expect(error).toMatchObject({ name: 'TypeError', cause: { code } })
    expect((error as Error).cause).toBeInstanceOf(HttpError)
    await expect.poll(() => left).toBe(true)
  })

  test('cut by close_notify or without it fails where it was read to', async () => {
    for (const orderly of [true, false]) {
      const { fetch } = server(async (connection) => {
        await connection.request()
        await connection.say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome')
        if (orderly) await connection.end()
        else await connection.socket.close()
      })
      const reader = (await fetch(home)).body!.getReader()
      expect(Buffer.from((await reader.read()).value!).toString()).toBe('some')
      await expect(reader.read()).rejects.toMatchObject({ cause: { code: 'ERR_HTTP_TRUNCATED' } })
    }
  })

  test('with a bad chunk in its body fails there', async () => {
    const { fetch } = server(always('HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n-1\r\n'))
    await expect((await fetch(home)).text()).rejects.toMatchObject({ cause: { code: 'ERR_HTTP_FRAMING' } })
  })

  test('followed by what nobody asked for is taken, and its connection is not used again', async () => {
    const { fetch, connections } = server(always(ok('mine') + ok('smuggled')))
    for (let i = 0; i < 3; i++) expect(await (await fetch(home)).text()).toBe('mine')
    expect(connections).toHaveLength(3)
  })

  test('that comes on a connection while nobody waits is not taken for an answer', async () => {
    let left = false
    const { fetch, connections } = server(async (connection) => {
      await connection.request()
      await connection.say(ok('mine'))
      await turns(3)
      await connection.say(ok('smuggled'))
      left = !(await connection.more())
    })
    expect(await (await fetch(home)).text()).toBe('mine')
    await expect.poll(() => left).toBe(true)
    expect(await (await fetch(home)).text()).toBe('mine')
    expect(connections).toHaveLength(2)
  })
})

describe('a redirect', () => {
  const to = (location: string, status = 302): string =>
    `HTTP/1.1 ${status} Elsewhere\r\nLocation: ${location}\r\nContent-Length: 0\r\n\r\n`

  /** Redirects the first request and answers the second with what it was. */
  const redirecting = (first: string): MemoryServer => {
    let count = 0
    return server(async (connection) => {
      for (let head = await connection.request(); head !== ''; head = await connection.request()) {
        const length = Number(/content-length: (\d+)/.exec(head)?.[1] ?? 0)
        const body = length === 0 ? '' : await connection.until('.')
        await connection.say(count++ === 0 ? first : ok(head + body))
      }
    })
  }

  test.each<[number, string, string]>([
    [301, 'POST', 'GET'],
    [302, 'POST', 'GET'],
    [303, 'POST', 'GET'],
    [303, 'PUT', 'GET'],
    [301, 'PUT', 'PUT'],
    [307, 'POST', 'POST'],
    [308, 'POST', 'POST'],
  ])('of status %i makes of %s a %s', async (status, method, then) => {
    const { fetch } = redirecting(to('/there', status))
    const response = await fetch(home, { method, body: 'the body.' })
    const text = await response.text()
    expect(response).toMatchObject({ redirected: true, url: `${home}there` })
    expect(text).toMatch(new RegExp(`^${then} /there HTTP/1.1\r\n`))
    expect(text.endsWith('the body.')).toBe(then !== 'GET')
    expect(/content-type/.test(text)).toBe(then !== 'GET')
  })

  test('to another origin loses what only the first may know', async () => {
    for (const [location, keeps] of [
      ['https://localhost:444/', false],
      ['/other', true],
    ] as const) {
      const { fetch, dialled } = redirecting(to(location))
      const headers = { authorization: 'Basic x', cookie: 'a=b', 'x-other': 'y' }
      const text = await (await fetch(home, { headers })).text()
      expect(/authorization: /.test(text)).toBe(keeps)
      expect(/cookie: /.test(text)).toBe(keeps)
      expect(text).toContain('x-other: y')
      expect(dialled).toEqual(keeps ? ['localhost:443'] : ['localhost:443', 'localhost:444'])
    }
  })

  test('is told or refused as it was asked for', async () => {
    const { fetch } = server(always(to('/loop')))
    const manual = await fetch(home, { redirect: 'manual' })
    expect(manual).toMatchObject({ status: 302, redirected: false })
    expect(manual.headers.get('location')).toBe('/loop')
    await expect(fetch(home, { redirect: 'error' })).rejects.toMatchObject({ cause: { code: 'ERR_HTTP_REDIRECT' } })
    await expect(fetch(home)).rejects.toThrow('more than 20 redirects')
  })

  test.each(['http://localhost/', 'https://user:pass@localhost/', 'javascript:alert(1)', 'https://'])(
    'to %s is not followed',
    async (location) => {
      const { fetch, dialled } = server(always(to(location)))
      await expect(fetch(home)).rejects.toMatchObject({ name: 'TypeError', cause: { code: 'ERR_HTTP_REDIRECT' } })
      expect(dialled).toHaveLength(1)
    },
  )

  test('that would need a stream again is not followed', async () => {
    const { fetch } = server(async (connection) => {
      await connection.until('\r\n0\r\n\r\n')
      await connection.say(to('/', 307))
    })
    const body = new Blob(['x']).stream()
    const sending = fetch(home, { method: 'POST', body, duplex: 'half' } as RequestInit)
    await expect(sending).rejects.toThrow('a body that was a stream')
  })

  test('without a location is a response', async () => {
    const { fetch } = server(always('HTTP/1.1 302 Found\r\nContent-Length: 0\r\n\r\n'))
    expect((await fetch(home)).status).toBe(302)
  })
})

describe('connections', () => {
  test('are kept, and as many as allowed', async () => {
    let open = 0
    let most = 0
    const { fetch, connections } = server(
      async (connection) => {
        while ((await connection.request()) !== '') {
          most = Math.max(most, ++open)
          await turns(2)
          open--
          await connection.say(ok('x'))
        }
      },
      { maxConnectionsPerOrigin: 2 },
    )
    const texts = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(home)).text()))
    expect(texts).toEqual(Array(10).fill('x'))
    expect(connections).toHaveLength(2)
    expect(most).toBe(2)
  })

  test('that the server wants to end are not used again', async () => {
    const { fetch, connections } = server(always(ok('x', 'Connection: close\r\n')))
    for (let i = 0; i < 3; i++) await (await fetch(home)).text()
    expect(connections).toHaveLength(3)
  })

  test('end when idle for too long, by our clock or what the server said of its own', async () => {
    for (const [options, header] of [
      [{ idleTimeout: 10 }, ''],
      [{}, 'Keep-Alive: timeout=1, max=100\r\n'],
    ] as const) {
      let left = false
      const { fetch } = server(async (connection) => {
        await connection.request()
        await connection.say(ok('x', header))
        left = !(await connection.more())
      }, options)
      await (await fetch(home)).text()
      await expect.poll(() => left).toBe(true)
    }
  })

  test('that the server ended meanwhile are replaced, for requests that may be repeated', async () => {
    const make = (): MemoryServer =>
      server(async (connection, index) => {
        await connection.request()
        await connection.say(ok(`from ${index}`))
        // Takes another request, and leaves without an answer.
        if (index === 0 && (await connection.request()) !== '') await connection.socket.close()
        else while ((await connection.request()) !== '') await connection.say(ok('more'))
      })
    const repeats = make()
    expect(await (await repeats.fetch(home)).text()).toBe('from 0')
    expect(await (await repeats.fetch(home, { method: 'PUT', body: 'x' })).text()).toBe('from 1')
    const once = make()
    await (await once.fetch(home)).text()
    await expect(once.fetch(home, { method: 'POST', body: 'x' })).rejects.toMatchObject({
      cause: { code: 'ERR_HTTP_TRUNCATED' },
    })
    expect(once.connections).toHaveLength(1)
  })

  test('resume sessions, each ticket once', async () => {
    const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock: { now: () => Date.now() } })
    const { fetch, connections } = server(always(ok('x', 'Connection: close\r\n')), {}, { tickets })
    for (let i = 0; i < 3; i++) await (await fetch(home)).text()
    const facts = await Promise.all(connections.map(async ({ socket }) => (await socket.opened).tls.resumed))
    expect(facts).toEqual([false, true, true])
  })
})

describe('a failure', () => {
  test('of TLS is a TypeError whose cause is the SocketError', async () => {
    const { fetch } = server(always(ok('x')), { ca: stranger.certificate })
    const error: unknown = await fetch(home).catch((reason: unknown) => reason)
    expect(error).toBeInstanceOf(TypeError)
    expect((error as Error).cause).toBeInstanceOf(SocketError)
    expect(error).toMatchObject({ cause: { code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', alert: 'unknown_ca' } })
  })

  test('to dial makes room for the next that waits', async () => {
    const fetch = createFetch({
      ca: stranger.certificate,
      transport: () => Promise.reject(new Error('no route')),
      maxConnectionsPerOrigin: 1,
    })
    const results = await Promise.allSettled(Array.from({ length: 5 }, () => fetch(home)))
    for (const result of results) {
      expect(result).toMatchObject({
        status: 'rejected',
        reason: { name: 'TypeError', cause: { code: 'ERR_TLS_TRANSPORT' } },
      })
    }
  })

  test('by the signal is its reason: before, while it dials, waits, sends and reads', async () => {
    const reason = new Error('enough')
    const { fetch, dialled } = server(always(ok('x')))
    await expect(fetch(home, { signal: AbortSignal.abort(reason) })).rejects.toBe(reason)
    expect(dialled).toEqual([])

    const dialling = new AbortController()
    const never = createFetch({ ca: stranger.certificate, transport: () => new Promise<never>(() => undefined) })
    const dials = never(home, { signal: dialling.signal })
    setTimeout(() => dialling.abort(reason), 5)
    await expect(dials).rejects.toBe(reason)

    const mute = server(async (connection) => void (await connection.request()), { maxConnectionsPerOrigin: 1 })
    const answering = new AbortController()
    const waiting = new AbortController()
    const answer = mute.fetch(home, { signal: answering.signal })
    const wait = mute.fetch(home, { signal: waiting.signal })
    await turns(10)
    waiting.abort(reason)
    await expect(wait).rejects.toBe(reason)
    answering.abort()
    await expect(answer).rejects.toMatchObject({ name: 'AbortError' })

    const reading = new AbortController()
    const half = server(async (connection) => {
      await connection.request()
      await connection.say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome')
    })
    const response = await half.fetch(home, { signal: reading.signal })
    const text = response.text()
    await turns(5)
    reading.abort(reason)
    await expect(text).rejects.toBe(reason)
  })

  test('by the signal of a Request is its reason, also when nobody has the Request any more', async () => {
    const controller = new AbortController()
    const { fetch } = server(async (connection) => {
      await connection.request()
      await connection.say('HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nsome')
    })
    const response = await fetch(new Request(home, { signal: controller.signal }))
    collectGarbage()
    await turns(3)
    const text = response.text()
    controller.abort('enough')
    await expect(text).rejects.toBe('enough')
  })

  test('of one request leaves the connections of others alone', async () => {
    const controller = new AbortController()
    const { fetch, connections } = server(always(ok('x')))
    await (await fetch(home, { signal: controller.signal })).text()
    controller.abort()
    expect(await (await fetch(home)).text()).toBe('x')
    expect(connections).toHaveLength(1)
  })
})

/** As far as the engine lets us ask for it. */
function collectGarbage(): void {
  setFlagsFromString('--expose-gc')
  const gc: unknown = runInNewContext('gc')
  if (typeof gc === 'function') gc()
}

function coded(coding: string, bytes: Buffer): string {
  return ok(bytes.toString('latin1'), `Content-Encoding: ${coding}\r\n`)
}

/** The requests of the first connection, as they were read. */
function requestsOf(connections: ServedConnection[]): () => Promise<string> {
  const heads: string[] = []
  const push = connections.push.bind(connections)
  connections.push = (...made) => {
    for (const connection of made) {
      const request = connection.request.bind(connection)
      connection.request = async () => {
        const head = await request()
        heads.push(head)
        return head
      }
    }
    return push(...made)
  }
  return async () => heads[0] ?? ''
}
