import assert from 'node:assert/strict'
import { existsSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { nodemailerSocket } from '@typetls/node-adapter/agents'
import { register } from '@typetls/node-adapter/register'
import nodemailer from 'nodemailer'
import { freePort, unprivileged } from './processes.js'
import { Program } from './program.js'

const exim = new Program('exim4')

export default {
  name: 'Exim',
  packages: ['exim4-daemon-light'],
  programs: [exim],

  async start({ directory, tls, processes }) {
    const [plain, secure] = [await freePort(), await freePort()]
    const config = join(directory, 'exim.conf')
    // It takes what comes in TLS, and keeps it in its queue.
    writeFileSync(
      config,
      `primary_hostname = localhost
spool_directory = ${join(directory, 'spool')}
log_file_path = ${join(directory, 'log-%s')}
local_interfaces = 127.0.0.1
pid_file_path = ${join(directory, 'pid')}
daemon_smtp_ports = ${plain} : ${secure}
tls_on_connect_ports = ${secure}
tls_advertise_hosts = *
tls_certificate = ${tls.certFile}
tls_privatekey = ${tls.keyFile}
host_lookup =
keep_environment =
exim_user = ${unprivileged.uid}
exim_group = ${unprivileged.gid}
queue_only = true
acl_smtp_rcpt = recipient
acl_smtp_data = message
begin acl
recipient:
  accept encrypted = *
  deny message = only in TLS
message:
  accept
`,
    )
    await processes.serve(exim, ['-C', config, '-bdf'], [plain, secure])
    const version = processes.run(exim, ['-bV']).match(/version (\S+)/)?.[1]
    return { plain, secure, spool: join(directory, 'spool', 'input'), version }
  },

  checks: [
    [
      'nodemailer',
      'nodemailerSocket: TLS from the first byte, a message of a megabyte, with GnuTLS on the other side',
      async (server) => {
        const getSocket = nodemailerSocket({ ca: server.tls.ca })
        const options = { host: 'localhost', port: server.secure, secure: true, getSocket }
        await sends(server, options, 'TLS1.3')
      },
    ],
    [
      'nodemailer',
      'nodemailerSocket: STARTTLS',
      async (server) => {
        const getSocket = nodemailerSocket({ ca: server.tls.ca })
        await sends(server, { host: 'localhost', port: server.plain, getSocket }, 'TLS1.3')
      },
    ],
    [
      'nodemailer',
      'register: STARTTLS, in TLS 1.2',
      async (server) => {
        register({ callers: ['nodemailer'], tls: { ca: server.tls.ca, maxVersion: 'TLSv1.2' } })
        await sends(server, { host: 'localhost', port: server.plain, requireTLS: true }, 'TLS1.2')
      },
    ],
    [
      'nodemailer',
      'register: an unknown authority is refused',
      async (server) => {
        register({ callers: ['nodemailer'], tls: { ca: [] } })
        const transport = nodemailer.createTransport({ host: 'localhost', port: server.plain, requireTLS: true })
        await assert.rejects(transport.sendMail(message('refused')), /certificate/)
      },
    ],
  ],
}

async function sends({ spool }, options, version) {
  const text = `${'x'.repeat(70)}\n`.repeat(15_000)
  const before = new Set(queued(spool))
  await nodemailer.createTransport(options).sendMail(message(text))
  const [name] = queued(spool).filter((file) => !before.has(file))
  assert.ok(readFileSync(join(spool, name), 'latin1').replaceAll('\r', '').includes(text), 'it is in the queue')
  const header = readFileSync(join(spool, name.replace(/-D$/, '-H')), 'latin1')
  assert.match(header, new RegExp(`\\(${version}\\)`))
}

function queued(spool) {
  return existsSync(spool) ? readdirSync(spool).filter((file) => file.endsWith('-D')) : []
}

function message(text) {
  return { from: 'a@example.org', to: 'b@example.org', subject: 'hello', text }
}
