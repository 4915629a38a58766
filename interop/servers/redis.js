import assert from 'node:assert/strict'
import { ioredisConnector } from '@typetls/node-adapter/agents'
import { register } from '@typetls/node-adapter/register'
import { Redis } from 'ioredis'
import { createClient } from 'redis'
import { freePort } from './processes.js'
import { Program } from './program.js'

const redisServer = new Program('redis-server')

export default {
  name: 'Redis',
  packages: ['redis-server'],
  programs: [redisServer],

  async start({ directory, tls, processes }) {
    const port = await freePort()
    const args = [
      ...['--port', '0', '--tls-port', String(port), '--bind', '127.0.0.1', '--dir', directory, '--save', ''],
      ...['--tls-cert-file', tls.certFile, '--tls-key-file', tls.keyFile, '--tls-ca-cert-file', tls.caFile],
      ...['--tls-auth-clients', 'yes', '--requirepass', 'secret'],
    ]
    await processes.serve(redisServer, args, [port])
    return { port, version: processes.run(redisServer, ['--version']).match(/v=(\S+)/)?.[1] }
  },

  checks: [
    [
      'ioredis',
      'ioredisConnector: with a client certificate, a pipeline, and a subscription',
      async ({ port, tls }) => {
        const Connector = ioredisConnector({ ca: tls.ca, ...tls.client })
        const redis = new Redis({
          host: 'localhost',
          port,
          password: 'secret',
          Connector,
          tls: {},
          maxRetriesPerRequest: 0,
        })
        const large = 'x'.repeat(1 << 20)
        const answers = await redis.pipeline().set('large', large).get('large').exec()
        assert.equal(answers[1][1], large)
        const listener = redis.duplicate()
        await listener.subscribe('news')
        const heard = new Promise((resolve) => listener.once('message', (_, text) => resolve(text)))
        await redis.publish('news', 'hello')
        assert.equal(await heard, 'hello')
        await Promise.all([redis.quit(), listener.quit()])
      },
    ],
    [
      'ioredis',
      'ioredisConnector: connects again',
      async ({ port, tls }) => {
        const Connector = ioredisConnector({ ca: tls.ca, ...tls.client })
        const redis = new Redis({
          host: 'localhost',
          port,
          password: 'secret',
          Connector,
          tls: {},
          retryStrategy: () => 10,
        })
        assert.equal(await redis.ping(), 'PONG')
        redis.disconnect(true)
        assert.equal(await redis.ping(), 'PONG')
        await redis.quit()
      },
    ],
    [
      'ioredis',
      'ioredisConnector: without a certificate the server refuses',
      async ({ port, tls }) => {
        const Connector = ioredisConnector({ ca: tls.ca })
        const options = { Connector, tls: {}, lazyConnect: true, retryStrategy: null, enableOfflineQueue: false }
        const redis = new Redis({ host: 'localhost', port, password: 'secret', ...options })
        const failed = new Promise((resolve) => redis.once('error', resolve))
        await assert.rejects(redis.connect())
        // Its alert may be overtaken by the reset that what we had sent meanwhile is answered with.
        assert.match((await failed).code, /^(ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED|ECONNRESET|EPIPE)$/)
      },
    ],
    [
      'redis',
      'register: node-redis, which has no plug',
      async ({ port, tls }) => {
        register({ callers: ['@redis/client'] })
        const socket = { host: 'localhost', port, tls: true, ca: tls.ca, ...tls.client, reconnectStrategy: false }
        const client = createClient({ socket, password: 'secret' })
        client.on('error', () => {})
        await client.connect()
        const large = 'y'.repeat(1 << 20)
        await client.set('other', large)
        assert.equal(await client.get('other'), large)
        await client.close()
      },
    ],
  ],
}
