import https from 'node:https'
import type { Duplex } from 'node:stream'
import { TlsError } from '@typetls/wire'
import { httpsProtocols } from '../defaults.ts'
import type { NodeConnectOptions } from '../node-tls/connect.ts'
import { connect } from '../node-tls/connect.ts'
import type { PlugOptions } from './plug-options.ts'
import { SessionCache } from './session-cache.ts'

/** Options of `https.Agent` and of TLS; `maxCachedSessions` counts servers. */
export interface HttpsAgentOptions extends PlugOptions, Omit<https.AgentOptions, keyof PlugOptions> {}

/**
 * `https.Agent` on our sockets: its pool, keep-alive, limits and events. It resumes sessions, and asks for `http/1.1` by
 * ALPN unless the options say otherwise. Without `agent` a request takes `httpsConnection`.
 *
 * @throws TlsError `ERR_TLS_UNSUPPORTED` for `proxyEnv`
 */
export class HttpsAgent extends https.Agent {
  readonly #sessions: SessionCache
  readonly #ids = new WeakMap<object, number>()
  #lastId = 0

  constructor(options: HttpsAgentOptions = {}) {
    const { proxyEnv } = options as { proxyEnv?: unknown }
    if (proxyEnv !== undefined) throw new TlsError('ERR_TLS_UNSUPPORTED', 'proxyEnv: connections would pass it by')
    super({ ALPNProtocols: [...httpsProtocols], ...options } as https.AgentOptions)
    this.#sessions = new SessionCache(options.maxCachedSessions)
  }

  override createConnection(options: https.RequestOptions): Duplex {
    const server = this.getName(options)
    // What is called path there is that of the URL.
    const dial = { ...options, path: options.socketPath, session: this.#sessions.take(server) }
    const socket = connect(dial as NodeConnectOptions)
    this.#sessions.keepFrom(server, socket)
    return socket
  }

  /** Requests share a connection only when all that makes it is the same, our own options too. */
  override getName(options: https.RequestOptions = {}): string {
    const own = ownOptions.map((name) => this.#nameOf((options as Readonly<Record<string, unknown>>)[name]))
    return `${super.getName(options)}:${own.join(':')}`
  }

  #nameOf(value: unknown): string {
    if (value === undefined || value === null) return ''
    if (typeof value !== 'object' && typeof value !== 'function') return String(value)
    const known = this.#ids.get(value) ?? ++this.#lastId
    this.#ids.set(value, known)
    return `#${known}`
  }
}

/** Options that decide whom we talk to and how, and that node:https does not know. */
const ownOptions = [
  'secureContext',
  'verifier',
  'credentials',
  'checkServerIdentity',
  'revocation',
  'externalPsks',
  'pskCallback',
  'allowPartialTrustChain',
  'ALPNProtocols',
  'crypto',
  'clock',
  'cipherSuites',
  'groups',
  'keyShares',
  'signatureSchemes',
  'tls12',
] as const satisfies readonly (keyof NodeConnectOptions)[]
