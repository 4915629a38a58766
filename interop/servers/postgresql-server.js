import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { freePort } from './processes.js'
import { Program, postgresqlDirectories } from './program.js'

const initdb = new Program('initdb', postgresqlDirectories)
const postgres = new Program('postgres', postgresqlDirectories)

export const programs = [initdb, postgres]

/** Whom it lets in by password. */
export const account = { user: 'admin', password: 'secret', database: 'postgres' }

/** Makes a cluster in the directory, and starts it on a port of loopback, where it wants TLS. */
export async function startPostgreSql({ directory, tls, processes }) {
  const data = join(directory, 'data')
  const password = join(directory, 'password')
  writeFileSync(password, `${account.password}\n`)
  processes.run(initdb, ['-D', data, '-U', account.user, '-A', 'scram-sha-256', '--pwfile', password, '-N'])
  // Over TLS with a password, or with a certificate; never without.
  writeFileSync(
    join(data, 'pg_hba.conf'),
    'hostssl all client 127.0.0.1/32 cert\nhostssl all all 127.0.0.1/32 scram-sha-256\n',
  )
  appendFileSync(
    join(data, 'postgresql.conf'),
    `ssl = on\nssl_ca_file = '${tls.caFile}'\nssl_cert_file = '${tls.certFile}'\nssl_key_file = '${tls.keyFile}'\n` +
      `unix_socket_directories = ''\nfsync = off\n`,
  )
  const port = await freePort()
  await processes.serve(postgres, ['-D', data, '-p', String(port), '-h', '127.0.0.1'], [port])
  return port
}
