import net from 'node:net'
import { TlsSocket } from '../socket/tls-socket.ts'
import { nextChunk, plainFirst, unprotectedBytes, upgradeRefused } from './plain-first.ts'
import type { PlugOptions } from './plug-options.ts'

/** TLS options, and how it begins. */
export interface PgStreamOptions extends PlugOptions {
  /**
   * `'direct'`: from the first byte, for PostgreSQL 17 and proxies; `'postgres'` asks for it first, as every version
   * understands. Default `'postgres'`.
   */
  readonly sslNegotiation?: 'postgres' | 'direct' | undefined
}

/**
 * For the option `stream` of pg, beside `ssl: false`, which keeps pg from asking once more. With `enableChannelBinding`
 * pg binds SCRAM-SHA-256-PLUS to this connection. A server without TLS is refused, never spoken to in the clear.
 * https://www.postgresql.org/docs/current/protocol-flow.html#PROTOCOL-FLOW-SSL
 */
export function pgStream({ sslNegotiation = 'postgres', ...options }: PgStreamOptions = {}): () => TlsSocket {
  const direct = sslNegotiation === 'direct'
  const given = direct ? { ALPNProtocols: ['postgresql'], ...options } : options
  return () => new PgSocket(given, direct)
}

/** A socket that pg itself connects. */
class PgSocket extends TlsSocket {
  #host: string | undefined

  constructor(options: PlugOptions, direct: boolean) {
    const transport = new net.Socket()
    super(
      transport,
      plainFirst(
        transport,
        options,
        () => ({ ...options, host: this.#host }),
        () => (direct ? Promise.resolve() : requestTls(transport)),
      ),
    )
  }

  override connect(...args: unknown[]): this {
    const [, host] = args
    if (typeof host === 'string') this.#host = host
    return super.connect(...args)
  }
}

async function requestTls(transport: net.Socket): Promise<void> {
  transport.write(sslRequest)
  const answer = await nextChunk(transport)
  if (answer[0] !== yes)
    throw upgradeRefused('the PostgreSQL server does not start TLS', answer.toString('latin1', 0, 1))
  if (answer.length > 1) throw unprotectedBytes(answer.length - 1)
}

/** Its length and its code, 80877103. */
const sslRequest = /* @__PURE__ */ Buffer.from([0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f])

/** `S` */
const yes = 0x53
