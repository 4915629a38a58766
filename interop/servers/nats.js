import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { register } from '@typetls/node-adapter/register'
import { connect } from 'nats'
import { freePort } from './processes.js'
import { Program } from './program.js'

const natsServer = new Program('nats-server')

export default {
  name: 'NATS',
  packages: ['nats-server'],
  programs: [natsServer],

  async start({ directory, tls, processes }) {
    const port = await freePort()
    const config = join(directory, 'nats.conf')
    writeFileSync(
      config,
      `listen: "127.0.0.1:${port}"
tls {
  ca_file: "${tls.caFile}"
  cert_file: "${tls.certFile}"
  key_file: "${tls.keyFile}"
  verify: true
}
`,
    )
    await processes.serve(natsServer, ['-c', config], [port])
    return { port, version: processes.run(natsServer, ['--version']).match(/ v(\S+)/)?.[1] }
  },

  checks: [
    [
      'nats',
      'register: TLS after the greeting, a client certificate, half a megabyte there and back',
      async (server) => {
        register({ callers: ['nats'] })
        const client = await connected(server)
        const { socket } = client.protocol.transport
        assert.ok(socket.facts, 'the socket is ours')
        assert.equal(socket.getProtocol(), 'TLSv1.3')
        client.subscribe('echo', { callback: (_error, message) => message.respond(message.data) })
        const large = new Uint8Array(1 << 19).fill(7)
        const { data } = await client.request('echo', large, { timeout: 5000 })
        assert.ok(Buffer.from(large).equals(data))
        await client.drain()
      },
    ],
    [
      'nats',
      'register: an unknown authority, and a client without a certificate, are refused',
      async (server) => {
        register({ callers: ['nats'] })
        await assert.rejects(connected(server, { ca: [] }), /unable to verify|self-signed/)
        await assert.rejects(connected(server, { cert: undefined, key: undefined }))
      },
    ],
  ],
}

function connected({ port, tls }, more) {
  const options = { ca: tls.ca, ...tls.client, ...more }
  return connect({ servers: `localhost:${port}`, tls: options, reconnect: false, timeout: 5000 })
}
