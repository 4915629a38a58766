import type { ConnectionFacts } from '@typetls/connection'
import { handled } from '../deferred.ts'
import { channelBinding, exportKeyingMaterial } from '../keying-material.ts'
import type { PortLike } from '../message-port.ts'
import { portStreams } from '../message-port.ts'
import { toPortFailure } from '../port-failure.ts'
import type { SecureSocket, SecureSocketInfo, SecureTransport, Socket, SocketInfo } from '../socket.ts'
import type { SocketAddress, Transport } from '../transport.ts'
import type { ConnectOptions } from '../type-tls.ts'
import type {
  Answer,
  ConnectMessage,
  PageMessage,
  PingMessage,
  Question,
  SocketPort,
  WorkerMessage,
} from './socket-messages.ts'
import { streamPort, streamWindow } from './socket-messages.ts'

/**
 * In a worker: connects for the `WorkerTls` of its page, with what `tls` knows. The page decides the address, ALPN, SNI
 * and half-open sockets; whom to trust, credentials and the transport are the worker's.
 *
 * @param tls such as a `TypeTls`; a promise is waited for, and its rejection told by each socket
 * @param scope default: the worker's own, `self`
 */
export function serveSockets(tls: SocketMaker | PromiseLike<SocketMaker>, scope: WorkerScope = self): void {
  const maker = Promise.resolve(tls)
  handled(maker)
  scope.addEventListener('message', ({ data, ports }) => {
    const { typetls } = (data ?? {}) as Partial<ConnectMessage | PingMessage>
    if (typetls === 'ping') scope.postMessage({ typetls: 'pong' } satisfies PingMessage)
    else if (typetls === 'connect') handled(serve(maker, data as ConnectMessage, ports[0] as SocketPort))
  })
}

/** What is used of a `TypeTls`. */
export interface SocketMaker {
  connect(address: SocketAddress | string, options: ConnectOptions & { readonly secureTransport: 'on' }): SecureSocket
  connect(address: SocketAddress | string, options: ConnectOptions): Socket
}

/** What is used of a worker's global scope. */
export interface WorkerScope {
  addEventListener(
    type: 'message',
    listener: (event: { readonly data: unknown; readonly ports: readonly object[] }) => void,
  ): void
  postMessage(message: unknown): void
}

/** A worker's, whatever the platform. */
declare const self: WorkerScope

async function serve(tls: Promise<SocketMaker>, { address, options }: ConnectMessage, port: SocketPort): Promise<void> {
  const controller = new AbortController()
  const streams = streamsOf(port, options.secureTransport)
  try {
    const maker = await tls
    carry(maker.connect(address, { ...options, signal: controller.signal }), port, streams, controller)
  } catch (error) {
    const failed = toPortFailure(error)
    port.postMessage({ failed } satisfies WorkerMessage, [])
    handled(streams.writable.abort(error))
    port.onmessage = ({ data, ports: [next] }: { readonly data: PageMessage; readonly ports: readonly object[] }) => {
      if (data.startTls !== undefined) (next as SocketPort).postMessage({ failed } satisfies WorkerMessage, [])
    }
  }
}

/** The streams that go over the port, and what takes its messages about them. */
function streamsOf(port: SocketPort, secureTransport?: SecureTransport): Transport & { readonly port: PortLike } {
  const streams = streamPort((stream, transfer = []) => port.postMessage({ stream } satisfies WorkerMessage, transfer))
  return { ...portStreams(streams, streamWindow, secureTransport === 'on' ? { moves } : {}), port: streams }
}

function carry(
  socket: Socket,
  port: SocketPort,
  streams: ReturnType<typeof streamsOf>,
  controller: AbortController,
): void {
  const post = (message: WorkerMessage): void => port.postMessage(message, [])
  let upgraded = false
  // Each end of a stream, cancellation and error is passed on by the pipes; only an upgrade is not the end of the transport.
  handled(socket.readable.pipeTo(streams.writable))
  const written = streams.readable.pipeTo(socket.writable, { preventClose: true })
  handled(written.then(() => (upgraded ? undefined : socket.writable.close())))
  port.onmessage = ({ data, ports: [next] }: { readonly data: PageMessage; readonly ports: readonly object[] }) => {
    if (data.stream !== undefined) streams.port.onmessage?.({ data: data.stream })
    else if (data.close === true) handled(socket.close())
    else if (data.abort === true) {
      controller.abort()
      // One without TLS does not know the signal.
      handled(socket.close())
    } else if (data.startTls !== undefined) {
      const options = data.startTls
      const upgrade = (): void =>
        carry(socket.startTls(options), next as SocketPort, streamsOf(next as SocketPort, 'on'), controller)
      upgraded = true
      streams.port.onmessage?.({ data: { end: true } })
      written.then(upgrade, upgrade)
    } else if (data.question !== undefined) {
      handled(answered(socket as SecureSocket, data.question).then((answer) => post({ answer })))
    }
  }
  handled(socket.opened.then((info) => post({ opened: plain(info) })))
  socket.closed.then(
    () => post({ closed: true }),
    (error: unknown) => post({ failed: toPortFailure(error) }),
  )
}

/** What a record holds is the only thing in its buffer, but for its type and some padding. */
function moves({ buffer, byteOffset, length }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength - length <= 256
}

async function answered(socket: SecureSocket, { id, exporter, binding }: Question): Promise<Answer> {
  try {
    if (exporter !== undefined) {
      const { label, context, length } = exporter
      return { id, bytes: await exportKeyingMaterial(socket, label, context, length) }
    }
    return { id, bytes: binding && (await channelBinding(socket, binding)) }
  } catch (error) {
    return { id, failure: toPortFailure(error) }
  }
}

/** What was negotiated as plain data: certificates are DER. */
function plain(info: SocketInfo | SecureSocketInfo): WorkerMessage['opened'] & {} {
  return 'tls' in info ? { ...info, tls: { ...info.tls, peer: plainPeer(info.tls.peer) } } : info
}

function plainPeer(peer: ConnectionFacts['peer']): ConnectionFacts['peer'] {
  if (peer === undefined) return undefined
  const { path, matchedName } = (peer.facts ?? {}) as { path?: readonly { der: Uint8Array }[]; matchedName?: string }
  return {
    ...peer,
    certificates: peer.certificates.map((der) => der.slice()),
    failure: peer.failure && (toPortFailure(peer.failure) as never),
    facts: path && { path: path.map(({ der }) => der.slice()), matchedName },
  }
}
