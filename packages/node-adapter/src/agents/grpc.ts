import type net from 'node:net'
import { isIP } from 'node:net'
import type { Duplex } from 'node:stream'
import type { NodeServerOptions, Server } from '../node-tls/server.ts'
import { createServer } from '../node-tls/server.ts'
import { connect } from '../node-tls/connect.ts'
import type { PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'

/** What we need of the module `@grpc/grpc-js`: its credentials know each other by their class. */
export interface GrpcModule<Credentials extends object> {
  readonly ChannelCredentials: abstract new () => Credentials
  readonly credentials: { createEmpty(): unknown }
}

/** Credentials for a channel of `@grpc/grpc-js`, to be given the module itself: `grpcCredentials(grpc, { ca })`. */
export function grpcCredentials<Credentials extends object>(
  grpc: GrpcModule<Credentials>,
  options: PlugOptions = {},
): Credentials {
  const Base = grpc.ChannelCredentials as unknown as new () => object
  class TlsCredentials extends Base {
    _isSecure(): boolean {
      return true
    }

    _equals(other: unknown): boolean {
      return this === other
    }

    _createSecureConnector(target: GrpcTarget, channelOptions: ChannelOptions, callCredentials?: unknown): object {
      const proxied = channelOptions['grpc.http_connect_target']
      const host = hostOf(proxied === undefined ? authorityOf(target) : proxied.replace(/^[a-z]\w*:(?!\d+$)\/*/i, ''))
      const servername = channelOptions['grpc.ssl_target_name_override'] ?? options.servername
      return {
        connect: (socket: net.Socket) =>
          secure(connectOptions({ ALPNProtocols: ['h2'] }, options, { socket, host, servername })),
        waitForReady: () => Promise.resolve(),
        getCallCredentials: () => callCredentials ?? grpc.credentials.createEmpty(),
        destroy: () => {},
      }
    }
  }
  return new TlsCredentials() as Credentials
}

/** A server that gives its connections to gRPC's: `server.createConnectionInjector(ServerCredentials.createInsecure())`. */
export function grpcServer(
  injector: { injectConnection(connection: Duplex): void },
  options: NodeServerOptions,
): Server {
  return createServer({ ALPNProtocols: ['h2'], ...options }, (socket) => injector.injectConnection(socket))
}

interface GrpcTarget {
  readonly scheme?: string | undefined
  readonly path: string
}

interface ChannelOptions {
  readonly 'grpc.http_connect_target'?: string
  readonly 'grpc.ssl_target_name_override'?: string
}

function secure(options: PlugOptions): Promise<{ socket: Duplex; secure: true }> {
  return new Promise((resolve, reject) => {
    const socket = connect(options, () => resolve({ socket, secure: true }))
    socket.on('error', reject)
  })
}

function authorityOf({ scheme, path }: GrpcTarget): string {
  return scheme === 'unix' ? 'localhost' : path
}

/** Of `example.org:443`, `[::1]:443`, `10.0.0.1:443,10.0.0.2:443`, or any of them without a port. */
function hostOf(authority: string): string {
  const [first = authority] = authority.split(',')
  if (isIP(first) !== 0) return first
  return /^\[(.*)\](:\d+)?$/.exec(first)?.[1] ?? first.replace(/:\d+$/, '')
}
