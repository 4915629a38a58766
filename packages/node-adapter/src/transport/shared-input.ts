import type { OnReadOpts } from 'node:net'
import net from 'node:net'
import type { Duplex } from 'node:stream'
import { sharedInputLength } from '../defaults.ts'
import { receiveFrom } from './transport-listener.ts'
import { isBun, isNode } from '../system.ts'

/**
 * For `net.connect`: makes the socket read into one buffer that all sockets of this thread share, instead of an
 * allocation for each read. A socket's bytes are through with when the call returns. A fifth less work for bulk data.
 * Not on Bun, which does not say for which socket it calls.
 */
export function sharedInput(): { readonly onread?: OnReadOpts } {
  shared ??= isBun ? {} : { onread: intoSharedBuffer() }
  return shared
}

function intoSharedBuffer(): OnReadOpts {
  input ??= { buffer: Buffer.allocUnsafeSlow(sharedInputLength), callback: receiveFrom }
  return input
}

/**
 * The same for a socket that a `net.Server` made, which has no option for it: does what the option does, if this Node
 * still does it that way. Any other transport gives its bytes as `'data'`.
 */
export function shareInput(transport: Duplex): void {
  if (!(transport instanceof net.Socket) || transport.readableLength > 0) return
  const handle = (transport as { _handle?: Handle | null })._handle
  if (typeof handle?.useUserBuffer !== 'function' || !lendTo(transport)) return
  handle.useUserBuffer(intoSharedBuffer().buffer as Uint8Array)
}

/** The same for a socket that was made without options and has yet to connect. False: not on this platform. */
export function willShareInput(socket: net.Socket): boolean {
  return isNode && lendTo(socket)
}

function lendTo(socket: net.Socket): boolean {
  names ??= findNames() ?? 'unknown'
  if (names === 'unknown') return false
  const members = membersOf(socket)
  if (members[names.buffer] !== null || members[names.callback] !== null) return false
  const { buffer, callback } = intoSharedBuffer()
  members[names.buffer] = buffer
  members[names.callback] = callback
  return true
}

/** Under which symbols a `net.Socket` keeps what it was given as `onread`, if that is all it does with it. */
function findNames(): Names | undefined {
  const onread = intoSharedBuffer()
  const given = membersOf(new net.Socket({ onread } as net.SocketConstructorOpts))
  const without = membersOf(new net.Socket())
  const told = Object.getOwnPropertySymbols(given).filter((symbol) => given[symbol] !== without[symbol])
  const buffer = told.find((symbol) => given[symbol] === onread.buffer)
  const callback = told.find((symbol) => given[symbol] === onread.callback)
  return told.length !== 2 || buffer === undefined || callback === undefined ? undefined : { buffer, callback }
}

function membersOf(socket: net.Socket): Record<symbol, unknown> {
  return socket as unknown as Record<symbol, unknown>
}

interface Names {
  readonly buffer: symbol
  readonly callback: symbol
}

interface Handle {
  readonly useUserBuffer?: (buffer: Uint8Array) => void
}

let shared: { readonly onread?: OnReadOpts } | undefined
let input: OnReadOpts | undefined
let names: Names | 'unknown' | undefined
