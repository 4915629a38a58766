import { concat } from '@typetls/wire'
import type { HandshakeBytes } from './handshake-bytes.ts'
import { handshakeMessage, handshakeType } from './handshake-bytes.ts'

/** One extension as it stands in a message: nothing here knows what is inside. */
export interface ExtensionBytes {
  /** ExtensionType number. */
  readonly type: number
  readonly data: Uint8Array
}

/**
 * The extensions of a message of TLS 1.3, in order; of a Certificate those of its first entry.
 *
 * @throws RangeError for a type of message that has none
 */
export function extensionsOf(message: HandshakeBytes): readonly ExtensionBytes[] {
  const { from, to } = blockOf(message)
  const extensions: ExtensionBytes[] = []
  for (let offset = from; offset < to;) {
    const length = number(message.body, offset + 2, 2)
    extensions.push({
      type: number(message.body, offset, 2),
      data: message.body.subarray(offset + 4, offset + 4 + length),
    })
    offset += 4 + length
  }
  return extensions
}

/** The message with other extensions, however wrong; every length around them follows. */
export function withExtensions(message: HandshakeBytes, extensions: readonly ExtensionBytes[]): HandshakeBytes {
  const { body, type } = message
  const { from, to } = blockOf(message)
  const block = concat(...extensions.map((one) => concat(uint(one.type, 2), uint(one.data.length, 2), one.data)))
  const changed = concat(body.subarray(0, from - 2), uint(block.length, 2), block, body.subarray(to))
  if (type === handshakeType.certificate) {
    const list = 1 + (body[0] as number)
    changed.set(uint(changed.length - list - 3, 3), list)
  }
  return handshakeMessage(type, changed)
}

/** With the extension in place of the one of its type, else behind all but pre_shared_key, which must be last. */
export function withExtension(message: HandshakeBytes, type: number, data: Uint8Array): HandshakeBytes {
  const before = extensionsOf(message)
  const added = { type, data }
  if (before.some((one) => one.type === type)) {
    return withExtensions(
      message,
      before.map((one) => (one.type === type ? added : one)),
    )
  }
  const last = before.findIndex((one) => one.type === preSharedKey)
  const place = last < 0 ? before.length : last
  return withExtensions(message, [...before.slice(0, place), added, ...before.slice(place)])
}

export function withoutExtension(message: HandshakeBytes, type: number): HandshakeBytes {
  extensionOf(message, type)
  return withExtensions(
    message,
    extensionsOf(message).filter((one) => one.type !== type),
  )
}

/** With the extension of this type twice in a row. */
export function repeatingExtension(message: HandshakeBytes, type: number): HandshakeBytes {
  extensionOf(message, type)
  return withExtensions(
    message,
    extensionsOf(message).flatMap((one) => (one.type === type ? [one, one] : [one])),
  )
}

/** @throws RangeError when the message does not have it */
export function extensionOf(message: HandshakeBytes, type: number): Uint8Array {
  const found = extensionsOf(message).find((one) => one.type === type)
  if (found === undefined) throw new RangeError(`the message has no extension ${type}`)
  return found.data
}

/** Where the extensions begin and end in the body. */
function blockOf({ type, body }: HandshakeBytes): { readonly from: number; readonly to: number } {
  const start = startOf(type, body)
  const length = number(body, start, 2)
  return { from: start + 2, to: start + 2 + length }
}

/** Where the two bytes of their length stand. */
function startOf(type: number, body: Uint8Array): number {
  const behind = (offset: number, width: number): number => offset + width + number(body, offset, width)
  switch (type) {
    case handshakeType.client_hello:
      return behind(behind(behind(34, 1), 2), 1)
    case handshakeType.server_hello:
      return behind(34, 1) + 3
    case handshakeType.encrypted_extensions:
      return 0
    case handshakeType.certificate_request:
      return behind(0, 1)
    case handshakeType.certificate:
      return behind(behind(0, 1) + 3, 3)
    case handshakeType.new_session_ticket:
      return behind(behind(8, 1), 2)
    default:
      throw new RangeError(`messages of type ${type} have no extensions`)
  }
}

function number(bytes: Uint8Array, offset: number, width: number): number {
  let value = 0
  for (let i = 0; i < width; i++) value = value * 256 + (bytes[offset + i] as number)
  return value
}

function uint(value: number, width: 2 | 3): Uint8Array {
  const bytes = Uint8Array.of(value >>> 16, value >>> 8, value)
  return bytes.subarray(3 - width)
}

const preSharedKey = 41
