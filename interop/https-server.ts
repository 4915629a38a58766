import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import https from 'node:https'
import type { AddressInfo } from 'node:net'
import { createHash } from 'node:crypto'
import { gzipSync } from 'node:zlib'
import { createAuthority } from '@typetls/testing'

/** A server of `node:https` on this machine's loopback, with what a client of HTTP may meet. */
export interface HttpsServer {
  readonly origin: string
  readonly port: number
  /** The root its certificate for 127.0.0.1 comes from, PEM. */
  readonly ca: string
  /** Connections that were made so far. */
  connections(): number
  close(): Promise<void>
}

export async function startHttpsServer(): Promise<HttpsServer> {
  const authority = createAuthority()
  const leaf = authority.issue({ ip: ['127.0.0.1'] })
  let connections = 0
  const server = https.createServer({ cert: leaf.chainPem, key: leaf.privateKeyPem }, (request, response) => {
    const { pathname } = new URL(request.url ?? '', 'https://localhost')
    // A client that leaves in the midst of a request has no answer coming.
    Promise.resolve((routes[pathname] ?? notFound)(request, response)).catch(() => response.destroy())
  })
  server.on('secureConnection', () => connections++)
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  return {
    origin: `https://127.0.0.1:${port}`,
    port,
    ca: authority.pem,
    connections: () => connections,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

type Route = (request: IncomingMessage, response: ServerResponse) => unknown

function notFound(_request: IncomingMessage, response: ServerResponse): void {
  response.writeHead(404, { 'content-type': 'text/plain' }).end('there is nothing here')
}

const routes: Readonly<Record<string, Route>> = {
  '/about': ({ method, headers }, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(JSON.stringify({ method, host: headers.host, accepted: headers['accept-encoding'] }))
  },
  '/digest': async (request, response) => {
    const hash = createHash('sha256')
    let length = 0
    for await (const chunk of request as AsyncIterable<Buffer>) {
      hash.update(chunk)
      length += chunk.length
    }
    const framing = request.headers['transfer-encoding'] ?? 'length'
    response.end(JSON.stringify({ length, digest: hash.digest('hex'), framing }))
  },
  '/bytes': async (request, response) => {
    const total = Number(new URL(request.url ?? '', 'https://localhost').searchParams.get('count'))
    const piece = Buffer.alloc(50_000, 7)
    for (let left = total; left > 0; left -= piece.length) {
      if (!response.write(piece.subarray(0, Math.min(left, piece.length)))) await once(response, 'drain')
    }
    response.end()
  },
  '/gzip': (_request, response) => {
    response.setHeader('content-encoding', 'gzip')
    response.end(gzipSync('packed '.repeat(1000)))
  },
  '/hints': (_request, response) => {
    response.writeEarlyHints({ link: '</style.css>; rel=preload' })
    response.end('after hints')
  },
  '/to-about': (_request, response) => response.writeHead(303, { location: '/about' }).end(),
  '/mute': () => undefined,
  '/cut': (_request, response) => {
    response.writeHead(200, { 'content-length': '100' }).write('some', () => response.socket?.destroySoon())
  },
}
