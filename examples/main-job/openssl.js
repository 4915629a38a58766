import { spawn, spawnSync } from 'node:child_process'
import { dirname } from 'node:path'
import { buffer, text } from 'node:stream/consumers'
import { page, path } from './page.js'

/** `3.0.19`, or nothing when there is no OpenSSL that speaks TLS 1.3. */
export function openSslVersion() {
  const { stdout, status } = spawnSync('openssl', ['version'], { encoding: 'utf8' })
  const version = status === 0 ? /^OpenSSL (\d\S*)/.exec(stdout)?.[1] : undefined
  return version !== undefined && (/^[2-9]/.test(version) || version.startsWith('1.1.1')) ? version : undefined
}

/** `openssl s_server` that serves the page; it picks its own port. */
export async function startOpenSslServer({ certFile, keyFile, file }) {
  const served = file(path.slice(1), page)
  // In certFile: the leaf, then the intermediate, which s_server sends only if told so.
  const credentials = ['-cert', certFile, '-cert_chain', certFile, '-key', keyFile]
  const args = ['s_server', '-accept', '127.0.0.1:0', '-tls1_3', '-WWW', ...credentials]
  const server = spawn('openssl', args, { cwd: dirname(served), stdio: ['pipe', 'pipe', 'pipe'] })
  const port = await portOf(server)
  server.stdout.resume()
  server.stderr.resume()
  return { port, stop: () => server.kill('SIGKILL') }
}

/** `openssl s_client` that fetches the page. */
export async function fetchWithOpenSsl({ port, caFile, sessionIn, sessionOut }) {
  const session = [...(sessionIn ? ['-sess_in', sessionIn] : []), ...(sessionOut ? ['-sess_out', sessionOut] : [])]
  const trust = ['-CAfile', caFile, '-verify_return_error', '-verify_hostname', 'localhost']
  const args = ['s_client', '-connect', `127.0.0.1:${port}`, '-servername', 'localhost', '-quiet', '-brief']
  const client = spawn('openssl', [...args, ...trust, ...session], { stdio: ['pipe', 'pipe', 'pipe'], timeout: 20_000 })
  client.stdin.write(`GET ${path} HTTP/1.0\r\n\r\n`)
  const [answer, summary] = await Promise.all([buffer(client.stdout), text(client.stderr)])
  client.stdin.destroy()
  const fact = (name) => new RegExp(`^${name}: (.*)$`, 'm').exec(summary)?.[1]
  if (fact('Protocol version') === undefined) throw new Error(`openssl s_client: ${summary.trim()}`)
  const end = answer.indexOf('\r\n\r\n')
  return {
    body: answer.subarray(end + 4),
    cipherSuite: fact('Ciphersuite'),
    version: fact('Protocol version'),
    verified: fact('Verification') === 'OK',
  }
}

async function portOf(server) {
  let output = ''
  const failed = new Promise((_, reject) => {
    server.on('error', reject)
    server.on('exit', (code) => reject(new Error(`openssl s_server ended with ${code}: ${output.trim()}`)))
    server.stderr.on('data', (chunk) => (output += chunk))
    setTimeout(() => reject(new Error(`openssl s_server does not listen: ${output.trim()}`)), 10_000).unref()
  })
  const listening = new Promise((resolve) => {
    server.stdout.on('data', (chunk) => {
      output += chunk
      const port = /^ACCEPT .*:(\d+)$/m.exec(output)?.[1]
      if (port !== undefined) resolve(Number(port))
    })
  })
  return Promise.race([listening, failed])
}
