import { concat } from '@typetls/wire'
import { contentType, parseRecords, recordsOf } from './records.ts'
import type { RecordOptions } from './records.ts'

/** A handshake message as bytes: nothing here knows what is inside. https://www.rfc-editor.org/rfc/rfc9846#section-4 */
export interface HandshakeBytes {
  /** HandshakeType number. */
  readonly type: number
  readonly body: Uint8Array
  /** Header and body as they stood there. */
  readonly raw: Uint8Array
}

/** HandshakeType numbers by their names in the IANA registry. */
export const handshakeType = {
  hello_request: 0,
  client_hello: 1,
  server_hello: 2,
  hello_verify_request: 3,
  new_session_ticket: 4,
  end_of_early_data: 5,
  hello_retry_request: 6,
  encrypted_extensions: 8,
  certificate: 11,
  server_key_exchange: 12,
  certificate_request: 13,
  server_hello_done: 14,
  certificate_verify: 15,
  client_key_exchange: 16,
  finished: 20,
  certificate_url: 21,
  certificate_status: 22,
  key_update: 24,
  compressed_certificate: 25,
  message_hash: 254,
} as const

export type HandshakeTypeName = keyof typeof handshakeType

/** Cuts a stream of handshake bytes into messages by their lengths alone. What is no whole message is `rest`. */
export function parseHandshake(bytes: Uint8Array): {
  readonly messages: HandshakeBytes[]
  readonly rest: Uint8Array
} {
  const messages: HandshakeBytes[] = []
  let offset = 0
  while (bytes.length - offset >= headerLength) {
    const end = offset + headerLength + uint24(bytes, offset + 1)
    if (end > bytes.length) break
    const type = bytes[offset] as number
    messages.push({ type, body: bytes.subarray(offset + headerLength, end), raw: bytes.subarray(offset, end) })
    offset = end
  }
  return { messages, rest: bytes.subarray(offset) }
}

/**
 * The plaintext handshake messages of a stream of records: those before the first record that is not plaintext.
 * ChangeCipherSpec records between them are passed over.
 */
export function plaintextHandshake(stream: Uint8Array): readonly HandshakeBytes[] {
  const fragments: Uint8Array[] = []
  for (const { type, fragment } of parseRecords(stream).records) {
    if (type === contentType.application_data) break
    if (type === contentType.handshake) fragments.push(fragment)
  }
  return parseHandshake(concat(...fragments)).messages
}

/** A message of this type and body. The length is the body's unless a wrong one is asked for. */
export function handshakeMessage(
  type: HandshakeTypeName | number,
  body: Uint8Array,
  length: number = body.length,
): HandshakeBytes {
  const id = typeNumber(type)
  return { type: id, body, raw: concat(Uint8Array.of(id, length >>> 16, length >>> 8, length), body) }
}

/** Messages in order, as an immutable list with the ways a test mistreats one. */
export interface Flight {
  readonly messages: readonly HandshakeBytes[]
  readonly bytes: Uint8Array
  /** Names of the types, or numbers where the registry has none. */
  readonly types: readonly (HandshakeTypeName | number)[]
  /** @throws RangeError when there is no such message */
  message(type: HandshakeTypeName | number): HandshakeBytes
  /** Without all messages of the type. */
  without(type: HandshakeTypeName | number): Flight
  /** Only what comes before the first message of the type. */
  before(type: HandshakeTypeName | number): Flight
  /** The first message of the type twice in a row. */
  repeating(type: HandshakeTypeName | number): Flight
  /** The first messages of the two types in each other's places. */
  swapping(one: HandshakeTypeName | number, other: HandshakeTypeName | number): Flight
  /** With another message in front of the first one of the type, or at the end. */
  inserting(message: HandshakeBytes, before?: HandshakeTypeName | number): Flight
  /** With another message in place of the first one of the type. */
  replacing(type: HandshakeTypeName | number, message: HandshakeBytes): Flight
  /** With another body in the first message of the type; the length follows. */
  altering(type: HandshakeTypeName | number, body: (body: Uint8Array) => Uint8Array): Flight
  /** With one byte of a body exclusive-ored. Negative offsets count from the end. */
  corrupting(type: HandshakeTypeName | number, offset: number, mask?: number): Flight
  /** With a body cut to `length` bytes, the length following. Negative: that many fewer. */
  truncating(type: HandshakeTypeName | number, length: number): Flight
  /** With bytes behind a body, the length following. */
  extending(type: HandshakeTypeName | number, ...extra: readonly number[]): Flight
  /** As plaintext records of these fragment sizes; the last size repeats. Default: one record per 2^14 bytes. */
  records(sizes?: readonly number[], options?: RecordOptions): Uint8Array
}

