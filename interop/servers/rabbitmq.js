import assert from 'node:assert/strict'
import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { register } from '@typetls/node-adapter/register'
import amqp from 'amqplib'
import { freePort } from './processes.js'
import { Program } from './program.js'

// Debian puts a script before it on the PATH that wants to be root or `rabbitmq`.
const rabbitmq = new Program('rabbitmq-server', () => ['/usr/lib/rabbitmq/bin'])
const epmd = new Program('epmd')

export default {
  name: 'RabbitMQ',
  packages: ['rabbitmq-server'],
  programs: [rabbitmq, epmd],

  async start({ directory, tls, processes }) {
    const port = await freePort()
    const file = (name, text) => {
      writeFileSync(join(directory, name), text)
      return join(directory, name)
    }
    const config = file(
      'rabbitmq.conf',
      `listeners.tcp = none
listeners.ssl.default = 127.0.0.1:${port}
ssl_options.cacertfile = ${tls.caFile}
ssl_options.certfile = ${tls.certFile}
ssl_options.keyfile = ${tls.keyFile}
ssl_options.verify = verify_peer
ssl_options.fail_if_no_peer_cert = true
ssl_options.versions.1 = tlsv1.3
ssl_options.versions.2 = tlsv1.2
log.file = false
log.console = true
log.console.level = warning
`,
    )
    // Erlang's nodes find each other by a daemon, which would be started for good if there were none.
    const epmdPort = String(await freePort())
    await processes.serve(epmd, ['-address', '127.0.0.1', '-port', epmdPort], [Number(epmdPort)])
    const env = {
      ...process.env,
      HOME: directory,
      ERL_EPMD_PORT: epmdPort,
      ERL_EPMD_ADDRESS: '127.0.0.1',
      RABBITMQ_NODENAME: 'typetls@localhost',
      RABBITMQ_DIST_PORT: String(await freePort()),
      RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS: '-kernel inet_dist_use_interface {127,0,0,1}',
      RABBITMQ_CONFIG_FILE: config,
      RABBITMQ_CONF_ENV_FILE: join(directory, 'none'),
      RABBITMQ_ENABLED_PLUGINS_FILE: file('enabled_plugins', '[].'),
      RABBITMQ_MNESIA_BASE: join(directory, 'mnesia'),
      RABBITMQ_LOG_BASE: join(directory, 'log'),
    }
    await processes.serve(rabbitmq, [], [port], { env })
    register({ callers: ['amqplib'] })
    const connection = await connected({ port, tls })
    const { version } = connection.connection.serverProperties
    await connection.close()
    return { port, version }
  },

  checks: [
    [
      'amqplib',
      'register: a client certificate, and a megabyte there and back',
      async (server) => {
        register({ callers: ['amqplib'] })
        await echoes(await connected(server), 'TLSv1.3')
      },
    ],
    [
      'amqplib',
      'register: TLS 1.2, for this host only',
      async (server) => {
        register({ hosts: ['localhost'], tls: { maxVersion: 'TLSv1.2' } })
        await echoes(await connected(server), 'TLSv1.2')
      },
    ],
    [
      'amqplib',
      'register: Node serves what is not on the list',
      async (server) => {
        register({ callers: ['amqplib'], hosts: ['other.example'] })
        const connection = await connected(server)
        assert.equal(socketOf(connection).facts, undefined)
        await connection.close()
      },
    ],
    [
      'amqplib',
      'register: an unknown authority, and a client without a certificate, are refused',
      async (server) => {
        register({ callers: ['amqplib'] })
        await assert.rejects(connected(server, { ca: [] }), { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
        const refused = connected(server, { cert: undefined, key: undefined })
        // Its alert may be overtaken by the reset that what we had sent meanwhile is answered with.
        await assert.rejects(refused, ({ code, message }) =>
          /^ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED$|ECONNRESET|EPIPE/.test(code ?? message),
        )
      },
    ],
  ],
}

async function connected({ port, tls }, more) {
  const connection = await amqp.connect(`amqps://localhost:${port}`, { ca: tls.ca, ...tls.client, ...more })
  connection.on('error', () => {})
  return connection
}

async function echoes(connection, version) {
  assert.ok(socketOf(connection).facts, 'the socket is ours')
  assert.equal(socketOf(connection).getProtocol(), version)
  const channel = await connection.createConfirmChannel()
  const { queue } = await channel.assertQueue('', { exclusive: true })
  const large = Buffer.alloc(1 << 20, 'x')
  const heard = new Promise((resolve) => void channel.consume(queue, resolve, { noAck: true }))
  channel.sendToQueue(queue, large)
  await channel.waitForConfirms()
  assert.ok(large.equals((await heard).content))
  const closed = once(socketOf(connection), 'close')
  await connection.close()
  await closed
}

function socketOf(connection) {
  return connection.connection.stream
}
