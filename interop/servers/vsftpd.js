import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { Writable } from 'node:stream'
import { register } from '@typetls/node-adapter/register'
import { Client } from 'basic-ftp'
import { freePort, give } from './processes.js'
import { Program } from './program.js'

const vsftpd = new Program('vsftpd')

export default {
  name: 'vsftpd',
  packages: ['vsftpd'],
  programs: [vsftpd],

  async start({ directory, tls, processes }) {
    const files = join(directory, 'files')
    mkdirSync(files)
    writeFileSync(join(files, 'large'), 'x'.repeat(4 << 20))
    const port = await freePort()
    const config = join(directory, 'vsftpd.conf')
    writeFileSync(
      config,
      `listen=YES
listen_address=127.0.0.1
listen_port=${port}
background=NO
run_as_launching_user=YES
anonymous_enable=YES
local_enable=NO
anon_root=${files}
no_anon_password=YES
xferlog_enable=NO
ssl_enable=YES
allow_anon_ssl=YES
force_anon_logins_ssl=YES
force_anon_data_ssl=YES
require_ssl_reuse=YES
ssl_ciphers=HIGH
rsa_cert_file=${tls.certFile}
rsa_private_key_file=${tls.keyFile}
seccomp_sandbox=NO
`,
    )
    await processes.serve(vsftpd, [give(config)], [port])
    return { port }
  },

  checks: [
    [
      'basic-ftp',
      'register: AUTH TLS, and data connections that resume the session of the control connection',
      async ({ port, tls }) => {
        register({ callers: ['basic-ftp'] })
        const client = new Client()
        const secureOptions = { ca: tls.ca, servername: 'localhost' }
        await client.access({ host: '127.0.0.1', port, secure: true, secureOptions })
        assert.ok(client.ftp.socket.facts, 'the socket is ours')
        assert.deepEqual(
          (await client.list()).map(({ name, size }) => [name, size]),
          [['large', 4 << 20]],
        )
        let length = 0
        const into = new Writable({
          write(chunk, _encoding, callback) {
            length += chunk.length
            callback()
          },
        })
        await client.downloadTo(into, 'large')
        assert.equal(length, 4 << 20)
        client.close()
      },
    ],
  ],
}