/** @throws RangeError when the bytes do not end with a message */
export function flight(source: Uint8Array | readonly HandshakeBytes[]): Flight {
  if (source instanceof Uint8Array) {
    const { messages, rest } = parseHandshake(source)
    if (rest.length > 0) throw new RangeError(`${rest.length} bytes at the end of the flight are no whole message`)
    return flight(messages)
  }
  const messages = source
  const indexOf = (type: HandshakeTypeName | number): number => {
    const index = messages.findIndex((one) => one.type === typeNumber(type))
    if (index < 0) throw new RangeError(`the flight has no ${type}, only ${messages.map(typeName).join(', ')}`)
    return index
  }
  const at = (index: number): HandshakeBytes => messages[index] as HandshakeBytes
  const spliced = (index: number, removed: number, ...added: readonly HandshakeBytes[]): Flight =>
    flight([...messages.slice(0, index), ...added, ...messages.slice(index + removed)])
  const replacing: Flight['replacing'] = (type, message) => spliced(indexOf(type), 1, message)
  const altering: Flight['altering'] = (type, body) => {
    const { type: id, body: old } = at(indexOf(type))
    return replacing(type, handshakeMessage(id, body(old.slice())))
  }
  const bytes = concat(...messages.map(({ raw }) => raw))
  return {
    messages,
    bytes,
    types: messages.map(typeName),
    message: (type) => at(indexOf(type)),
    without(type) {
      indexOf(type)
      return flight(messages.filter((one) => one.type !== typeNumber(type)))
    },
    before: (type) => flight(messages.slice(0, indexOf(type))),
    repeating: (type) => spliced(indexOf(type), 0, at(indexOf(type))),
    swapping(one, other) {
      const [i, j] = [indexOf(one), indexOf(other)]
      return flight(messages.map((_message, index) => at(index === i ? j : index === j ? i : index)))
    },
    inserting: (message, before) => spliced(before === undefined ? messages.length : indexOf(before), 0, message),
    replacing,
    altering,
    corrupting: (type, offset, mask = 0xff) =>
      altering(type, (body) => {
        const index = offset < 0 ? body.length + offset : offset
        if (index < 0 || index >= body.length) throw new RangeError(`the body of ${type} has no byte ${offset}`)
        body[index] = (body[index] as number) ^ mask
        return body
      }),
    truncating: (type, length) => altering(type, (body) => body.slice(0, length)),
    extending: (type, ...extra) => altering(type, (body) => concat(body, Uint8Array.from(extra))),
    records: (sizes, options) => recordsOf(contentType.handshake, bytes, sizes, options),
  }
}

function typeNumber(type: HandshakeTypeName | number): number {
  return typeof type === 'number' ? type : handshakeType[type]
}

function typeName({ type }: HandshakeBytes): HandshakeTypeName | number {
  const names = Object.keys(handshakeType) as HandshakeTypeName[]
  return names.find((name) => handshakeType[name] === type) ?? type
}

const headerLength = 4

function uint24(bytes: Uint8Array, offset: number): number {
  return ((bytes[offset] as number) << 16) | ((bytes[offset + 1] as number) << 8) | (bytes[offset + 2] as number)
}
