import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import type { AddressInfo, Socket } from 'node:net'
import { createServer } from 'node:net'
import tls from 'node:tls'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createSelfSigned } from '@typetls/testing'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// A runner in small: node:tls behind the eight bytes that tell the runner which test calls.
const directory = mkdtempSync(join(tmpdir(), 'typetls-shim-'))
const shim = join(directory, 'shim')

describe.skipIf(process.platform === 'win32')('the shim as a program', () => {
  beforeAll(() => {
    const build = spawnSync(process.execPath, [fileURLToPath(new URL('build.js', import.meta.url)), directory])
    expect(`${build.stderr}`).toBe('')
  }, 120_000)

  afterAll(() => rmSync(directory, { recursive: true }))

  test('says that it splits no handshakes, and that it does not know a flag', () => {
    expect(spawnSync(shim, ['-is-handshaker-supported'])).toMatchObject({ status: 0, stdout: Buffer.from('No\n') })
    expect(spawnSync(shim, ['-no-such-flag']).status).toBe(89)
  })

  test('says who it is, shakes hands, and echoes inverted bytes until close_notify', async () => {
    const { socket, shimId, result } = await called(['-shim-id', '7', '-expect-version', '772'])
    expect(shimId).toBe(7n)
    const server = secured(socket)
    server.end(Uint8Array.of(1, 2, 3))
    const chunks: Buffer[] = []
    for await (const chunk of server) chunks.push(chunk as Buffer)
    expect(Buffer.concat(chunks)).toEqual(Buffer.from([0xfe, 0xfd, 0xfc]))
    expect(await result).toEqual({ code: 0, stderr: '' })
  }, 60_000)

  test('names the cause of a failure and leaves with 0, as the peer was told', async () => {
    const { socket, result } = await called(['-verify-fail', '-verify-peer', '-use-custom-verify-callback'])
    const server = secured(socket)
    const [error] = (await once(server, 'error')) as [NodeJS.ErrnoException]
    expect(error.code).toBe('ERR_SSL_SSLV3_ALERT_CERTIFICATE_UNKNOWN')
    socket.destroy()
    const { code, stderr } = await result
    expect(code).toBe(0)
    expect(stderr).toMatch(/^ERR_TLS_CERTIFICATE_REFUSED :CERTIFICATE_VERIFY_FAILED:/)
  }, 60_000)

  test('leaves with 90 when an expectation does not hold', async () => {
    const { socket, result } = await called(['-expect-hrr'])
    secured(socket).on('error', () => undefined)
    const { code, stderr } = await result
    expect(code).toBe(90)
    expect(stderr).toMatch(/HelloRetryRequest is false/)
  }, 60_000)
})

interface Result {
  readonly code: number
  readonly stderr: string
}

async function called(flags: readonly string[]): Promise<{ socket: Socket; shimId: bigint; result: Promise<Result> }> {
  const listener = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1')
  await once(listener, 'listening')
  const child = spawn(shim, ['-port', `${(listener.address() as AddressInfo).port}`, ...flags])
  let stderr = ''
  child.stderr.on('data', (text: Buffer) => {
    stderr += `${text}`
  })
  const result = once(child, 'close').then(([code]) => ({ code: code as number, stderr }))
  const [socket] = (await once(listener, 'connection')) as [Socket]
  listener.close()
  socket.on('error', () => undefined)
  await once(socket, 'readable')
  const id = socket.read(8) as Buffer
  return { socket, shimId: id.readBigUInt64LE(), result }
}

function secured(socket: Socket): tls.TLSSocket {
  const { pem: cert, privateKeyPem: key } = createSelfSigned({ dns: ['server.test'] })
  return new tls.TLSSocket(socket, { isServer: true, secureContext: tls.createSecureContext({ cert, key }) })
}
