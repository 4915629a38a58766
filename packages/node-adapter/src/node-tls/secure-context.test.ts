import { createPrivateKey, generateKeyPairSync } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import nodeTls from 'node:tls'
import { createAuthority } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import { authority, ca, clientIdentity, identity, listen } from '../../test/loopback.ts'
import type { AskForContext, NodeTlsOptions, SecureContext, Server, TLSSocket } from './index.ts'
import tls from './index.ts'

const rsa = createAuthority({ keyType: 'rsa' }).issue({ dns: ['localhost'], keyType: 'rsa', keyUsage: [] })
const small = generateKeyPairSync('rsa', { modulusLength: 512 }).privateKey
const smallLeaf = createAuthority().issue({ key: small, keyType: 'rsa' })
const encrypted = createPrivateKey(identity.key).export({
  format: 'pem',
  type: 'sec1',
  cipher: 'aes-256-cbc',
  passphrase: 'sesame',
})

function store(name: string): Buffer {
  return readFileSync(new URL(`../../../x509/test/stores/${name}`, import.meta.url))
}

function refusalOf(make: (options: never) => unknown, options: object): unknown {
  try {
    make(options as never)
    return 'none'
  } catch (error) {
    const { message, code, library, reason } = error as Error & Record<string, unknown>
    return { message, code, library, reason, isTypeError: error instanceof TypeError }
  }
}

describe('what is refused, and what is not, is as in node:tls, with its codes and words', () => {
  test.each<[string, object]>([
    ['a key of another certificate', { cert: identity.cert, key: clientIdentity.key }],
    ['a key of another kind, which is another slot', { cert: identity.cert, key: rsa.privateKeyPem }],
    ['a certificate alone', { cert: identity.cert }],
    ['a key alone', { key: identity.key }],
    ['nothing, in the ways that programs say it', { cert: false, key: '', ca: 0, crl: null, ciphers: null }],
    ['text that is no key', { key: 'none' }],
    ['text that is no certificate', { cert: 'none' }],
    ['a certificate that is none inside', { cert: '-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n' }],
    ['an authority that is none', { ca: 'none' }],
    ['an encrypted key without its passphrase', { key: encrypted }],
    [
      'an encrypted key with another passphrase',
      { key: [{ pem: encrypted, passphrase: 'open' }], passphrase: 'sesame' },
    ],
    ['an encrypted key with its passphrase', { cert: identity.cert, key: encrypted, passphrase: 'sesame' }],
    ['a PKCS#12 file that is none', { pfx: Buffer.from('none') }],
    ['a PKCS#12 file with another passphrase', { pfx: store('modern.p12'), passphrase: 'open' }],
    ['a CRL that is none', { crl: 'none' }],
    ['a curve that nobody knows', { ecdhCurve: 'P-256:nope' }],
    ['no signature algorithm', { sigalgs: '' }],
    ['a suite of TLS 1.3 that nobody knows', { ciphers: 'TLS_NOPE' }],
    ['no suite at all', { ciphers: ':' }],
    ['another name for a key identifier', { privateKeyIdentifier: 'id' }],
    ['a key identifier beside a key', { key: identity.key, privateKeyEngine: 'a', privateKeyIdentifier: 'b' }],
    ['an engine that is no name', { privateKeyEngine: 0, privateKeyIdentifier: 'b' }],
    ['a client certificate engine that is no name', { clientCertEngine: 1 }],
    ['options of OpenSSL that are no number', { secureOptions: 'all' }],
    ['a key that is true', { key: true }],
    ['a list with a certificate that is true', { cert: [identity.cert, true] }],
    ['an authority that is true', { ca: true }],
    ['a passphrase that is a number', { key: identity.key, passphrase: 1 }],
  ])('%s', (_what, options) => {
    expect(refusalOf(tls.createSecureContext, options)).toEqual(refusalOf(nodeTls.createSecureContext, options))
  })

  test('engines are not to be had', () => {
    for (const options of [{ clientCertEngine: 'a' }, { privateKeyEngine: 'a', privateKeyIdentifier: 'b' }]) {
      expect(refusalOf(tls.createSecureContext, options)).toMatchObject({
        code: 'ERR_CRYPTO_CUSTOM_ENGINE_NOT_SUPPORTED',
      })
    }
  })

  test('a key below the security level', () => {
    const options = { cert: smallLeaf.pem, key: small.export({ format: 'pem', type: 'pkcs8' }) as string }
    expect(refusalOf(tls.createSecureContext, options)).toMatchObject({ code: 'ERR_SSL_EE_KEY_TOO_SMALL' })
    expect(refusalOf(tls.createSecureContext, { ...options, ciphers: 'DEFAULT:@SECLEVEL=0' })).toBe('none')
  })
})

