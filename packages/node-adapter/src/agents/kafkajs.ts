import net from 'node:net'
import { connect } from '../node-tls/connect.ts'
import type { GivenOptions, PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** What kafkajs asks its socket factory for. */
export interface KafkaDestination {
  readonly host: string
  readonly port: number
  /** The client's option `ssl`; without it kafkajs wants no TLS. */
  readonly ssl?: GivenOptions | undefined
  readonly onConnect: () => void
}

/** For the option `socketFactory` of kafkajs, beside `ssl: true`. */
export function kafkaSocketFactory(options: PlugOptions = {}): (destination: KafkaDestination) => net.Socket {
  return ({ host, port, ssl, onConnect }) => {
    const secure = ssl !== undefined && ssl !== null && (ssl as unknown) !== false
    const socket = secure
      ? connect(connectOptions(ssl, options, { host, port }), onConnect)
      : net.connect({ host, port }, onConnect)
    return socket.setKeepAlive(true, 60_000)
  }
}
