import assert from 'node:assert/strict'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { mysqlStream } from '@typetls/node-adapter/agents'
import { register } from '@typetls/node-adapter/register'
import mysql from 'mysql2/promise'
import { freePort } from './processes.js'
import { Program } from './program.js'

const installDb = new Program('mariadb-install-db')
const mariadbd = new Program('mariadbd')

export default {
  name: 'MariaDB',
  packages: ['mariadb-server-core', 'mariadb-client-core'],
  programs: [installDb, mariadbd, new Program('my_print_defaults')],

  async start({ directory, tls, processes }) {
    const data = join(directory, 'data')
    const small = ['--innodb-buffer-pool-size=8M', '--innodb-log-file-size=4M', '--innodb-flush-log-at-trx-commit=0']
    processes.run(installDb, [
      '--no-defaults',
      `--datadir=${data}`,
      '--skip-test-db',
      '--auth-root-authentication-method=normal',
      ...small,
    ])
    const init = join(directory, 'init.sql')
    writeFileSync(
      init,
      "create user 'user'@'%' identified by 'secret' require ssl;\n" +
        "create user 'certified'@'%' identified by 'secret' require x509;\ncreate database things;\n" +
        "grant all on things.* to 'user'@'%';\n",
    )
    const port = await freePort()
    const args = [
      ...[
        '--no-defaults',
        `--datadir=${data}`,
        `--socket=${join(directory, 'socket')}`,
        `--init-file=${init}`,
        ...small,
      ],
      ...['--bind-address=127.0.0.1', `--port=${port}`, '--skip-name-resolve', `--pid-file=${join(directory, 'pid')}`],
      ...[`--ssl-ca=${tls.caFile}`, `--ssl-cert=${tls.certFile}`, `--ssl-key=${tls.keyFile}`],
    ]
    await processes.serve(mariadbd, args, [port])
    const connection = await connected({ port }, { stream: mysqlStream({ ca: tls.ca }) })
    const [[{ version }]] = await connection.query('select version() as version')
    await connection.end()
    return { port, version }
  },

  checks: [
    [
      'mysql2',
      'mysqlStream: TLS between the greeting and its answer, and a megabyte there and back',
      async (server) => {
        const connection = await connected(server, { stream: mysqlStream({ ca: server.tls.ca }) })
        assert.equal(await versionOf(connection), 'TLSv1.3')
        const large = 'x'.repeat(1 << 20)
        const [[{ text }]] = await connection.execute('select ? as text', [large])
        assert.equal(text, large)
        await connection.changeUser({ user: 'user', password: 'secret', database: 'things' })
        const [[{ name }]] = await connection.query('select database() as name')
        assert.equal(name, 'things')
        await connection.end()
      },
    ],
    [
      'mysql2',
      'mysqlStream: a client certificate, in TLS 1.2',
      async (server) => {
        const stream = mysqlStream({ ca: server.tls.ca, ...server.tls.client, maxVersion: 'TLSv1.2' })
        const connection = await connected(server, { user: 'certified', database: undefined, stream })
        assert.equal(await versionOf(connection), 'TLSv1.2')
        await connection.end()
      },
    ],
    [
      'mysql2',
      'mysqlStream: a pool of eight',
      async (server) => {
        const pool = mysql.createPool(
          options(server, { stream: mysqlStream({ ca: server.tls.ca }), connectionLimit: 8 }),
        )
        const numbers = Array.from({ length: 40 }, (_, i) => i)
        const answers = await Promise.all(numbers.map((n) => pool.query('select ? as n', [n])))
        assert.deepEqual(
          answers.map(([[{ n }]]) => n),
          numbers,
        )
        await pool.end()
      },
    ],
    [
      'mysql2',
      'mysqlStream: a wrong password is what the server says it is',
      (server) =>
        assert.rejects(connected(server, { password: 'wrong', stream: mysqlStream({ ca: server.tls.ca }) }), {
          code: 'ER_ACCESS_DENIED_ERROR',
        }),
    ],
    [
      'mysql2',
      'register: its own ssl option',
      async (server) => {
        register({ callers: ['mysql2'] })
        const connection = await connected(server, { ssl: { ca: server.tls.ca } })
        assert.ok(connection.connection.stream.facts, 'the socket is ours')
        assert.equal(await versionOf(connection), 'TLSv1.3')
        await connection.end()
      },
    ],
  ],
}

function options({ port }, more) {
  return { host: 'localhost', port, user: 'user', password: 'secret', database: 'things', ...more }
}

function connected(server, more) {
  return mysql.createConnection(options(server, more))
}

/** As the server sees it. */
async function versionOf(connection) {
  const [[{ Value: version }]] = await connection.query("show session status like 'Ssl_version'")
  return version
}
