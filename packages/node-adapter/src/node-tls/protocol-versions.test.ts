import { constants } from 'node:crypto'
import { once } from 'node:events'
import nodeTls from 'node:tls'
import { expect, onTestFinished, test } from 'vitest'
import { ca, identity, listen } from '../../test/loopback.ts'
import tls from './index.ts'

async function protocolOf(server: object, client: object): Promise<string | null | undefined> {
  const port = await listen(tls.createServer({ ...identity, ...server }, (socket) => socket.end()))
  const socket = tls.connect({ port, servername: 'localhost', ca, ...client } as never)
  return new Promise((resolve) => {
    socket.on('secureConnect', () => {
      resolve(socket.getProtocol())
      socket.destroy()
    })
    socket.on('error', (error: Error & { code?: string }) => resolve(error.code))
  })
}

test.each([
  ['nothing', {}, {}, 'TLSv1.3'],
  [
    'a minimum that is older than we are',
    { minVersion: 'TLSv1' },
    { minVersion: 'TLSv1.1', maxVersion: 'TLSv1.2' },
    'TLSv1.2',
  ],
  ['any version', { secureProtocol: 'TLS_method' }, { secureProtocol: 'TLSv1_2_client_method' }, 'TLSv1.2'],
  ['options of OpenSSL', { secureOptions: constants.SSL_OP_NO_TLSv1_3 }, {}, 'TLSv1.2'],
  [
    'suites of TLS 1.3 only',
    { ciphers: 'TLS_AES_128_GCM_SHA256' },
    { maxVersion: 'TLSv1.2' },
    'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION',
  ],
  ['a client that is older than we are', {}, { maxVersion: 'TLSv1.1' }, 'ERR_SSL_NO_PROTOCOLS_AVAILABLE'],
  ['a server that is older than we are', { maxVersion: 'TLSv1.1' }, {}, 'ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION'],
  [
    'a client that has no version',
    {},
    { minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' },
    'ERR_SSL_NO_PROTOCOLS_AVAILABLE',
  ],
])('%s', async (_what, server, client, expected) => {
  expect(await protocolOf(server, client)).toBe(expected)
})

test('what programs assign to node:tls holds too, until they assign to the drop-in', async () => {
  const before = nodeTls.DEFAULT_MAX_VERSION
  onTestFinished(() => {
    nodeTls.DEFAULT_MAX_VERSION = before
    tls.DEFAULT_MAX_VERSION = before
  })
  nodeTls.DEFAULT_MAX_VERSION = 'TLSv1.2'
  expect(await protocolOf({}, {})).toBe('TLSv1.2')
  tls.DEFAULT_MAX_VERSION = 'TLSv1.2'
  nodeTls.DEFAULT_MAX_VERSION = 'TLSv1.3'
  expect(await protocolOf({}, {})).toBe('TLSv1.2')
})

test.each([
  ['suites of TLS 1.3 alone', { ciphers: 'TLS_AES_128_GCM_SHA256', maxVersion: 'TLSv1.2' }, {}],
  ['suites that we do not have', { ciphers: 'CAMELLIA128-SHA', maxVersion: 'TLSv1.2' }, {}],
  ['such suites, and TLS 1.3', { ciphers: 'CAMELLIA128-SHA' }, { maxVersion: 'TLSv1.2' }],
  ['DHE without parameters', { ciphers: 'DHE-RSA-AES128-GCM-SHA256', maxVersion: 'TLSv1.2' }, {}],
])('a server whose cipher suites are %s speaks TLS 1.2, though none of them', async (_what, given, client) => {
  const server = tls.createServer({ ...identity, ...given })
  const port = await listen(server)
  const told = once(server, 'tlsClientError') as Promise<[Error]>
  const socket = nodeTls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ...client } as never)
  const error = await new Promise((resolve) => socket.once('error', resolve))
  expect(error).toMatchObject({ code: expect.stringMatching(/ALERT_HANDSHAKE_FAILURE$/) as string })
  expect((await told)[0]).toMatchObject({ code: 'ERR_SSL_NO_SHARED_CIPHER' })
})

test.each([
  ['of TLS 1.3', 'TLS_AES_128_GCM_SHA256', 'ERR_SSL_NO_CIPHERS_AVAILABLE'],
  ['for PSKs', 'PSK-AES128-GCM-SHA256', 'ERR_SSL_NO_CIPHERS_AVAILABLE'],
  ['of both versions', 'TLS_AES_128_GCM_SHA256:ECDHE-ECDSA-AES128-GCM-SHA256', 'TLSv1.2'],
])('a client of TLS 1.2 alone whose suites are %s', async (_what, ciphers, expected) => {
  expect(await protocolOf({}, { ciphers, maxVersion: 'TLSv1.2' })).toBe(expected)
})

test('a server without a version tells its own side so too', async () => {
  const server = tls.createServer({ ...identity, minVersion: 'TLSv1.3', maxVersion: 'TLSv1.2' })
  const port = await listen(server)
  nodeTls.connect({ port, ca }).on('error', () => {})
  const [error] = (await once(server, 'tlsClientError')) as [Error]
  expect(error).toMatchObject({ code: 'ERR_SSL_NO_PROTOCOLS_AVAILABLE', library: 'SSL routines' })
})
