import assert from 'node:assert/strict'
import { pgStream } from '@typetls/node-adapter/agents'
import { register } from '@typetls/node-adapter/register'
import pg from 'pg'
import postgres from 'postgres'
import { account, programs, startPostgreSql } from './postgresql-server.js'

export default {
  name: 'PostgreSQL',
  packages: ['postgresql'],
  programs,

  async start({ directory, tls, processes }) {
    const port = await startPostgreSql({ directory, tls, processes })
    const client = await connected({ port, tls }, { stream: pgStream({ ca: tls.ca }) })
    await client.query('create role client login')
    const { rows } = await client.query('show server_version')
    await client.end()
    return { port, version: rows[0].server_version }
  },

  checks: [
    [
      'pg',
      'pgStream: SSLRequest, SCRAM-SHA-256-PLUS, and a megabyte there and back',
      async (server) => {
        const client = new pg.Client(
          options(server, { stream: pgStream({ ca: server.tls.ca }), enableChannelBinding: true }),
        )
        const mechanisms = []
        const { connection } = client
        const send = connection.sendSASLInitialResponseMessage
        connection.sendSASLInitialResponseMessage = (mechanism, ...rest) => {
          mechanisms.push(mechanism)
          send.call(connection, mechanism, ...rest)
        }
        await client.connect()
        assert.deepEqual(mechanisms, ['SCRAM-SHA-256-PLUS'])
        assert.equal(await versionOf(client), 'TLSv1.3')
        const large = 'x'.repeat(1 << 20)
        const { rows } = await client.query('select $1::text as text', [large])
        assert.equal(rows[0].text, large)
        await client.end()
      },
    ],
    [
      'pg',
      'pgStream: a client certificate in place of a password, in TLS 1.2',
      async (server) => {
        const stream = pgStream({ ca: server.tls.ca, ...server.tls.client, maxVersion: 'TLSv1.2' })
        const client = await connected(server, { user: 'client', password: undefined, stream })
        assert.equal(await versionOf(client), 'TLSv1.2')
        await client.end()
      },
    ],
    [
      'pg',
      'pgStream: a pool of eight',
      async (server) => {
        const pool = new pg.Pool(options(server, { stream: pgStream({ ca: server.tls.ca }), max: 8 }))
        const numbers = Array.from({ length: 40 }, (_, i) => i)
        const answers = await Promise.all(numbers.map((n) => pool.query('select $1::int as n', [n])))
        assert.deepEqual(
          answers.map(({ rows }) => rows[0].n),
          numbers,
        )
        await pool.end()
      },
    ],
    [
      'pg',
      'pgStream: an unknown authority is refused',
      (server) =>
        assert.rejects(connected(server, { stream: pgStream({ ca: [] }) }), {
          code: 'SELF_SIGNED_CERT_IN_CHAIN',
        }),
    ],
    [
      'postgres',
      'pgStream: as its socket, a megabyte there and back on a pool of four',
      async (server) => {
        const stream = pgStream({ ca: server.tls.ca })
        const { user, password, database } = account
        const where = { host: 'localhost', port: server.port, username: user, password, database, max: 4 }
        const sql = postgres({ ...where, socket: ({ host, port }) => stream().connect(port[0], host[0]) })
        const large = 'x'.repeat(1 << 20)
        const answers = await Promise.all([1, 2, 3, 4].map((n) => sql`select ${large}::text as text, ${n}::int as n`))
        assert.deepEqual(
          answers.map(([{ text, n }]) => [text === large, n]),
          [1, 2, 3, 4].map((n) => [true, n]),
        )
        const [{ version }] = await sql`select version from pg_stat_ssl where pid = pg_backend_pid()`
        assert.equal(version, 'TLSv1.3')
        await sql.end()
      },
    ],
    [
      'postgres',
      'register: its own ssl option, in TLS 1.2; an unknown authority is refused',
      async (server) => {
        register({ callers: ['postgres'], tls: { maxVersion: 'TLSv1.2' } })
        const { user, password, database } = account
        const where = { host: 'localhost', port: server.port, username: user, password, database, max: 1 }
        const sql = postgres({ ...where, ssl: { ca: server.tls.ca } })
        const [{ version }] = await sql`select version from pg_stat_ssl where pid = pg_backend_pid()`
        assert.equal(version, 'TLSv1.2')
        await sql.end()
        const refused = postgres({ ...where, ssl: { ca: [] }, connect_timeout: 2 })
        await assert.rejects(refused`select 1`, { code: 'SELF_SIGNED_CERT_IN_CHAIN' })
        await refused.end()
      },
    ],
    [
      'pg',
      'register: its own ssl option, with SCRAM-SHA-256-PLUS',
      async (server) => {
        register({ callers: ['pg'] })
        const client = await connected(server, { ssl: { ca: server.tls.ca }, enableChannelBinding: true })
        assert.ok(client.connection.stream.facts, 'the socket is ours')
        assert.equal(await versionOf(client), 'TLSv1.3')
        await client.end()
      },
    ],
  ],
}

function options({ port }, more) {
  return { host: 'localhost', port, ...account, ssl: false, ...more }
}

async function connected(server, more) {
  const client = new pg.Client(options(server, more))
  client.on('error', () => {})
  await client.connect()
  return client
}

/** As the server sees it. */
async function versionOf(client) {
  const { rows } = await client.query('select version from pg_stat_ssl where pid = pg_backend_pid()')
  return rows[0].version
}
