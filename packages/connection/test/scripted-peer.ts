import type { CipherSuite } from '@typetls/crypto-provider'
import type { HandshakeMessageType, HandshakeMessages } from '@typetls/handshake'
import { encodeMessage } from '@typetls/handshake'
import type { HandshakeBytes, RecordOptions, RecordProtector, SealOptions } from '@typetls/testing'
import {
  contentType,
  digestOf,
  handshakeMessage,
  handshakeType,
  nextTrafficSecret,
  parseHandshake,
  parseRecords,
  protectorOf,
  record,
} from '@typetls/testing'
import { AlertDescription, concat } from '@typetls/wire'
import type { Peer } from './peers.ts'

/**
 * What a scripted peer says in place of what it should. `nth` counts the messages of the type from 1: only a second
 * ClientHello or ticket has another.
 */
export interface Script {
  /** Changes the contents, before lengths, binders and transcript hashes are made of them. */
  readonly body?: {
    readonly [K in HandshakeMessageType]?: (body: HandshakeMessages[K], nth: number) => HandshakeMessages[K]
  }
  /** Changes the bytes; the transcript has what was said. */
  readonly bytes?: { readonly [K in HandshakeMessageType]?: (message: HandshakeBytes, nth: number) => HandshakeBytes }
}

/** An alert as it came, and whether it came under keys. */
export interface SeenAlert {
  readonly level: number
  readonly description: string
  readonly protected: boolean
}

/**
 * One side of TLS 1.3 that a test plays against a connection of ours. It goes through the handshake step by step, so a
 * test can stop anywhere and say the wrong thing, under keys that fit. Records are made by `protectorOf` of
 * `@typetls/testing`, which writes what our record layer never would.
 */
export abstract class ScriptedPeer<Under extends Peer = Peer> {
  /** The connection under test. */
  abstract readonly peer: Under
  abstract readonly suite: CipherSuite
  readonly alerts: SeenAlert[] = []
  /** Handshake messages of the peer. */
  readonly heard: HandshakeBytes[] = []
  /** Application data of the peer. */
  readonly data: Uint8Array[] = []
  readonly transcript: Uint8Array[] = []
  /** How many bytes the peer has sent. */
  received = 0
  readonly #script: Script
  readonly #said = new Map<HandshakeMessageType, number>()
  #inbox: Uint8Array = new Uint8Array()
  #partial: Uint8Array = new Uint8Array()
  #write: Direction | undefined
  #read: (Direction & { sequence: number }) | undefined
  #anyProtected = false

  constructor(script: Script) {
    this.#script = script
  }

  /** What must happen after a message of ours: mostly new keys. */
  protected abstract said(type: HandshakeMessageType): void

  /** What must happen after a message of the peer; it is in the transcript by now. */
  protected abstract took(message: HandshakeBytes): void

  /** What the peer does with its bytes; for the `output` of its wire. */
  protected readonly take = (bytes: Uint8Array): void => {
    this.received += bytes.length
    this.#inbox = concat(this.#inbox, bytes)
  }

  /** Transcript-Hash of what was said so far. */
  hash(): Uint8Array {
    return digestOf(this.suite.id, concat(...this.transcript))
  }

