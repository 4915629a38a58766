import { connect } from '../node-tls/connect.ts'
import type { TlsSocket } from '../socket/tls-socket.ts'
import type { PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** What we need of a client of mqtt. */
export interface MqttClientLike {
  readonly options: {
    readonly host?: string | undefined
    readonly hostname?: string | undefined
    readonly port?: number | undefined
  }
}

/** For `new MqttClient(mqttStream(options), { host, port })` of mqtt: a stream for each connection, the first and later ones. */
export function mqttStream(options: PlugOptions = {}): (client: MqttClientLike) => TlsSocket {
  return ({ options: { host, hostname, port } }) =>
    connect(connectOptions(undefined, options, { host: hostname ?? host, port: port ?? 8883 }))
}
