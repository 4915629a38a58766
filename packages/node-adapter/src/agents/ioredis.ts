import { connect } from '../node-tls/connect.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import type { GivenOptions, PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** What a client of ioredis is made with. */
interface RedisOptions {
  readonly host?: string | undefined
  readonly port?: number | undefined
  readonly path?: string | undefined
  readonly family?: number | undefined
  readonly tls?: GivenOptions | undefined
  readonly disconnectTimeout?: number | undefined
}

/**
 * For the option `Connector` of ioredis. Beside it stands `tls: {}`: with it ioredis waits for the handshake before it
 * speaks.
 */
export function ioredisConnector<Connector>(tlsOptions: PlugOptions = {}): new (options: unknown) => Connector {
  class TlsConnector {
    firstError: Error | undefined
    connecting = false
    stream: TlsSocket | undefined
    readonly #options: RedisOptions

    constructor(options: unknown) {
      this.#options = options as RedisOptions
    }

    check(): boolean {
      return true
    }

    async connect(): Promise<TlsSocket> {
      this.connecting = true
      const { host, port, path, family, tls } = this.#options
      const place = path === undefined || path === null ? { host, port, family } : { path }
      const stream = connect(connectOptions(tls, tlsOptions, place))
      stream.once('error', (error) => (this.firstError = error))
      return (this.stream = stream)
    }

    disconnect(): void {
      this.connecting = false
      const { stream } = this
      if (stream === undefined) return
      const timer = setTimeout(() => stream.destroy(), this.#options.disconnectTimeout ?? 2000)
      stream.once('close', () => clearTimeout(timer))
      stream.end()
    }
  }
  return TlsConnector as unknown as new (options: unknown) => Connector
}
