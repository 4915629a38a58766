import { once } from 'node:events'
import type { Socket } from 'node:net'
import nodeTls from 'node:tls'
import { Secret } from '@typetls/crypto-provider'
import { describe, expect, test } from 'vitest'
import { listen } from '../../test/loopback.ts'
import * as plain from '../index.ts'
import { getCiphers } from './cipher-string.ts'
import tls from './index.ts'

const keys: Readonly<Record<string, Buffer>> = {
  one: Buffer.from('82072606b502b0f4025e90eb75fe137d', 'hex'),
  two: Buffer.alloc(64, 7),
}
const ciphers = 'PSK+HIGH:TLS_AES_128_GCM_SHA256'
const find = (_socket: unknown, identity: string): Buffer | null => keys[identity] ?? null
const ours = tls as unknown as typeof nodeTls

const versions = ['TLSv1.2', 'TLSv1.3'] as const
const stacks: readonly [string, typeof nodeTls, typeof nodeTls][] = [
  ['our client and a server of node:tls', ours, nodeTls],
  ['a client of node:tls and our server', nodeTls, ours],
  ['our client and our server', ours, ours],
]

/** What the client reads or fails with and thinks of the server, and what the server has to say. */
async function play(
  client: typeof nodeTls,
  server: typeof nodeTls,
  options: { readonly client?: object; readonly server?: object; readonly both?: object } = {},
) {
  const { both } = options
  const ofServer: object = { ciphers, pskCallback: find, ...both, ...options.server }
  const listener = server.createServer(ofServer, (socket) => {
    socket.end(String(socket.getProtocol()))
  })
  const failed = once(listener, 'tlsClientError').then(([error]) => error as Error & { code?: string })
  const port = await listen(listener)
  const ofClient: nodeTls.ConnectionOptions = {
    host: '127.0.0.1',
    port,
    ciphers,
    checkServerIdentity: () => undefined,
    pskCallback: () => ({ identity: 'one', psk: keys['one'] as Buffer }),
    ...both,
    ...options.client,
  }
  const socket = client.connect(ofClient)
  let peer: unknown
  socket.once('secureConnect', () => (peer = [socket.authorized, socket.getPeerCertificate()]))
  return { told: await endOf(socket), failed, peer }
}

/** All that was said, or the error. */
function endOf(socket: Socket): Promise<string | Error> {
  return new Promise((resolve) => {
    let all = ''
    socket.on('data', (chunk) => (all += String(chunk)))
    socket.once('error', resolve)
    socket.once('close', () => resolve(all))
  })
}