/** A handshake, as the client sees it. */
async function agreed(
  server: object,
  client: object,
): Promise<{ cipher: string; authorized: boolean; subject: string }> {
  const port = await listen(tls.createServer(server, (socket) => socket.end()))
  const socket = tls.connect({ port, host: '127.0.0.1', servername: 'localhost', rejectUnauthorized: false, ...client })
  await once(socket, 'secureConnect')
  const subject = String(socket.getPeerX509Certificate()?.subject)
  socket.destroy()
  return { cipher: socket.facts?.cipherSuite ?? '', authorized: socket.authorized, subject }
}

test('keys and certificates come in any order, one of each kind, and the suite says which is taken', async () => {
  const server = { cert: [rsa.pem, identity.cert], key: [identity.key, rsa.privateKeyPem] }
  const maxVersion = 'TLSv1.2'
  expect((await agreed(server, { ciphers: 'ECDHE-ECDSA-AES256-GCM-SHA384', maxVersion })).cipher).toContain('ECDSA')
  expect((await agreed(server, { ciphers: 'ECDHE-RSA-AES256-GCM-SHA384', maxVersion })).cipher).toContain('ECDHE_RSA')
})

test('authorities are added to a context that is there, beside the roots or not', async () => {
  const secureContext = tls.createSecureContext()
  expect((await agreed(identity, { secureContext })).authorized).toBe(false)
  secureContext.context.addCACert(ca)
  expect((await agreed(identity, { secureContext })).authorized).toBe(true)
})

test('options may be inherited, ours too', async () => {
  const clock = { now: () => Date.UTC(2100, 1) }
  for (const [options, authorized] of [
    [{ ca }, true],
    [{ ca, clock }, false],
  ] as const) {
    const secureContext = tls.createSecureContext(Object.create(options) as NodeTlsOptions)
    expect((await agreed(identity, { secureContext })).authorized).toBe(authorized)
  }
})

test('authorities complete a chain that is only a leaf', async () => {
  const middle = authority.issueIntermediate()
  const leaf = middle.issue({ dns: ['localhost'] })
  const own = { cert: leaf.pem, key: leaf.privateKeyPem }
  expect((await agreed(own, { ca })).authorized).toBe(false)
  expect((await agreed({ ...own, ca: [middle.pem, ca] }, { ca })).authorized).toBe(true)
})

test('a path ends at an authority that is not self-signed only if told so', async () => {
  const middle = authority.issueIntermediate()
  const leaf = middle.issue({ dns: ['localhost'] })
  const own = { cert: leaf.pem, key: leaf.privateKeyPem }
  expect((await agreed(own, { ca: middle.pem })).authorized).toBe(false)
  expect((await agreed(own, { ca: middle.pem, allowPartialTrustChain: true })).authorized).toBe(true)
  const port = await listen(tls.createServer(own))
  const [error] = (await once(tls.connect({ port, ca: middle.pem }), 'error')) as [Error & { code: string }]
  expect(error.code).toBe('UNABLE_TO_GET_ISSUER_CERT')
})

test('authorities of a PKCS#12 file are trusted beside the roots', () => {
  const { context } = tls.createSecureContext({ pfx: store('modern.p12'), passphrase: 'hällo' })
  expect(context.getCertificate()).toBeInstanceOf(Buffer)
  expect(context.options.ca).not.toHaveLength(0)
})

describe('names of a server', () => {
  const other = createAuthority({ name: 'other', key: 4 })
  const stranger = other.issue({ subject: 'of another authority' })
  const dial = { cert: stranger.pem, key: stranger.privateKeyPem, rejectUnauthorized: false }
  const context: NodeTlsOptions = { ...identity, ca: other.pem }

  async function judged(
    serverOptions: object,
    servername: string,
    prepare?: (server: Server) => void,
  ): Promise<boolean> {
    const server = tls.createServer({ ...identity, ca, requestCert: true, rejectUnauthorized: false, ...serverOptions })
    prepare?.(server)
    const port = await listen(server)
    const client = tls.connect({ port, host: '127.0.0.1', servername, ...dial })
    const [[socket]] = (await Promise.all([once(server, 'secureConnection'), once(client, 'secureConnect')])) as [
      [TLSSocket],
      unknown,
    ]
    client.destroy()
    return socket.authorized
  }

  test('have authorities of their own, by addContext', async () => {
    const add = (server: Server): void => server.addContext('*.example', tls.createSecureContext(context))
    expect(await judged({}, 'one.example', add)).toBe(true)
    expect(await judged({}, 'localhost', add)).toBe(false)
  })

  test('have authorities of their own, by SNICallback', async () => {
    const SNICallback = (name: string, callback: (error: Error | null, context?: SecureContext) => void): void => {
      setImmediate(callback, null, name === 'one.example' ? tls.createSecureContext(context) : undefined)
    }
    expect(await judged({ SNICallback }, 'one.example')).toBe(true)
    expect(await judged({ SNICallback }, 'localhost')).toBe(false)
  })

  test.each<[string, AskForContext, string]>([
    ['answers with something else', (_name, callback) => callback(null, {} as SecureContext), 'Invalid SNI context'],
    ['fails', (_name, callback) => callback(new Error('no such name')), 'no such name'],
  ])('SNICallback that %s ends the connection', async (_what, SNICallback, message) => {
    const server = tls.createServer({ ...identity, SNICallback })
    const port = await listen(server)
    const client = tls.connect({ port, servername: 'one.example', ca }).on('error', () => {})
    const [error] = (await once(server, 'tlsClientError')) as [Error]
    expect(error.message).toBe(message)
    client.destroy()
  })
})

