import { getDiffieHellman } from 'node:crypto'
import { once } from 'node:events'
import nodeTls from 'node:tls'
import { createAuthority } from '@typetls/testing'
import { expect, test } from 'vitest'
import { listen } from '../../test/loopback.ts'
import { readDhParameters } from './dh-parameters.ts'
import tls from './index.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['localhost'], keyType: 'rsa' })
const identity = { cert: leaf.pem, key: leaf.privateKeyPem }
const dial = { host: '127.0.0.1', servername: 'localhost', ca: root.pem, maxVersion: 'TLSv1.2' } as const
const ciphers = 'DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256'

/** PKCS #3. */
function pemOf(prime: Buffer): string {
  const number = (bytes: Buffer): Buffer[] => [Buffer.from([0x02, 0x82, bytes.length >> 8, bytes.length & 0xff]), bytes]
  const content = Buffer.concat([...number(Buffer.concat([Buffer.of(0), prime])), Buffer.of(0x02, 1, 2)])
  const der = Buffer.concat([Buffer.of(0x30, 0x82, content.length >> 8, content.length & 0xff), content])
  return `-----BEGIN DH PARAMETERS-----\n${der.toString('base64')}\n-----END DH PARAMETERS-----\n`
}

const own = pemOf(getDiffieHellman('modp14').getPrime())

test('a server does DHE with parameters of its own', async () => {
  const port = await listen(tls.createServer({ ...identity, ciphers, dhparam: own }, (socket) => socket.end()))
  const options = { ...dial, port, ciphers: 'DHE-RSA-AES128-GCM-SHA256' }
  for (const client of [tls.connect(options), nodeTls.connect(options)]) {
    await once(client, 'secureConnect')
    expect(client.getEphemeralKeyInfo()).toEqual({ type: 'DH', size: 2048 })
    client.destroy()
  }
})

test('a client may ask for larger ones', async () => {
  const port = await listen(tls.createServer({ ...identity, ciphers, dhparam: 'auto' }))
  const client = tls.connect({ ...dial, port, ciphers: 'DHE-RSA-AES128-GCM-SHA256', minDHSize: 3072 })
  client.on('secureConnect', () => expect.unreachable())
  expect((await once(client, 'error'))[0]).toMatchObject({ code: 'ERR_TLS_DH_PARAM_SIZE' })
})

test('a server without parameters does no DHE', async () => {
  const port = await listen(tls.createServer({ ...identity, ciphers }, (socket) => socket.end()))
  const client = tls.connect({ ...dial, port, ciphers })
  await once(client, 'secureConnect')
  expect(client.facts?.cipherSuite).toContain('ECDHE')
  client.destroy()
})

test('what is too small is refused or warned of, and what cannot be read is as good as none', () => {
  const modp = (name: string): string => pemOf(getDiffieHellman(name).getPrime())
  expect(() => readDhParameters(modp('modp1'), 1)).toThrow('DH parameter is less than 1024 bits')
  expect(() => readDhParameters(modp('modp2'), 2)).toThrow('Error setting temp DH parameter')
  expect(readDhParameters(modp('modp2'), 1)).toEqual({ warning: 'DH parameter is less than 2048 bits' })
  expect(readDhParameters('none', 2)).toEqual({})
  expect(readDhParameters(own.replace('DH PARAMETERS', 'PARAMETERS'), 2)).toEqual({})
  const composite = getDiffieHellman('modp14').getPrime()
  composite.writeUInt8(composite.readUInt8(255) ^ 2, 255)
  expect(readDhParameters(Buffer.from(pemOf(composite)), 2)).toMatchObject({ warning: /no safe prime/ })
})
