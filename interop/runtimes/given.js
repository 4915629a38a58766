import { once } from 'node:events'
import tls from 'node:tls'
import { createRelay } from '@typetls/relay'
import { createAuthority } from '@typetls/testing'

/** What the suite `web` is given: certificates, and on loopback a server of `node:tls` that echoes, and a relay to it. */
export async function giveServer() {
  const authority = createAuthority()
  const leaf = authority.issue({ dns: ['localhost'] })
  const client = authority.issue({ subject: 'a client' })
  const server = tls.createServer(
    {
      cert: leaf.chainPem,
      key: leaf.privateKeyPem,
      ca: authority.pem,
      requestCert: true,
      rejectUnauthorized: false,
      ALPNProtocols: ['echo'],
      minVersion: 'TLSv1.3',
      allowHalfOpen: true,
    },
    (socket) => {
      socket.on('error', () => socket.destroy())
      // Says who is there, and then everything again.
      socket.write(`${socket.authorized ? socket.getPeerCertificate().subject.CN : 'nobody'}\n`)
      socket.pipe(socket)
    },
  )
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  const relay = createRelay({ allow: [`127.0.0.1:${port}`] })
  const relayUrl = `ws://127.0.0.1:${(await relay.listen()).port}/`
  return {
    given: {
      ca: authority.pem,
      stranger: createAuthority({ name: 'a stranger' }).pem,
      server: { cert: leaf.chainPem, key: leaf.privateKeyPem },
      client: { cert: client.chainPem, key: client.privateKeyPem },
      address: { hostname: '127.0.0.1', port },
      relayUrl,
    },
    async close() {
      await relay.close()
      server.close()
    },
  }
}