test.each(['TLSv1.2', 'TLSv1.3'])(
  'a client that nobody vouches for sees its %s end, and the server is told',
  async (maxVersion) => {
    const server = tls.createServer({ ...identity, ca, requestCert: true, maxVersion })
    server.on('secureConnection', () => expect.unreachable())
    const port = await listen(server)
    const stranger = createAuthority({ name: 'other', key: 4 }).issue({ subject: 'a stranger' })
    const client = tls.connect({ port, servername: 'localhost', ca, cert: stranger.pem, key: stranger.privateKeyPem })
    const seen: unknown[] = []
    client.on('error', ({ code }: Error & { code?: string }) => seen.push(code))
    const closed = new Promise((resolve) => client.on('close', resolve))
    const [error] = (await once(server, 'tlsClientError')) as [Error]
    await closed
    expect(error).toMatchObject({ code: 'ECONNRESET', message: 'socket hang up' })
    // In TLS 1.3 a client is done before the server has looked.
    if (maxVersion === 'TLSv1.2') expect(seen).toEqual(['ECONNRESET'])
  },
)

test('setSecureContext starts from the defaults, and requestCert stays', async () => {
  const server = tls.createServer({
    ...identity,
    ca,
    requestCert: true,
    ciphers: 'ECDHE+AESGCM',
    rejectUnauthorized: false,
  })
  server.setSecureContext({ cert: rsa.pem, key: rsa.privateKeyPem })
  const port = await listen(server)
  const client = tls.connect({ port, rejectUnauthorized: false, ...clientIdentity })
  const [socket] = (await once(server, 'secureConnection')) as [TLSSocket]
  expect(socket.getPeerX509Certificate()).toBeDefined()
  expect(socket.authorized).toBe(false)
  client.destroy()
})

test('a context that Node made is refused, since nobody can read its keys', () => {
  const secureContext = nodeTls.createSecureContext(identity) as unknown as SecureContext
  const refused = expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' })
  expect(() => tls.connect({ port: 1, secureContext })).toThrow(refused)
  expect(() => tls.createServer({ secureContext })).toThrow(refused)
  expect(() => tls.createServer(identity).addContext('localhost', secureContext)).toThrow(refused)
})

test('a server keeps to the order of its suites, static RSA in front or not', async () => {
  const server = { cert: rsa.pem, key: rsa.privateKeyPem, maxVersion: 'TLSv1.2' }
  const both = { ciphers: 'ECDHE-RSA-AES128-GCM-SHA256:AES128-GCM-SHA256' }
  expect((await agreed({ ...server, ciphers: 'AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256' }, both)).cipher).toBe(
    'TLS_RSA_WITH_AES_128_GCM_SHA256',
  )
  expect((await agreed({ ...server, ...both }, both)).cipher).toBe('TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256')
})

test('what inherits from the inside of a context is none', () => {
  const { context } = tls.createSecureContext() as { context: { _external: object } }
  expect(context._external).toEqual({})
  const inherits = Object.create(context) as typeof context
  expect(() => inherits._external).toThrow(TypeError)
})

test.each([
  ['zlib', 'must be an instance of Array'],
  [
    ['zlib', 'lzma'],
    "The property 'options.certificateCompression[1]' must be 'zlib', 'brotli', or 'zstd'. Received 'lzma'",
  ],
  [['zlib', 'zlib', 'zlib', 'zlib'], 'can specify at most 3 algorithms'],
])('certificateCompression %j is refused as by Node, and what may be asked for changes nothing', (given, message) => {
  const context = (certificateCompression: unknown) => (): unknown =>
    tls.createSecureContext({ certificateCompression } as never)
  expect(context(given)).toThrow(message)
  expect(context(['brotli', 'zlib'])).not.toThrow()
})
