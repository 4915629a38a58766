import type { Dialer, Transport } from './transport.ts'

/**
 * TCP sockets of workerd and Cloudflare Workers: `cloudflareSockets(connect)` with `connect` of `cloudflare:sockets`. TLS
 * is ours, so SNI, ALPN, private CAs and client certificates work.
 */
export function cloudflareSockets(connect: CloudflareConnect): Dialer {
  return async (address, { signal }) => {
    const socket = connect(address, { secureTransport: 'off', allowHalfOpen: true })
    const onAbort = (): void => void socket.close().then(undefined, ignore)
    socket.closed?.then(undefined, ignore)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const { remoteAddress, localAddress } = (await socket.opened) ?? {}
      return { readable: socket.readable, writable: socket.writable, remoteAddress, localAddress }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

/** [Direct Sockets](https://wicg.github.io/direct-sockets/) of Isolated Web Apps: `directSockets(TCPSocket)`. */
export function directSockets(TCPSocket: TcpSocketConstructor): Dialer {
  return async ({ hostname, port }, { signal }) => {
    const socket = new TCPSocket(hostname, port, { noDelay: true })
    socket.closed.then(undefined, ignore)
    const onAbort = (): void => void socket.opened.then(() => socket.close()).then(undefined, ignore)
    signal.addEventListener('abort', onAbort, { once: true })
    try {
      const { readable, writable, remoteAddress, remotePort, localAddress, localPort } = await socket.opened
      return {
        readable,
        writable,
        remoteAddress: hostAndPort(remoteAddress, remotePort),
        localAddress: hostAndPort(localAddress, localPort),
      }
    } finally {
      signal.removeEventListener('abort', onAbort)
    }
  }
}

/** TCP sockets of Deno: `denoSockets(Deno.connect)`. */
export function denoSockets(connect: DenoConnect): Dialer {
  return async ({ hostname, port }) => denoTransport(await connect({ hostname, port }))
}

/** A `Deno.Conn`, such as a listener accepted, for `fromStreams`. */
export function denoTransport(connection: DenoConnection): Transport {
  const { readable, writable, remoteAddr, localAddr } = connection
  return {
    readable,
    writable,
    // Closing Deno's writable closes the connection, reading side included.
    halfClose: false,
    remoteAddress: hostAndPort(remoteAddr.hostname, remoteAddr.port),
    localAddress: hostAndPort(localAddr.hostname, localAddr.port),
  }
}

/** `192.0.2.1:443`, `[2001:db8::1]:443`; `undefined` unless both are known. */
export function hostAndPort(host: string | undefined, port: number | undefined): string | undefined {
  if (host === undefined || port === undefined) return undefined
  return `${host.includes(':') ? `[${host}]` : host}:${port}`
}

function ignore(): void {}

/** What is used of `connect` of `cloudflare:sockets`. */
export type CloudflareConnect = (
  address: { hostname: string; port: number },
  options: { secureTransport: 'off'; allowHalfOpen: boolean },
) => CloudflareSocket

export interface CloudflareSocket {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly opened?: Promise<{ remoteAddress?: string; localAddress?: string }>
  readonly closed?: Promise<void>
  close(): Promise<void>
}

/** What is used of `TCPSocket`. */
export type TcpSocketConstructor = new (host: string, port: number, options: { noDelay: boolean }) => TcpSocket

export interface TcpSocket {
  readonly opened: Promise<{
    readonly readable: ReadableStream<Uint8Array>
    readonly writable: WritableStream<Uint8Array>
    readonly remoteAddress?: string
    readonly remotePort?: number
    readonly localAddress?: string
    readonly localPort?: number
  }>
  readonly closed: Promise<void>
  close(): Promise<void>
}

/** What is used of `Deno.connect`. */
export type DenoConnect = (options: { hostname: string; port: number }) => Promise<DenoConnection>

export interface DenoConnection {
  readonly readable: ReadableStream<Uint8Array>
  readonly writable: WritableStream<Uint8Array>
  readonly remoteAddr: { readonly hostname?: string; readonly port?: number }
  readonly localAddr: { readonly hostname?: string; readonly port?: number }
}