  /** The secret that our records are protected with. */
  get writeSecret(): Uint8Array {
    return (this.#write as Direction).secret
  }

  /** Says one handshake message, in records of its own, as the script wants it. */
  say<Type extends HandshakeMessageType>(type: Type, body: HandshakeMessages[Type]): this {
    this.send(this.written(type, body).raw)
    this.saidIt(type)
    return this
  }

  /** The message as the script wants it; it is in the transcript now. */
  written<Type extends HandshakeMessageType>(type: Type, body: HandshakeMessages[Type]): HandshakeBytes {
    const nth = (this.#said.get(type) ?? 0) + 1
    this.#said.set(type, nth)
    const { body: bodies = {}, bytes = {} } = this.#script
    const raw = encodeMessage(type, bodies[type]?.(body, nth) ?? body)
    const message = this.finishing(type, changed(parsed(raw), bytes[type], nth))
    this.transcript.push(message.raw)
    return message
  }

  /** The last touch on a message whose bytes are otherwise as they will be: binders. */
  protected finishing(_type: HandshakeMessageType, message: HandshakeBytes): HandshakeBytes {
    return message
  }

  /** Turns to what follows a message that was sent by hand, and listens. */
  saidIt(type: HandshakeMessageType): this {
    this.said(type)
    return this.listen()
  }

  /** Handshake bytes, whole messages or not, in records of the size given; not in the transcript. */
  send(bytes: Uint8Array, size = 16384): this {
    for (let offset = 0; offset < bytes.length; offset += size) {
      this.peer.receive(this.sealed(contentType.handshake, bytes.subarray(offset, offset + size)))
    }
    return this
  }

  /** A handshake message that is not in the transcript. */
  message(type: Parameters<typeof handshakeMessage>[0], body: Uint8Array = new Uint8Array()): this {
    return this.send(handshakeMessage(type, body).raw).listen()
  }

  /** A record of any type, under keys if there are any. */
  record(type: number, content: Uint8Array, options?: SealOptions): this {
    return this.raw(this.sealed(type, content, options))
  }

  /** A record in plaintext, whatever keys there are. */
  plaintext(type: number, content: Uint8Array, options?: RecordOptions): this {
    return this.raw(record(type, content, options))
  }

  alert(level: number, description: keyof typeof AlertDescription.ids): this {
    return this.record(contentType.alert, Uint8Array.of(level, AlertDescription.ids[description]))
  }

  /** Any bytes. */
  raw(bytes: Uint8Array): this {
    this.peer.receive(bytes)
    return this.listen()
  }

  /** KeyUpdate, and the next keys. */
  updateKeys(requestUpdate: HandshakeMessages['key_update']['requestUpdate'] = 'update_not_requested'): this {
    this.send(encodeMessage('key_update', { requestUpdate }))
    this.writeWith(nextTrafficSecret(this.suite.id, this.writeSecret))
    return this.listen()
  }

  sealed(type: number, content: Uint8Array, options?: SealOptions): Uint8Array {
    return this.#write === undefined ? record(type, content) : this.#write.keys.seal(type, content, options)
  }

  /** Protects from now on. */
  writeWith(secret: Uint8Array): void {
    this.#write = { secret, keys: protectorOf(this.suite.id, secret) }
  }

  /** Expects the peer's records to be protected from now on. */
  readWith(secret: Uint8Array): void {
    this.#read = { secret, keys: protectorOf(this.suite.id, secret), sequence: 0 }
  }

  /** Reads what the peer has sent. */
  listen(): this {
    for (;;) {
      const { records, rest } = parseRecords(this.#inbox)
      const [first] = records
      if (first === undefined) return this
      this.#inbox = concat(...records.slice(1).map(({ raw }) => raw), rest)
      this.#hear(first.type, first.raw)
    }
  }

  #hear(type: number, raw: Uint8Array): void {
    if (type === contentType.change_cipher_spec) return
    if (type !== contentType.application_data) {
      if (this.#anyProtected) throw new Error('the peer sent a plaintext record after protected ones')
      this.#content(type, raw.subarray(5), false)
      return
    }
    this.#anyProtected = true
    const read = this.#read
    const opened = read?.keys.open(raw, read.sequence++)
    if (opened === undefined) throw new Error('the peer sent a record that the scripted peer has no key for')
    this.#content(opened.type, opened.content, true)
  }

  #content(type: number, content: Uint8Array, isProtected: boolean): void {
    if (type === contentType.alert) {
      const [level = 0, description = 0] = content
      this.alerts.push({ level, description: AlertDescription.label(description), protected: isProtected })
    } else if (type === contentType.application_data) {
      this.data.push(content)
    } else {
      const { messages, rest } = parseHandshake(concat(this.#partial, content))
      this.#partial = rest.slice()
      for (const message of messages) this.#message(message)
    }
  }

  #message(message: HandshakeBytes): void {
    this.heard.push(message)
    if (message.type === handshakeType.key_update) {
      this.readWith(nextTrafficSecret(this.suite.id, (this.#read as Direction).secret))
      return
    }
    this.transcript.push(message.raw)
    this.took(message)
  }
}

interface Direction {
  readonly secret: Uint8Array
  readonly keys: RecordProtector
}

/** A whole message, taken apart. */
export function parsed(raw: Uint8Array): HandshakeBytes {
  const [message] = parseHandshake(raw).messages
  if (message === undefined || message.raw.length !== raw.length)
    throw new RangeError('these bytes are not one message')
  return message
}

function changed(
  message: HandshakeBytes,
  change: ((message: HandshakeBytes, nth: number) => HandshakeBytes) | undefined,
  nth: number,
): HandshakeBytes {
  return change === undefined ? message : change(message, nth)
}
