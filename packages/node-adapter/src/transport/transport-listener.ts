import net from 'node:net'
import type { Duplex } from 'node:stream'
import { discards } from './linger.ts'

/** What hears a transport: a link. */
export interface TransportListener {
  /** Whether it takes data yet. */
  readonly takesData: boolean
  transportData(bytes: Uint8Array): void
  /** As `transportData`, with bytes that are only lent. False: enough for now. */
  transportLends(bytes: Uint8Array): boolean
  transportEnded(): void
  transportFailed(error: Error): void
  transportClosed(): void
}

/** A transport that knows who hears it. */
export interface HeardStream extends Duplex {
  [listenerOf]?: TransportListener | undefined
}

// Listeners are shared by all transports: each finds its link by this property.
const listenerOf: unique symbol = /* @__PURE__ */ Symbol('typetls.link')

/** Hears errors and the end of a transport from now on. */
export function hear(stream: HeardStream, listener: TransportListener): void {
  stream[listenerOf] = listener
  if (stream instanceof net.Socket && stream.bytesRead > 0) takeOver(stream)
  stream.on('error', onError)
  stream.on('close', onClose)
}

/** Hears its data too. */
export function hearData(stream: HeardStream): void {
  stream.on('data', onData)
  stream.on('end', onEnd)
}

/** Hears nothing any more. Its errors are nobody's from here on, and must not end the process. */
export function hearNoMore(stream: HeardStream): void {
  stream.off('data', onData)
  stream.off('end', onEnd)
  stream.off('close', onClose)
  stream.on('error', ignore)
  stream.off('error', onError)
  stream[listenerOf] = undefined
}

/** The callback of `onread`, for sockets that read into a buffer which is not theirs. */
export function receiveFrom(this: unknown, length: number, buffer: Uint8Array): boolean {
  const stream = this as HeardStream
  const listener = stream[listenerOf]
  if (listener === undefined) return discards(stream, length)
  return listener.transportLends(new Uint8Array(buffer.buffer, buffer.byteOffset, length))
}

/**
 * Somebody has agreed on TLS here. As when node:tls takes a socket's handle, its readers hear no more of it, for what
 * comes now is not for them; and it does not matter if they remove every listener that there is. What comes waits for us.
 */
function takeOver(socket: net.Socket): void {
  socket.removeAllListeners('data')
  socket.removeAllListeners('readable')
  if (socket.readableFlowing === true) socket.pause()
  // Text it stays, since there is no way back; but this loses nothing.
  if (socket.readableEncoding !== null) socket.setEncoding('latin1')
  socket.on('removeListener', onRemoveListener)
}

function onRemoveListener(this: HeardStream, event: string, listener: unknown): void {
  // Not now: whoever removes all of them is not through yet.
  if (this[listenerOf] !== undefined && listeners[event] === listener) process.nextTick(listenAgain, this)
}

function listenAgain(stream: HeardStream): void {
  const listener = stream[listenerOf]
  if (listener === undefined) return
  for (const [event, hears] of Object.entries(listeners)) {
    const isWanted = listener.takesData || event === 'error' || event === 'close'
    if (isWanted && !stream.listeners(event).includes(hears)) stream.on(event, hears)
  }
  if (!stream.listeners('removeListener').includes(onRemoveListener)) stream.on('removeListener', onRemoveListener)
}

function onData(this: HeardStream, bytes: Uint8Array | string): void {
  this[listenerOf]?.transportData(typeof bytes === 'string' ? Buffer.from(bytes, 'latin1') : bytes)
}

function onEnd(this: HeardStream): void {
  this[listenerOf]?.transportEnded()
}

function onError(this: HeardStream, error: Error): void {
  this[listenerOf]?.transportFailed(error)
}

function onClose(this: HeardStream): void {
  this[listenerOf]?.transportClosed()
}

/** What a link hears of its transport. */
const listeners: Readonly<Record<string, NodeListener>> = { data: onData, end: onEnd, error: onError, close: onClose }

type NodeListener = Parameters<Duplex['on']>[1]

function ignore(): void {}
