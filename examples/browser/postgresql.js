// A PostgreSQL of one's own: made in a temporary directory, on loopback, with TLS 1.3 and a certificate for `localhost`.
import { spawn, spawnSync } from 'node:child_process'
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync, chmodSync, chownSync } from 'node:fs'
import net from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'

/** Where `initdb` and `postgres` are, or undefined: on Debian not on the PATH, but in a folder for each version. */
export function findPostgreSql() {
  const debian = '/usr/lib/postgresql'
  const versions = existsSync(debian) ? readdirSync(debian).sort((a, b) => Number(b) - Number(a)) : []
  const places = [
    ...versions.map((version) => join(debian, version, 'bin')),
    ...(process.env.PATH ?? '').split(delimiter),
  ]
  const complete = (place) => ['initdb', 'postgres'].every((program) => existsSync(join(place, program)))
  // It does not run as root: then there has to be its own user.
  const runnable = process.getuid?.() !== 0 || postgresUser() !== undefined
  return runnable ? places.find(complete) : undefined
}

export const postgreSqlHint = 'there is no PostgreSQL; on Debian: apt-get install postgresql'

/**
 * @param {string} programs what `findPostgreSql` found
 * @param {{ chainPem: string, privateKeyPem: string }} identity for `localhost`
 */
export async function startPostgreSql(programs, identity) {
  const directory = mkdtempSync(join(tmpdir(), 'typetls-postgresql-'))
  const owner = process.getuid?.() === 0 ? postgresUser() : undefined
  const remove = () => rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  try {
    const data = join(directory, 'data')
    const password = write('password', 'example')
    write('server.crt', identity.chainPem)
    write('server.key', identity.privateKeyPem)
    if (owner) chownSync(directory, owner.uid, owner.gid)
    const initdb = [
      ['-D', data, '-U', 'page', '--pwfile', password, '--encoding', 'UTF8', '--no-locale', '--no-sync'],
      ['--auth-local', 'scram-sha-256', '--auth-host', 'scram-sha-256'],
    ].flat()
    const made = spawnSync(join(programs, 'initdb'), initdb, { ...owner, cwd: directory, encoding: 'utf8' })
    if (made.status !== 0) throw new Error(`initdb: ${made.error?.message ?? made.stderr}`)
    // Without TLS nobody gets in.
    writeFileSync(join(data, 'pg_hba.conf'), 'hostssl all all 127.0.0.1/32 scram-sha-256\n')
    const port = await freePort()
    const settings = {
      listen_addresses: '127.0.0.1',
      port,
      unix_socket_directories: '',
      fsync: 'off',
      ssl: 'on',
      ssl_min_protocol_version: 'TLSv1.3',
      ssl_cert_file: join(directory, 'server.crt'),
      ssl_key_file: join(directory, 'server.key'),
    }
    const options = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`])
    const server = spawn(join(programs, 'postgres'), ['-D', data, ...options], {
      ...owner,
      cwd: directory,
      stdio: ['ignore', 'ignore', 'pipe'],
    })
    const ended = new Promise((resolve) => server.once('close', resolve))
    // It must not outlive whoever started it: Vite, for one, ends the process by itself.
    const kill = () => {
      server.kill('SIGKILL')
      remove()
    }
    process.once('exit', kill)
    await ready(server)
    return {
      port,
      user: 'page',
      password: 'example',
      database: 'postgres',
      async close() {
        process.off('exit', kill)
        server.kill('SIGINT')
        await ended
        remove()
      },
    }
  } catch (error) {
    remove()
    throw error
  }

  function write(name, text) {
    const path = join(directory, name)
    writeFileSync(path, text)
    chmodSync(path, 0o600)
    if (owner) chownSync(path, owner.uid, owner.gid)
    return path
  }
}

function ready(server) {
  return new Promise((resolve, reject) => {
    let log = ''
    server.stderr.setEncoding('utf8').on('data', (text) => {
      log += text
      if (log.includes('ready to accept connections')) resolve()
    })
    server.once('error', reject)
    server.once('close', () => reject(new Error(`postgres ended:\n${log}`)))
  })
}

function postgresUser() {
  const id = (option) =>
    Number(spawnSync('id', [option, 'postgres'], { encoding: 'utf8' }).stdout?.trim() || Number.NaN)
  const [uid, gid] = [id('-u'), id('-g')]
  return Number.isNaN(uid) || Number.isNaN(gid) ? undefined : { uid, gid }
}

function freePort() {
  return new Promise((resolve, reject) => {
    const probe = net.createServer()
    probe.once('error', reject)
    probe.listen(0, '127.0.0.1', () => {
      const { port } = probe.address()
      probe.close(() => resolve(port))
    })
  })
}
