import { once } from 'node:events'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** Serves one page, with a script and all that it imports, on this machine's loopback. */
export interface PageServer {
  readonly port: number
  close(): void
}

export interface PageOptions {
  /** More scripts of this folder, such as workers: each is served as `/name.js` of its `name.ts`. Default: none. */
  readonly workers?: readonly string[]
}

/** @param script of this folder; it is served as `/name.js` of its `name.ts` */
export async function startPageServer(script: string, { workers = [] }: PageOptions = {}): Promise<PageServer> {
  const files = new Map<string, { readonly type: string; readonly body: string }>()
  for (const name of [script, ...workers]) {
    files.set(scriptPath(name), { type: 'text/javascript', body: await bundle(name) })
  }
  files.set('/', {
    type: 'text/html',
    body: `<!doctype html><title>typetls</title><script src="${scriptPath(script)}"></script>`,
  })
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

export function scriptPath(script: string): string {
  return `/${script.replace(/\.ts$/, '.js')}`
}

/** The packages' sources, as a user's bundler would put them together for browsers. */
async function bundle(script: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [fileURLToPath(new URL(script, import.meta.url))],
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

// As strict as a policy can be with scripts, workers and a relay of one's own: above all no eval and no WebAssembly.
const policy = "default-src 'none'; script-src 'self'; worker-src 'self'; connect-src ws://127.0.0.1:*"
