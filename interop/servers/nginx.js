import assert from 'node:assert/strict'
import { once } from 'node:events'
import https from 'node:https'
import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { HttpsAgent, http2Connect, undiciConnector } from '@typetls/node-adapter/agents'
import { register } from '@typetls/node-adapter/register'
import { Agent, request } from 'undici'
import { freePort } from './processes.js'
import { Program } from './program.js'

const nginx = new Program('nginx')

export default {
  name: 'nginx',
  packages: ['nginx-light'],
  programs: [nginx],

  async start({ directory, tls, processes }) {
    const port = await freePort()
    const config = join(directory, 'nginx.conf')
    const temporary = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi']
    writeFileSync(
      config,
      `daemon off;
pid ${join(directory, 'pid')};
error_log stderr;
events {}
http {
  access_log off;
  ${temporary.map((name) => `${name}_temp_path ${join(directory, name)};`).join(' ')}
  root ${directory};
  ssl_certificate ${tls.certFile};
  ssl_certificate_key ${tls.keyFile};
  ssl_client_certificate ${tls.caFile};
  ssl_protocols TLSv1.2 TLSv1.3;
  ssl_verify_client optional;
  ssl_session_cache shared:sessions:1m;
  server {
    listen 127.0.0.1:${port} ssl http2;
    location = /facts {
      return 200 "$ssl_protocol $ssl_session_reused $server_protocol $ssl_client_verify $connection_requests";
    }
  }
}
`,
    )
    writeFileSync(join(directory, 'large'), 'x'.repeat(4 << 20))
    await processes.serve(nginx, ['-p', directory, '-e', 'stderr', '-c', config], [port])
    return { port }
  },

  checks: [
    [
      'https',
      'HttpsAgent: keeps connections, resumes sessions, in both versions',
      async ({ port, tls }) => {
        for (const version of ['TLSv1.3', 'TLSv1.2']) {
          const agent = new HttpsAgent({ ca: tls.ca, keepAlive: true, maxVersion: version })
          assert.equal(await get(port, '/facts', agent), `${version} . HTTP/1.1 NONE 1`)
          assert.equal(await get(port, '/facts', agent), `${version} . HTTP/1.1 NONE 2`)
          agent.destroy()
          assert.equal(await get(port, '/facts', agent), `${version} r HTTP/1.1 NONE 1`)
          assert.equal((await get(port, '/large', agent)).length, 4 << 20)
          agent.destroy()
        }
      },
    ],
    [
      'https',
      'HttpsAgent: a client certificate',
      async ({ port, tls }) => {
        const agent = new HttpsAgent({ ca: tls.ca, ...tls.client })
        assert.equal(await get(port, '/facts', agent), 'TLSv1.3 . HTTP/1.1 SUCCESS 1')
      },
    ],
    [
      'http2',
      'http2Connect: four megabytes at once with other requests',
      async ({ port, tls }) => {
        const session = http2Connect(`https://localhost:${port}`, { ca: tls.ca })
        const ask = async (path) => (await session.request({ ':path': path }).setEncoding('latin1').toArray()).join('')
        const [large, ...facts] = await Promise.all(['/large', '/facts', '/facts'].map(ask))
        assert.equal(large.length, 4 << 20)
        assert.match(facts[0], /^TLSv1\.3 \. HTTP\/2\.0/)
        assert.deepEqual([session.encrypted, session.alpnProtocol, session.socket.authorized], [true, 'h2', true])
        session.close()
        await once(session, 'close')
      },
    ],
    [
      'undici',
      'undiciConnector: HTTP/1.1, and HTTP/2 where both want it',
      async ({ port, tls }) => {
        for (const [allowH2, protocol] of [
          [false, 'HTTP/1.1'],
          [true, 'HTTP/2.0'],
        ]) {
          const dispatcher = new Agent({ connect: undiciConnector({ ca: tls.ca, allowH2 }), allowH2 })
          const { body } = await request(`https://localhost:${port}/facts`, { dispatcher })
          assert.match(await body.text(), new RegExp(`^TLSv1\\.3 \\. ${protocol} `))
          await dispatcher.close()
        }
      },
    ],
    [
      'fetch',
      "register: Node's own, four megabytes",
      async ({ port, tls }) => {
        register({ callers: ['undici'], tls: { ca: tls.ca } })
        const response = await fetch(`https://localhost:${port}/large`)
        assert.equal((await response.arrayBuffer()).byteLength, 4 << 20)
      },
    ],
  ],
}

async function get(port, path, agent) {
  const asked = https.get({ host: 'localhost', port, path, agent })
  const [response] = await once(asked, 'response')
  const text = (await response.setEncoding('latin1').toArray()).join('')
  // The agent gets its socket back when the response is through.
  await new Promise(setImmediate)
  return text
}
