import { once } from 'node:events'
import https from 'node:https'
import net from 'node:net'
import type { AddressInfo } from 'node:net'
import nodeTls from 'node:tls'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { ca, duplexPair, identity, listen } from '../../test/loopback.ts'
import { openSslName, readCipherString } from './cipher-string.ts'
import { knownCipherSuites } from '../versions.ts'
import tls from './index.ts'
import * as named from './index.ts'
import { openSslOrder } from './openssl-order.ts'
import { inNodeWords } from './tls-errors.ts'

const credential = identity

function failureOf(socket: net.Socket): Promise<Error & { code?: string; reason?: string; library?: string }> {
  return new Promise((resolve) => socket.once('error', resolve))
}

describe('the module', () => {
  test('gives the same by name and by default, in one object that programs may change', () => {
    for (const name of ['connect', 'createServer', 'Server', 'TLSSocket', 'SecureContext'] as const) {
      expect(tls[name]).toBe(named[name])
    }
    const before = tls.DEFAULT_MIN_VERSION
    tls.DEFAULT_MIN_VERSION = 'TLSv1.3'
    expect(tls.DEFAULT_MIN_VERSION).toBe('TLSv1.3')
    tls.DEFAULT_MIN_VERSION = before
    expect(tls.rootCertificates).toBe(nodeTls.rootCertificates)
  })

  test('has every member of the module that this Node has, by name too, of the same kind', () => {
    // Node has dropped createSecurePair, which was long deprecated.
    const kinds = ({ createSecurePair: _dropped, ...module }: Record<string, unknown>): Record<string, string> =>
      Object.fromEntries(Object.entries(module).map(([name, value]) => [name, typeof value]))
    expect(kinds({ ...tls })).toMatchObject(kinds({ ...nodeTls }))
    expect(kinds({ ...named })).toMatchObject(kinds({ ...nodeTls }))
    expect(Object.getOwnPropertyDescriptor(tls, 'rootCertificates')?.configurable).toBe(false)
    expect(tls.getCertificateCompressionAlgorithms()).toEqual([])
    const found: string[] = []
    for (const name in tls.TLSSocket.prototype) found.push(name)
    expect(found).toEqual(expect.arrayContaining(['renegotiate', 'getPeerCertificate', 'setServername']))
  })

  test('has constructors that need no new', () => {
    const make = (callable: unknown, ...args: unknown[]): unknown =>
      (callable as (...all: unknown[]) => unknown)(...args)
    expect(make(tls.Server, credential)).toBeInstanceOf(tls.Server)
    expect(make(tls.Server, credential)).toBeInstanceOf(net.Server)
    expect(make(tls.SecureContext, 'TLS_method')).toBeInstanceOf(tls.SecureContext)
    const socket = make(tls.TLSSocket) as net.Socket
    expect(socket).toBeInstanceOf(tls.TLSSocket)
    expect(socket).toBeInstanceOf(net.Socket)
    socket.destroy()
  })
})

test('serves and fetches with the options of node:tls', async () => {
  const server = tls.createServer({ secureContext: tls.createSecureContext(credential) }, (socket) =>
    socket.end('hello'),
  )
  const port = await listen(server)
  const client = tls.connect(port, '127.0.0.1', {
    servername: 'localhost',
    secureContext: tls.createSecureContext({ ca }),
  })
  await once(client, 'secureConnect')
  expect(client).toMatchObject({ authorized: true, authorizationError: null })
  expect(String((await client.toArray())[0])).toBe('hello')
})

