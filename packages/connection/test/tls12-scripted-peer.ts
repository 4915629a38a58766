import type { HandshakeBytes, RecordOptions, Tls12Protector, Tls12SealOptions } from '@typetls/testing'
import {
  contentType,
  handshakeMessage,
  parseHandshake,
  parseRecords,
  record,
  tls12Protectors,
  tls12VerifyData,
} from '@typetls/testing'
import type { HandshakeTypeName } from '@typetls/testing'
import { AlertDescription, concat } from '@typetls/wire'
import { certificateFor, credentialFor } from './peers.ts'
import type { Peer } from './peers.ts'
import type { SeenAlert } from './scripted-peer.ts'

/** What a scripted peer says in place of what it should; the transcript has what was said. */
export interface Tls12Script {
  readonly bytes?: { readonly [K in HandshakeTypeName]?: (message: HandshakeBytes) => HandshakeBytes }
  /** Default 0xc02b, TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256. */
  readonly suite?: number
  /** Default x25519. */
  readonly group?: string
}

/** One thing to say, in turn: a handshake message or the record between them. */
export type Tls12Step = HandshakeTypeName | 'change_cipher_spec'

/**
 * One side of TLS 1.2 that a test plays against a connection of ours, step by step, so that a test can stop anywhere and
 * say the wrong thing, in plaintext or under keys that fit. Records are made by `tls12Protectors` of `@typetls/testing`.
 */
export abstract class Tls12ScriptedPeer {
  /** The connection under test. */
  abstract readonly peer: Peer
  /** What is left to say before the peer must, in order. */
  abstract readonly steps: readonly Tls12Step[]
  readonly alerts: SeenAlert[] = []
  /** Handshake messages of the peer. */
  readonly heard: HandshakeBytes[] = []
  /** Our own. */
  readonly said: HandshakeBytes[] = []
  /** Application data of the peer. */
  readonly data: Uint8Array[] = []
  readonly transcript: Uint8Array[] = []
  /** How many bytes the peer has sent. */
  received = 0
  suite: number
  main: Uint8Array | undefined
  clientRandom: Uint8Array = new Uint8Array(32)
  serverRandom: Uint8Array = new Uint8Array(32)
  protected readonly role: 'client' | 'server'
  readonly #script: Tls12Script
  #inbox: Uint8Array = new Uint8Array()
  #partial: Uint8Array = new Uint8Array()
  #write: Tls12Protector | undefined
  #read: Tls12Protector | undefined
  #opened = 0

  constructor(role: 'client' | 'server', script: Tls12Script) {
    this.role = role
    this.#script = script
    this.suite = script.suite ?? 0xc02b
  }

  /** The message of a step, as it should be. */
  protected abstract made(type: HandshakeTypeName): HandshakeBytes

  /** What must happen after a message of the peer; it is in the transcript by now. */
  protected abstract took(message: HandshakeBytes): void

  /** What the peer does with its bytes; for the `output` of its wire. */
  protected readonly take = (bytes: Uint8Array): void => {
    this.received += bytes.length
    this.#inbox = concat(this.#inbox, bytes)
  }

  /** Goes on up to, but not through, this step. */
  until(step: Tls12Step): this {
    for (let next = this.steps[0]; next !== step; next = this.steps[0]) {
      if (next === undefined) throw new RangeError(`this ${this.role} has no ${step} to come`)
      this.step(next)
    }
    return this
  }

  /** Goes on to the end of the handshake. */
  play(): this {
    for (let next = this.steps[0]; next !== undefined; next = this.steps[0]) this.step(next)
    return this
  }

  /** Says this now, whatever is due. */
  step(step: Tls12Step): this {
    if (step === 'change_cipher_spec') {
      this.saidStep(step)
      return this.changeCipherSpec()
    }
    return this.send(this.written(step).raw).listen()
  }

  /** The message of a step as the script wants it, for a test to send by hand; it is in the transcript. */
  written(type: HandshakeTypeName): HandshakeBytes {
    const made = this.made(type)
    const message = this.#script.bytes?.[type]?.(made) ?? made
    this.transcript.push(message.raw)
    this.said.push(message)
    this.saidStep(type)
    return message
  }

  /** A step is done. */
  protected abstract saidStep(step: Tls12Step): void

  /** The record, and the keys after it. */
  changeCipherSpec(): this {
    this.raw(this.sealed(contentType.change_cipher_spec, Uint8Array.of(1)))
    this.#write = this.#keys()[this.role]
    return this
  }

  /** The Finished that fits what was said. */
  protected finished(): HandshakeBytes {
    if (this.main === undefined) return handshakeMessage('finished', new Uint8Array(12))
    return handshakeMessage('finished', tls12VerifyData(this.suite, this.main, this.role, concat(...this.transcript)))
  }

  /** Handshake bytes, whole messages or not, in records of the size given; not in the transcript. */
  send(bytes: Uint8Array, size = 16384): this {
    for (let offset = 0; offset < bytes.length; offset += size) {
      this.peer.receive(this.sealed(contentType.handshake, bytes.subarray(offset, offset + size)))
    }
    return this
  }

  /** A handshake message that is not in the transcript. */
  message(type: HandshakeTypeName | number, body: Uint8Array = new Uint8Array()): this {
    return this.send(handshakeMessage(type, body).raw).listen()
  }

  /** A record of any type, under keys if there are any. */
  record(type: number, content: Uint8Array, options?: Tls12SealOptions): this {
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

  sealed(type: number, content: Uint8Array, options?: Tls12SealOptions): Uint8Array {
    return this.#write === undefined ? record(type, content) : this.#write.seal(type, content, options)
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

  #keys(): { readonly client: Tls12Protector; readonly server: Tls12Protector } {
    // Who changes before its time has keys, though not those of the peer.
    const main = this.main ?? new Uint8Array(48)
    return tls12Protectors(this.suite, main, { client: this.clientRandom, server: this.serverRandom })
  }

  #hear(type: number, raw: Uint8Array): void {
    const content = this.#read === undefined ? raw.subarray(5) : this.#read.open(raw, this.#opened++)
    if (content === undefined) throw new Error('the peer sent a record that the scripted peer has no key for')
    if (type === contentType.change_cipher_spec) {
      this.#read = this.#keys()[this.role === 'client' ? 'server' : 'client']
      this.#opened = 0
    } else if (type === contentType.alert) {
      const [level = 0, id = 0] = content
      this.alerts.push({ level, description: AlertDescription.label(id), protected: this.#read !== undefined })
    } else if (type === contentType.application_data) {
      this.data.push(content)
    } else {
      const { messages, rest } = parseHandshake(concat(this.#partial, content))
      this.#partial = rest.slice()
      for (const message of messages) {
        this.heard.push(message)
        this.transcript.push(message.raw)
        this.took(message)
      }
    }
  }
}

export const defaultCredential = credentialFor(certificateFor())

/** A vector of bytes. */
export function vector(width: 1 | 2 | 3, ...parts: readonly Uint8Array[]): Uint8Array {
  const content = concat(...parts)
  return concat(uint(width, content.length), content)
}

export function uint(width: 1 | 2 | 3, value: number): Uint8Array {
  return Uint8Array.of(value >>> 16, value >>> 8, value).subarray(3 - width)
}
