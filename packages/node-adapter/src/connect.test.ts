import { once } from 'node:events'
import type { AddressInfo } from 'node:net'
import { createAuthority } from '@typetls/testing'
import { expect, test } from 'vitest'
import { connect, createServer } from './index.ts'

const authority = createAuthority()
const leaf = authority.issue({ dns: ['localhost'] })

test('a client and a server of ours greet each other over loopback', async () => {
  const server = createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem }, (socket) => socket.end('hello'))
  server.on('tlsClientError', (e) => console.log('tce', e))
  server.listen(0)
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  const client = connect({ port, host: 'localhost', ca: authority.pem })
  const text = (await client.setEncoding('utf8').toArray()).join('')
  expect(text).toBe('hello')
  expect(client.authorized).toBe(true)
  server.close()
})