test('on a transport that is there, whom it was dialled to is verified', async () => {
  const port = await listen(tls.createServer(credential, (socket) => socket.end()))
  const upgraded = (host: string, options: object = {}): net.Socket => {
    const lookup: net.LookupFunction = (_name, { all }, callback) => {
      if (all === true) callback(null, [{ address: '127.0.0.1', family: 4 }])
      else callback(null, '127.0.0.1', 4)
    }
    return tls.connect({ socket: net.connect({ port, host, lookup }), ca, ...options })
  }
  await once(upgraded('other.example'), 'secureConnect')
  expect(await failureOf(upgraded('wrong.example'))).toMatchObject({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' })
  await once(upgraded('wrong.example', { servername: 'localhost' }), 'secureConnect')
  await once(upgraded('wrong.example', { host: 'localhost' }), 'secureConnect')
  // Without a name it is what node:tls takes then, and what an address is dialled as.
  await once(upgraded('127.0.0.1'), 'secureConnect')
})

test('whoever agreed on TLS in the clear hears nothing of it, in either role', async () => {
  const heard: string[] = []
  const listener = net.createServer((socket) => {
    socket.on('data', (chunk) => {
      heard.push(String(chunk))
      socket.write('go ahead')
      // This listener stays where it is.
      new tls.TLSSocket(socket, { isServer: true, ...credential }).end('upgraded')
    })
  })
  const socket = net.connect(await listen(listener), '127.0.0.1').setEncoding('utf8')
  socket.write('may I?')
  const client = await new Promise<net.Socket>((resolve) => {
    socket.on('data', (chunk) => {
      heard.push(String(chunk))
      const upgraded = tls.connect({ socket, servername: 'localhost', ca }, () => {
        // It is nobody's any more, they think.
        socket.removeAllListeners()
        resolve(upgraded)
      })
    })
  })
  expect(String((await client.toArray())[0])).toBe('upgraded')
  expect(heard).toEqual(['may I?', 'go ahead'])
})

test('a context does not decide whether the server is verified', async () => {
  const port = await listen(tls.createServer(credential))
  const secureContext = tls.createSecureContext({ rejectUnauthorized: false })
  const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', secureContext })
  expect(await failureOf(client)).toMatchObject({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
})

test("Node's own https.Server stands on it", async () => {
  const original = nodeTls.Server
  const table = nodeTls as unknown as Record<string, unknown>
  table['Server'] = tls.Server
  try {
    const server = https.createServer(credential, (_request, response) => response.end('over ours'))
    const port = await listen(server)
    const request = https.get({ port, host: '127.0.0.1', servername: 'localhost', ca })
    const [response] = (await once(request, 'response')) as [AsyncIterable<Buffer>]
    for await (const chunk of response) expect(String(chunk)).toBe('over ours')
  } finally {
    table['Server'] = original
  }
})

test('versions are those of the options, and of the defaults that programs assign', async () => {
  const port = await listen(tls.createServer(credential, (socket) => socket.end()))
  const protocolOf = async (options: object): Promise<string | null> => {
    const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ca, ...options })
    await once(client, 'secureConnect')
    const protocol = client.getProtocol()
    client.destroy()
    return protocol
  }
  expect(await protocolOf({})).toBe('TLSv1.3')
  expect(await protocolOf({ maxVersion: 'TLSv1.2' })).toBe('TLSv1.2')
  expect(await protocolOf({ secureProtocol: 'TLSv1_2_method' })).toBe('TLSv1.2')
  const before = tls.DEFAULT_MAX_VERSION
  tls.DEFAULT_MAX_VERSION = 'TLSv1.2'
  try {
    expect(await protocolOf({})).toBe('TLSv1.2')
  } finally {
    tls.DEFAULT_MAX_VERSION = before
  }
})

test('TLSSocket speaks on any stream, in both roles', async () => {
  const [left, right] = duplexPair()
  const server = new tls.TLSSocket(left, { isServer: true, ...credential })
  const client = new tls.TLSSocket(right, { ca, servername: 'localhost' })
  await Promise.all([once(server, 'secure'), once(client, 'secure')])
  server.end('both')
  expect(String((await client.toArray())[0])).toBe('both')
})

describe('failures have the codes that programs test for', () => {
  test.each([
    ['an unknown authority', {}, 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['another name', { ca, servername: 'wrong.example' }, 'ERR_TLS_CERT_ALTNAME_INVALID'],
  ])('%s', async (_what, options, code) => {
    const port = await listen(tls.createServer(credential))
    const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', ...options })
    expect(await failureOf(client)).toMatchObject({ code })
  })

  test.each([
    [0, 'CN=a', 'CN=a', 'DEPTH_ZERO_SELF_SIGNED_CERT'],
    [0, 'CN=a', 'CN=b', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    [1, 'CN=b', 'CN=b', 'SELF_SIGNED_CERT_IN_CHAIN'],
    [1, 'CN=b', 'CN=c', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY'],
  ])('an unknown authority above certificate %i, %s by %s', (index, subject, issuer, code) => {
    const details = { index, certificate: { subject, issuer } }
    expect(inNodeWords(new TlsError('ERR_TLS_CERTIFICATE_UNKNOWN_CA', '', { details }))).toMatchObject({ code })
  })

  test('what the peer says in an alert', async () => {
    const server = tls.createServer(credential)
    const port = await listen(server)
    const failed = once(server, 'tlsClientError')
    const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost' })
    await failureOf(client)
    expect((await failed)[0]).toMatchObject({
      code: 'ERR_SSL_TLSV1_ALERT_UNKNOWN_CA',
      library: 'SSL routines',
      reason: 'tlsv1 alert unknown ca',
      cause: { code: 'ERR_TLS_PEER_ALERT' },
    })
  })

  test('a server that does not speak TLS', async () => {
    const server = net.createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n')).listen(0)
    await once(server, 'listening')
    const client = tls.connect({ port: (server.address() as AddressInfo).port, host: '127.0.0.1', ca })
    expect(await failureOf(client)).toMatchObject({ code: 'ERR_SSL_WRONG_VERSION_NUMBER' })
    server.close()
  })

  test('with rejectUnauthorized false the verdict is told', async () => {
    const port = await listen(tls.createServer(credential, (socket) => socket.end()))
    const client = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false })
    await once(client, 'secureConnect')
    expect(client).toMatchObject({ authorized: false, authorizationError: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' })
    client.destroy()
  })
})

test('a transport that ends without close_notify ends the data, as with node:tls', async () => {
  const port = await listen(
    tls.createServer(credential, (socket) => {
      socket.write('half', () => socket.emit('cut'))
    }),
  )
  const transport = net.connect(port, '127.0.0.1')
  const client = tls.connect({ socket: transport, servername: 'localhost', ca })
  const [first] = (await once(client, 'data')) as [Buffer]
  expect(String(first)).toBe('half')
  const ended = once(client, 'end')
  transport.push(null)
  await ended
})

describe('ticket keys', () => {
  test('that two servers share let each resume sessions of the other', async () => {
    const first = tls.createServer({ ...credential, ticketKeys: Buffer.alloc(48, 1) }, (socket) => socket.end('one'))
    const second = tls.createServer(credential, (socket) => socket.end('two'))
    second.setTicketKeys(first.getTicketKeys())
    expect(second.getTicketKeys()).toEqual(Buffer.alloc(48, 1))
    const dial = { host: '127.0.0.1', servername: 'localhost', ca }
    const client = tls.connect({ ...dial, port: await listen(first) })
    const [session] = (await once(client, 'session')) as [Buffer]
    await client.toArray()
    const again = tls.connect({ ...dial, port: await listen(second), session })
    await once(again, 'secureConnect')
    expect(again.isSessionReused()).toBe(true)
    expect(String((await again.toArray())[0])).toBe('two')
    second.setTicketKeys(Buffer.alloc(48, 2))
    const refused = tls.connect({ ...dial, port: (second.address() as AddressInfo).port, session })
    await once(refused, 'secureConnect')
    expect(refused.isSessionReused()).toBe(false)
    refused.destroy()
  })

  test('that are none are refused', () => {
    const server = new tls.Server()
    for (const keys of [null, undefined, 'abc', 48, {}, []]) {
      expect(() => server.setTicketKeys(keys as never)).toThrow(
        expect.objectContaining({ code: 'ERR_INVALID_ARG_TYPE' }),
      )
    }
    expect(() => server.setTicketKeys(new Uint8Array(47))).toThrow('Session ticket keys must be a 48-byte buffer')
  })
})

describe('options are checked in the words of node:tls', () => {
  test.each([
    [
      { ciphers: 1 },
      'ERR_INVALID_ARG_TYPE',
      'The "options.ciphers" property must be of type string. Received type number (1)',
    ],
    [{ ticketKeys: 'abc' }, 'ERR_INVALID_ARG_TYPE', undefined],
    [
      { ticketKeys: Buffer.alloc(47) },
      'ERR_INVALID_ARG_VALUE',
      "The property 'options.ticketKeys' must be exactly 48 bytes. Received 47",
    ],
    [
      { minVersion: 'TLSv9' },
      'ERR_TLS_INVALID_PROTOCOL_VERSION',
      '"TLSv9" is not a valid minimum TLS protocol version',
    ],
    [{ secureProtocol: 'SSLv3_method' }, 'ERR_TLS_INVALID_PROTOCOL_METHOD', 'SSLv3 methods disabled'],
    [{ secureProtocol: 'TLS_method', minVersion: 'TLSv1.2' }, 'ERR_TLS_PROTOCOL_VERSION_CONFLICT', undefined],
    [{ ciphers: 'NONE-OF-THESE' }, 'ERR_SSL_NO_CIPHER_MATCH', undefined],
    [{ sessionTimeout: -1 }, 'ERR_OUT_OF_RANGE', undefined],
  ])('%o', (options, code, message) => {
    const expected = message === undefined ? { code } : { code, message }
    expect(() => tls.createSecureContext(options as object)).toThrow(expect.objectContaining(expected))
    let theirs: unknown
    try {
      nodeTls.createSecureContext(options as object)
    } catch (error) {
      theirs = error
    }
    expect(theirs).toMatchObject(expected)
  })
})

describe('cipher strings', () => {
  test('know the place of every suite', () => {
    const older = knownCipherSuites.map(({ name }) => name).filter((name) => name.includes('_WITH_'))
    expect(older.toSorted()).toEqual(openSslOrder.toSorted())
  })

  const older = [
    'TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256',
    'TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384',
    'TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256',
    'TLS_RSA_WITH_AES_128_CBC_SHA',
  ]
  const rows = [...['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_AES_128_CCM_SHA256'], ...older].map(
    (name, id) => ({ id, name, aead: '', hash: 'sha256', recordLimit: 1 }),
  )
  const names = (text: string): string[] => {
    const { suites, olderSuites } = readCipherString(text, rows)
    return [...suites, ...olderSuites]
  }

  test("names are OpenSSL's", () => {
    expect(older.map(openSslName)).toEqual([
      'ECDHE-RSA-AES128-GCM-SHA256',
      'ECDHE-ECDSA-AES256-GCM-SHA384',
      'ECDHE-RSA-CHACHA20-POLY1305',
      'AES128-SHA',
    ])
  })

  test('aliases, their combinations and operators choose and order', () => {
    const modern = ['TLS_AES_256_GCM_SHA384', 'TLS_AES_128_GCM_SHA256']
    expect(names('ECDHE+AESGCM')).toEqual([...modern, older[1], older[0]])
    expect(names('ALL:!aRSA')).toEqual([...modern, older[1]])
    expect(names('ALL:!RSA')).toEqual([...modern, older[1], older[2], older[0]])
    expect(names('SHA256:SHA1')).toEqual([...modern, older[3]])
    expect(names('ALL:-ECDHE:ECDSA:@STRENGTH')).toEqual([...modern, older[3], older[1]])
    expect(names('ALL:+AESGCM')).toEqual([...modern, older[2], older[3], older[1], older[0]])
    expect(names('TLS_AES_256_GCM_SHA384:AES128-SHA')).toEqual(['TLS_AES_256_GCM_SHA384', older[3]])
    expect(names('ECDHE+AESGCM@SECLEVEL=0')).toEqual([...modern, older[1], older[0]])
    expect(names('TLS_AES_128_CCM_SHA256')).toEqual(['TLS_AES_128_CCM_SHA256'])
  })
})
