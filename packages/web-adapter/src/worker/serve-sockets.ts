import type { ConnectionFacts } from '@typetls/connection'
import { handled } from '../deferred.ts'
import { portStreams } from '../message-port.ts'
import { toPortFailure } from '../port-failure.ts'
import type { SecureSocket, SecureSocketInfo } from '../socket.ts'
import type { SocketAddress } from '../transport.ts'
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
  const post = (message: WorkerMessage, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer)
  const streams = streamPort((stream, transfer) => post({ stream }, transfer))
  const { readable, writable } = portStreams(streams, streamWindow, { moves })
  let socket: SecureSocket
  try {
    const maker = await tls
    socket = maker.connect(address, { ...options, secureTransport: 'on', signal: controller.signal })
  } catch (error) {
    post({ failed: toPortFailure(error) })
    handled(writable.abort(error))
    return
  }
  port.onmessage = ({ data }: { readonly data: PageMessage }) => {
    if (data.stream !== undefined) streams.onmessage?.({ data: data.stream })
    else if (data.close === true) handled(socket.close())
    else if (data.abort === true) controller.abort()
    else if (data.question !== undefined) handled(answered(socket, data.question).then((answer) => post({ answer })))
  }
  handled(socket.opened.then((info) => post({ opened: plain(info) })))
  socket.closed.then(
    () => post({ closed: true }),
    (error: unknown) => post({ failed: toPortFailure(error) }),
  )
  // Each end of a stream, cancellation and error is passed on by the pipes.
  handled(socket.readable.pipeTo(writable))
  handled(readable.pipeTo(socket.writable))
}

/** What a record holds is the only thing in its buffer, but for its type and some padding. */
function moves({ buffer, byteOffset, length }: Uint8Array): boolean {
  return buffer instanceof ArrayBuffer && byteOffset === 0 && buffer.byteLength - length <= 256
}

async function answered(socket: SecureSocket, { id, exporter, binding }: Question): Promise<Answer> {
  try {
    if (exporter !== undefined) {
      const { label, context, length } = exporter
      return { id, bytes: await socket.exportKeyingMaterial(label, context, length) }
    }
    return { id, bytes: binding && (await socket.channelBinding(binding)) }
  } catch (error) {
    return { id, failure: toPortFailure(error) }
  }
}

/** What was negotiated as plain data: certificates are DER. */
function plain({ tls, ...info }: SecureSocketInfo): SecureSocketInfo {
  return { ...info, tls: { ...tls, peer: plainPeer(tls.peer) } }
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
