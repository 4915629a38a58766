import { describe, expect, test } from 'vitest'
import { authority, localhost, stranger } from '../test/identities.ts'
import { streamPair } from '../test/memory-streams.ts'
import { fromStreams, serverRole } from './from-streams.ts'
import type { SecureSocket } from './socket.ts'
import type { StartOptions, SubtlsOptions, SubtlsSocket } from './subtls.ts'
import { createSubtls } from './subtls.ts'

describe('in place of subtls', () => {
  test('a driver speaks TLS over its WebSocket with the roots it was given', async () => {
    const { socket, server } = await started({ roots: authority.pem })
    expect(socket.userCert?.toString()).toContain('localhost')
    const echo = server.readable.pipeTo(server.writable).catch(() => undefined)
    await socket.write(Buffer.from('select 1'))
    expect(Buffer.from((await socket.read())!).toString()).toBe('select 1')
    const large = new Uint8Array(300_000).fill(7)
    void socket.write(large)
    let received = 0
    while (received < large.length) received += (await socket.read())!.length
    expect((await server.opened).tls.serverName).toBe('localhost')
    await server.close()
    await echo
    expect(await socket.read()).toBeUndefined()
  })

  test('its buffer may be used again as soon as it was written', async () => {
    const { socket, server } = await started({ roots: authority.pem })
    const reused = Buffer.from('first')
    const writing = socket.write(reused)
    reused.fill(0)
    await writing
    const { value } = await server.readable.getReader().read()
    expect(Buffer.from(value!).toString()).toBe('first')
  })

  test('options of ours decide whom to trust, and hear of the socket', async () => {
    let opened: Promise<unknown> | undefined
    const options = {
      ca: authority.certificate,
      alpn: ['postgresql'],
      onSocket: (one: SecureSocket) => (opened = one.opened),
    }
    await started({ roots: stranger.pem, options, alpn: ['postgresql'] })
    expect(await opened).toMatchObject({ alpn: 'postgresql' })
  })

  test('the name is verified also where it is not sent', async () => {
    const { server } = await started({ roots: authority.pem, more: { useSNI: false } })
    expect((await server.opened).tls.serverName).toBeUndefined()
    const { socket } = await started({ roots: authority.pem, host: 'other.test', more: { useSNI: false } })
    await expect(socket.read()).rejects.toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME' })
  })

  test.each<[string, Partial<Start>, string]>([
    ['a certificate of a stranger', { roots: stranger.pem }, 'ERR_TLS_CERTIFICATE_UNKNOWN_CA'],
    ['nobody to trust', { roots: '' }, 'ERR_TLS_OPTIONS'],
    ['roots that are not PEM', { roots: 'nonsense' }, 'ERR_TLS_CERTIFICATE_PARSE'],
    ['a WebSocket that is closed', { roots: authority.pem, cut: true }, 'ERR_TLS_HANDSHAKE_CLOSED'],
    [
      'another answer than was expected',
      { roots: authority.pem, more: { expectPreData: Uint8Array.of(83) } },
      'ERR_TLS_TRANSPORT',
    ],
  ])('%s is told by reading, and nothing is written', async (_what, start, code) => {
    const { socket, sent } = await started(start)
    const before = sent()
    await expect(socket.write(Buffer.from('password'))).rejects.toMatchObject({ code })
    void socket.write(Buffer.from('password'))
    await expect(socket.read()).rejects.toMatchObject({ name: 'SocketError', code })
    expect(sent()).toBe(before)
    expect(socket.userCert).toBeUndefined()
  })

  test('what is agreed on before TLS goes along with its first bytes', async () => {
    const { socket, first } = await started({
      roots: authority.pem,
      preData: true,
      more: { writePreData: Uint8Array.of(1, 2), expectPreData: Uint8Array.of(83) },
    })
    expect(socket.userCert).toBeDefined()
    expect([...first().subarray(0, 3)]).toEqual([1, 2, 22])
  })
})

interface Start {
  readonly roots: string
  readonly host?: string
  readonly options?: SubtlsOptions
  readonly more?: StartOptions
  readonly alpn?: string[]
  /** The WebSocket closes at once. */
  readonly cut?: boolean
  /** The server expects two bytes before TLS and answers with an S. */
  readonly preData?: boolean
}

/** A driver's WebSocket, whose other end is a server. */
async function started({
  roots = authority.pem,
  host = 'localhost',
  options = {},
  more,
  alpn = [],
  cut,
  preData,
}: Partial<Start>): Promise<{
  socket: SubtlsSocket
  server: SecureSocket
  sent: () => number
  first: () => Uint8Array
}> {
  const { client, server } = streamPair()
  const listeners = new Map<string, ((event: { data?: unknown }) => void)[]>()
  const tell = (type: string, data?: unknown): void => listeners.get(type)?.forEach((listener) => listener({ data }))
  const writer = client.writable.getWriter()
  let sent = 0
  let first: Uint8Array | undefined
  const { startTls, TrustedCert, WebSocketReadQueue } = createSubtls(options)
  const queue = new WebSocketReadQueue({
    addEventListener: (type, listener) => void listeners.set(type, [...(listeners.get(type) ?? []), listener]),
  })
  if (preData) tell('message', Uint8Array.of(83).buffer)
  void (async () => {
    for await (const chunk of client.readable) tell('message', chunk.slice().buffer)
    tell('close')
  })().catch(() => tell('error'))
  const read = queue.read.bind(queue)
  const write = (data: Uint8Array): void => {
    sent += data.length
    const skip = first === undefined && preData === true ? 2 : 0
    first ??= data.slice()
    writer.write(data.slice(skip)).catch(() => undefined)
  }
  const peer = fromStreams(server, { role: serverRole, ...localhost, alpn })
  if (cut) tell('close')
  const database = await TrustedCert.databaseFromPEM(roots)
  const socket = await startTls(host, database, read, write, more)
  return { socket, server: peer, sent: () => sent, first: () => first as Uint8Array }
}
