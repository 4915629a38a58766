import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Serves one page, with `in-page.ts` and all that it imports as its script, on this machine's loopback. */
export interface PageServer {
  readonly port: number
  close(): void
}

export const scriptPath = '/in-page.js'

export async function startPageServer(): Promise<PageServer> {
  const script = await bundle()
  const files = new Map([
    ['/', { type: 'text/html', body: `<!doctype html><title>typetls</title><script src="${scriptPath}"></script>` }],
    [scriptPath, { type: 'text/javascript', body: script }],
  ])
  const server = http.createServer((request, response) => {
    const file = files.get(request.url ?? '')
    if (file === undefined) {
      response.writeHead(404).end()
      return
    }
    const headers = { 'content-type': `${file.type}; charset=utf-8`, 'content-security-policy': policy }
    response.writeHead(200, headers).end(file.body)
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return {
    port: (server.address() as AddressInfo).port,
    close() {
      server.close()
      server.closeAllConnections()
    },
  }
}

/** The packages' sources, as a user's bundler would put them together for browsers. */
async function bundle(): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL('in-page.ts', import.meta.url))],
    bundle: true,
    write: false,
    format: 'iife',
    platform: 'browser',
    conditions: ['@typetls/source', 'module'],
    target: 'es2022',
    legalComments: 'none',
    logLevel: 'error',
  })
  return (outputFiles[0] as { readonly text: string }).text
}

// As strict as a policy can be with a script and a worker of one's own: above all no eval and no WebAssembly.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'"