describe.each(stacks)('%s', (_, client, server) => {
  test.each(versions)('share a key in %s', async (version) => {
    const { told, peer } = await play(client, server, { both: { minVersion: version, maxVersion: version } })
    expect([told, peer]).toEqual([version, [true, {}]])
  })

  test('choose a key by the hint of a server with TLS 1.2', async () => {
    const hints: unknown[] = []
    const { told } = await play(client, server, {
      client: {
        pskCallback: (hint: string | null) => {
          hints.push(hint)
          return { identity: 'two', psk: new Uint8Array(keys['two'] as Buffer) }
        },
      },
      server: { pskIdentityHint: 'the second', pskCallback: (...args: [unknown, string]) => ({ psk: find(...args) }) },
      both: { maxVersion: 'TLSv1.2' },
    })
    expect([told, hints]).toEqual(['TLSv1.2', ['the second']])
  })

  test('know no unknown identity', async () => {
    const stranger = { pskCallback: () => ({ identity: 'nobody', psk: keys['one'] }) }
    const older = await play(client, server, { client: stranger, both: { maxVersion: 'TLSv1.2' } })
    expect(older.told).toMatchObject({ code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_PSK_IDENTITY' })
    expect(await older.failed).toMatchObject({ code: 'ERR_SSL_PSK_IDENTITY_NOT_FOUND' })
    const newer = await play(client, server, { client: stranger })
    expect(newer.told).toMatchObject({ code: 'ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE' })
  })

  test('take no wrong key', async () => {
    const wrong = { pskCallback: () => ({ identity: 'one', psk: keys['two'] }) }
    const { told } = await play(client, server, { client: wrong, both: { maxVersion: 'TLSv1.2' } })
    expect(told).toMatchObject({ code: 'ERR_SSL_SSLV3_ALERT_BAD_RECORD_MAC' })
    expect((await play(client, server, { client: wrong })).told).toBeInstanceOf(Error)
  })

  test('cannot do without a key of the client', async () => {
    const none = { pskCallback: () => null }
    const { told } = await play(client, server, { client: none, both: { maxVersion: 'TLSv1.2' } })
    expect(told).toMatchObject({ code: 'ERR_SSL_PSK_IDENTITY_NOT_FOUND' })
  })
})

describe('a callback of ours', () => {
  test.each(versions)('that throws, or answers what is no key, fails the socket alone in %s', async (version) => {
    const both = { minVersion: version, maxVersion: version }
    const answers: readonly [() => unknown, object][] = [
      [() => assertNever('none today'), { message: 'none today' }],
      [() => 'text', { code: 'ERR_INVALID_ARG_TYPE' }],
      [() => ({ psk: 'text', identity: 'one' }), { code: 'ERR_INVALID_ARG_TYPE' }],
      [() => ({ psk: Buffer.alloc(513), identity: 'one' }), { code: 'ERR_INVALID_ARG_VALUE' }],
    ]
    for (const [pskCallback, error] of answers) {
      expect((await play(ours, nodeTls, { both, client: { pskCallback } })).told).toMatchObject(error)
      const { failed } = await play(nodeTls, ours, { both, server: { pskCallback } })
      expect(await failed).toMatchObject(error)
    }
  })

  test('gives an identity that OpenSSL has room for', async () => {
    const pskCallback = () => ({ psk: keys['one'], identity: 'x'.repeat(257) })
    const { told } = await play(ours, nodeTls, { client: { pskCallback } })
    expect(told).toMatchObject({ code: 'ERR_INVALID_ARG_VALUE' })
  })
})

test('a hint that is too long fails every handshake of a server, as in node:tls', async () => {
  for (const server of [ours, nodeTls]) {
    const { failed } = await play(ours, server, { server: { pskIdentityHint: 'x'.repeat(257) } })
    expect(await failed).toMatchObject({
      // Node.js 20 has it with a letter too few.
      code: expect.stringMatching(/^ERR_TLS_PSK_SET_IDENTIT?Y_HINT_FAILED$/) as string,
    })
  }
})

test('suites for keys have the names that OpenSSL gives them', () => {
  const theirs = nodeTls
    .getCiphers()
    .filter((name) => /^(?:ecdhe-|dhe-)?psk-(?:aes.*gcm|chacha20)|^(?:ecdhe-)?psk-aes/.test(name))
  const known = getCiphers().filter((name) => name.includes('psk'))
  expect(theirs.filter((name) => !known.includes(name))).toEqual([])
  // OpenSSL does not have those of RFC 8442, and Node's none with CCM.
  const unnamed = known.filter((name) => !theirs.includes(name))
  expect(unnamed.filter((name) => !/^ecdhe-psk-aes\d+-gcm|-ccm/.test(name))).toEqual([])
})

test('the sockets with names of ours take keys as both versions have them, and no pskCallback', async () => {
  const psk = { identity: Buffer.from('one'), secret: new Secret(keys['one'] as Buffer) }
  const cipherSuites = ['TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256']
  for (const maxVersion of versions) {
    const both = { cipherSuites, maxVersion }
    const server = plain.createServer({ ...both, externalPsk: () => psk }, (socket) => {
      socket.end(String(socket.getProtocol()))
    })
    const port = await listen(server)
    const socket = plain.connect({
      ...both,
      host: '127.0.0.1',
      port,
      selectExternalPsk: () => psk,
      externalPsks: [psk],
    })
    expect(await endOf(socket)).toBe(maxVersion)
    expect(socket.authorized).toBe(true)
    expect(Buffer.from(socket.facts?.externalPskIdentity ?? []).toString()).toBe('one')
  }
  const asked = { pskCallback: () => null } as plain.ConnectOptions
  expect(() => plain.connect(asked)).toThrow(expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' }))
})

function assertNever(message: string): never {
  throw new Error(message)
}
