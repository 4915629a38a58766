// `npm run interop:servers [-- NAME...] [--no-install]`: the servers that Debian has, driven by the libraries that people
// use, over our sockets. Installs what is missing, starts each on loopback with a certificate of ours, and stops it.
// Fails when a check failed or a server could not be had; where there is no apt-get, says so and fails nothing.
import { parseArgs } from 'node:util'
import { install } from './install.js'
import { play } from './play.js'
import dovecot from './dovecot.js'
import exim from './exim.js'
import mariadb from './mariadb.js'
import mosquitto from './mosquitto.js'
import nats from './nats.js'
import nginx from './nginx.js'
import openldap from './openldap.js'
import postgresql from './postgresql.js'
import rabbitmq from './rabbitmq.js'
import redis from './redis.js'
import vsftpd from './vsftpd.js'

const all = [postgresql, mariadb, redis, rabbitmq, nats, mosquitto, openldap, dovecot, exim, nginx, vsftpd]
const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: { 'no-install': { type: 'boolean', default: false } },
})
const servers = positionals.length === 0 ? all : all.filter(({ name }) => positionals.includes(name.toLowerCase()))
if (servers.length === 0) throw new Error(`there are ${all.map(({ name }) => name.toLowerCase()).join(', ')}`)

// Whoever stops us stops the servers, which are in groups of their own.
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.once(signal, () => process.exit(1))

const missing = values['no-install'] ? undefined : install(servers)
if (missing !== undefined) console.log(`going on without what is not there: ${missing}`)

const rows = []
for (const server of servers) {
  const lacking = server.programs.filter((program) => !program.exists())
  if (lacking.length > 0) {
    rows.push({
      server: server.name,
      library: '',
      check: lacking.map(({ name }) => name).join(),
      result: 'not installed',
    })
    if (missing === undefined) process.exitCode = 1
    continue
  }
  const played = await play(server)
  rows.push(...played)
  if (played.some(({ result }) => result !== 'ok')) process.exitCode = 1
}

const columns = ['server', 'library', 'check', 'ms', 'result']
const widths = columns.map((column) => Math.max(...rows.map((row) => String(row[column] ?? '').length), column.length))
for (const row of [Object.fromEntries(columns.map((column) => [column, column])), ...rows]) {
  console.log(
    columns
      .map((column, i) => String(row[column] ?? '').padEnd(widths[i]))
      .join('  ')
      .trimEnd(),
  )
}
const passed = rows.filter(({ result }) => result === 'ok').length
console.log(`\n${passed} of ${rows.length} checks passed`)
