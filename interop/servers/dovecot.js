import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { imapTransport } from '@typetls/node-adapter/agents'
import { register } from '@typetls/node-adapter/register'
import { ImapFlow } from 'imapflow'
import { freePort, unprivileged } from './processes.js'
import { Program } from './program.js'

const dovecot = new Program('dovecot')

export default {
  name: 'Dovecot',
  packages: ['dovecot-imapd'],
  programs: [dovecot],

  async start({ directory, tls, processes }) {
    const [plain, secure] = [await freePort(), await freePort()]
    const config = join(directory, 'dovecot.conf')
    const [user, group] = [nameOf('-un'), nameOf('-gn')]
    writeFileSync(
      config,
      `base_dir = ${join(directory, 'run')}
state_dir = ${join(directory, 'state')}
log_path = /dev/stderr
protocols = imap
listen = 127.0.0.1
default_internal_user = ${user}
default_internal_group = ${group}
default_login_user = ${user}
first_valid_uid = 1
ssl = required
ssl_cert = <${tls.certFile}
ssl_key = <${tls.keyFile}
mail_location = maildir:${join(directory, 'mail')}
service imap-login {
  chroot =
  inet_listener imap {
    port = ${plain}
  }
  inet_listener imaps {
    port = ${secure}
    ssl = yes
  }
}
service anvil {
  chroot =
}
passdb {
  driver = static
  args = password=secret
}
userdb {
  driver = static
  args = uid=${unprivileged.uid} gid=${unprivileged.gid} home=${join(directory, 'home')}
}
`,
    )
    await processes.serve(dovecot, ['-F', '-c', config], [plain, secure])
    return { plain, secure, version: processes.run(dovecot, ['--version']).split(' ')[0] }
  },

  checks: [
    [
      'imapflow',
      'imapTransport: TLS from the first byte, a message of a megabyte',
      async ({ secure, tls }) => {
        const client = imap({ port: secure, secure: true, transport: imapTransport({ ca: tls.ca }) })
        await client.connect()
        assert.equal(client.tls.version, 'TLSv1.3')
        assert.equal(client.tls.authorized, true)
        const text = `Subject: large\r\n\r\n${`${'x'.repeat(78)}\r\n`.repeat(13_000)}`
        await client.append('INBOX', text)
        const lock = await client.getMailboxLock('INBOX')
        const { source } = await client.fetchOne('*', { source: true })
        assert.equal(String(source), text)
        lock.release()
        await client.logout()
      },
    ],
    [
      'imapflow',
      'imapTransport: STARTTLS',
      async ({ plain, tls }) => {
        const client = imap({ port: plain, secure: false, doSTARTTLS: true, transport: imapTransport({ ca: tls.ca }) })
        await client.connect()
        assert.equal(client.tls.version, 'TLSv1.3')
        await client.logout()
      },
    ],
    [
      'imapflow',
      'imapTransport: an unknown authority is refused',
      ({ secure }) =>
        assert.rejects(imap({ port: secure, secure: true, transport: imapTransport({ ca: [] }) }).connect(), {
          code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
        }),
    ],
    [
      'imapflow',
      'register: its own STARTTLS, in TLS 1.2',
      async ({ plain, tls }) => {
        register({ callers: ['imapflow'], tls: { ca: tls.ca, maxVersion: 'TLSv1.2' } })
        const client = imap({ port: plain, secure: false, doSTARTTLS: true })
        await client.connect()
        assert.equal(client.tls.version, 'TLSv1.2')
        assert.ok(client.socket.facts, 'the socket is ours')
        await client.logout()
      },
    ],
  ],
}

/** Of whom it runs as. */
function nameOf(flag) {
  return execFileSync('id', [flag, String(unprivileged.uid)], { encoding: 'utf8' }).trim()
}

function imap(options) {
  const auth = { user: 'user', pass: 'secret' }
  const client = new ImapFlow({ host: 'localhost', auth, logger: false, ...options })
  client.on('error', () => {})
  return client
}
