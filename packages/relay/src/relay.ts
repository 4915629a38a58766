import { createHash, timingSafeEqual } from 'node:crypto'
import { once } from 'node:events'
import type { IncomingMessage, ServerResponse } from 'node:http'
import http from 'node:http'
import type { AddressInfo } from 'node:net'
import type { Duplex } from 'node:stream'
import type { WebSocket } from 'ws'
import { WebSocketServer } from 'ws'
import type { Target } from './allow-list.ts'
import { allowList, parseTarget } from './allow-list.ts'
import type { CloseReason } from './close-codes.ts'
import { closeCodes } from './close-codes.ts'
import { FramedConnection, relayProtocol } from './framed-connection.ts'
import type { RelayMetrics } from './metrics.ts'
import { Counters } from './metrics.ts'
import type { Limits, RelayOptions } from './options.ts'
import { limitsOf } from './options.ts'
import { RawConnection } from './raw-connection.ts'

/**
 * A relay from WebSockets to TCP: `GET /?address=host:port` is upgraded, `GET /metrics` answers for Prometheus.
 *
 * @throws RangeError for options that are none
 */
export function createRelay(options: RelayOptions): Relay {
  return new Relay(options)
}

export class Relay {
  /** Takes upgrades; of your own making may also be one whose `'upgrade'` you hand to `upgrade`. */
  readonly server: http.Server
  readonly #options: RelayOptions
  readonly #limits: Limits
  readonly #allowed: (target: Target) => boolean
  readonly #tokens: readonly Buffer[]
  readonly #counters = new Counters()
  readonly #perClient = new Map<string, number>()
  readonly #webSockets: WebSocketServer

  constructor(options: RelayOptions) {
    this.#options = options
    this.#limits = limitsOf(options)
    this.#allowed = allowList(options.allow)
    this.#tokens = (options.tokens ?? []).map(digestOf)
    this.#webSockets = new WebSocketServer({
      noServer: true,
      perMessageDeflate: false, // ciphertext does not get smaller
      maxPayload: this.#limits.window + 1,
      handleProtocols: (offered) => chosenProtocol(offered) ?? false,
    })
    this.server = http.createServer((request, response) => this.#answer(request, response))
    this.server.on('upgrade', (request, socket, head) => this.upgrade(request, socket, head))
  }

  /** @param host default `127.0.0.1`: for others, put TLS in front, as pages that came by HTTPS ask for `wss:` */
  async listen(port = 0, host = '127.0.0.1'): Promise<AddressInfo> {
    this.server.listen(port, host)
    await once(this.server, 'listening')
    return this.server.address() as AddressInfo
  }

  /** Ends all connections. */
  async close(): Promise<void> {
    for (const webSocket of this.#webSockets.clients) webSocket.terminate()
    const closed = new Promise<void>((resolve) => this.server.close(() => resolve()))
    this.server.closeAllConnections()
    await closed
  }

  metrics(): RelayMetrics {
    return this.#counters.snapshot()
  }

  /** For a server of your own: what it gave to `'upgrade'`. */
  upgrade(request: IncomingMessage, socket: Duplex, head: Buffer): void {
    socket.on('error', ignore)
    this.#webSockets.handleUpgrade(request, socket, head, (webSocket) => this.#start(webSocket, request))
  }

  #start(webSocket: WebSocket, request: IncomingMessage): void {
    const { searchParams } = urlOf(request)
    const target = parseTarget(searchParams.get('address') ?? '')
    const client = request.socket.remoteAddress ?? ''
    const refusal = this.#refusal(request, target, client)
    if (refusal !== undefined || target === undefined) {
      const reason = refusal ?? 'target'
      this.#counters.closed[reason]++
      webSocket.on('error', ignore)
      webSocket.close(closeCodes[reason], texts[reason])
      return
    }
    this.#counters.connections++
    this.#counters.open++
    this.#perClient.set(client, (this.#perClient.get(client) ?? 0) + 1)
    webSocket.once('close', () => {
      this.#counters.open--
      const left = (this.#perClient.get(client) ?? 1) - 1
      if (left === 0) this.#perClient.delete(client)
      else this.#perClient.set(client, left)
    })
    const Kind = webSocket.protocol === relayProtocol ? FramedConnection : RawConnection
    new Kind(webSocket, target, this.#limits, this.#counters)
  }

  #refusal(request: IncomingMessage, target: Target | undefined, client: string): CloseReason | undefined {
    const { origins } = this.#options
    const { origin } = request.headers
    if (!this.#authorized(request)) return 'unauthorized'
    if (origins !== undefined && origin !== undefined && !origins.includes(origin)) return 'forbidden'
    if (target === undefined) return 'target'
    if (!this.#allowed(target)) return 'forbidden'
    const { maxConnections, maxConnectionsPerClient } = this.#limits
    const full = this.#counters.open >= maxConnections || (this.#perClient.get(client) ?? 0) >= maxConnectionsPerClient
    return full ? 'limit' : undefined
  }

  #authorized(request: IncomingMessage): boolean {
    if (this.#tokens.length === 0) return true
    const [, bearer] = /^Bearer (.+)$/.exec(request.headers.authorization ?? '') ?? []
    const given = digestOf(bearer ?? urlOf(request).searchParams.get('token') ?? '')
    return this.#tokens.some((token) => timingSafeEqual(token, given))
  }

  #answer(request: IncomingMessage, response: ServerResponse): void {
    const { pathname } = urlOf(request)
    if (request.method !== 'GET' || pathname !== '/metrics') response.writeHead(404).end()
    else if (!this.#authorized(request)) response.writeHead(401).end()
    else response.writeHead(200, { 'content-type': 'text/plain; version=0.0.4' }).end(this.#counters.text())
  }
}

function chosenProtocol(offered: ReadonlySet<string>): string | undefined {
  return [relayProtocol, 'binary'].find((name) => offered.has(name))
}

/** Of one length, so that a comparison tells nothing of a token's. */
function digestOf(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}

function urlOf({ url = '/' }: IncomingMessage): URL {
  return URL.canParse(url, 'http://relay') ? new URL(url, 'http://relay') : new URL('http://relay')
}

function ignore(): void {}

const texts: Partial<Record<CloseReason, string>> = {
  unauthorized: 'no token that this relay knows',
  forbidden: 'this relay does not go there for you',
  target: 'no address=host:port',
  limit: 'too many connections',
}
