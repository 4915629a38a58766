import type { CipherSuite, Secret } from '@typetls/crypto-provider'
import { isPromiseLike } from '@typetls/crypto-provider'
import type { Direction, Epoch, HandshakeCarrier, RecordProtection } from '@typetls/handshake'
import { askNow, run } from '@typetls/handshake'
import type { Protection, RecordKey, RecordWriterOptions } from '@typetls/record'
import { RecordReader, RecordWriter, maxFragmentLength } from '@typetls/record'
import type { Connection } from './connection.ts'
import type { ConnectionEvents } from './events.ts'
import type { CommonOptions } from './options.ts'
import type { RoleOfConnection } from './role.ts'
import type { Tracing } from './tracing.ts'

/**
 * The records of a connection, both ways, their keys and their limits; what the handshake and the writer call. One object
 * with methods: closures would be most of an idle connection.
 */
export class RecordCarrier implements HandshakeCarrier, RecordWriterOptions {
  readonly reader: RecordReader
  readonly writer: RecordWriter
  /** Our close_notify went, or the connection is over. */
  silent = false
  /** The peer's records are under a key of TLS 1.3. */
  tls13Keys = false
  readonly allocate: RecordWriterOptions['allocate']
  readonly padding: RecordWriterOptions['padding']
  readonly onRecord: RecordWriterOptions['onRecord']
  readonly #connection: Connection
  readonly #role: RoleOfConnection
  readonly #events: ConnectionEvents
  /** Bytes of data the peer takes in a record. */
  #peerLimit = maxFragmentLength

  constructor(
    connection: Connection,
    role: RoleOfConnection,
    options: Omit<CommonOptions, 'trace'>,
    events: ConnectionEvents,
    tracing: Tracing | undefined,
  ) {
    this.#connection = connection
    this.#role = role
    this.#events = events
    this.allocate = options.allocate
    this.padding = options.padding
    this.onRecord = tracing?.onRecord('sent')
    this.reader = new RecordReader({
      notTls: role.notTls,
      strictVersion: options.strictRecordVersion ?? false,
      onRecord: tracing?.onRecord('received'),
    })
    this.writer = new RecordWriter(this)
    this.limitFragments(options.maxFragment ?? maxFragmentLength)
  }

  output(bytes: Uint8Array): void {
    this.#connection.guard(() => askNow('ERR_TLS_CALLBACK', 'output', () => this.#events.output(bytes)))
  }

  failed(error: unknown): void {
    this.#connection.fail(error)
  }

  send(message: Uint8Array): void {
    // "Each party MUST send a close_notify alert before closing its write side" and nothing after it.
    if (!this.silent) this.writer.handshake(message)
  }

  changeCipherSpec(): void {
    if (!this.silent) this.writer.changeCipherSpec()
  }

  installKeys(direction: Direction, _epoch: Epoch, suite: CipherSuite, secret: Secret): void | PromiseLike<void> {
    const { trafficKey } = this.#role as Required<RoleOfConnection>
    const key = run(trafficKey(this.#connection.parameters.crypto, suite, secret))
    const install = (ready: RecordKey): void => {
      this.protect(direction, ready)
      if (direction === 'received') this.tls13Keys = true
    }
    return isPromiseLike(key) ? key.then(install) : install(key)
  }

  /** After the end reader and writer wipe it and throw, for the program to end. */
  protect(direction: Direction, key: RecordKey | RecordProtection): void {
    const { reader, writer } = this
    const end = direction === 'sent' ? writer : reader
    end.setKey(key as RecordKey | Protection)
  }

  earlyDataDeclined(): void {
    this.reader.declinedEarlyData = this.#role.declinedEarlyData?.()
  }

  // The type byte counts in TLS 1.3. https://www.rfc-editor.org/rfc/rfc8449#section-4
  peerRecordSizeLimit(limit: number): void {
    this.#peerLimit = Math.min(limit - 1, maxFragmentLength)
    this.limitFragments(this.writer.fragmentLimit)
  }

  ownRecordSizeLimit(limit: number): void {
    this.reader.limit = Math.min(limit - 1, maxFragmentLength)
  }

  /** @param length bytes of data in a record that we send, or fewer if the peer takes no more */
  limitFragments(length: number): void {
    this.writer.fragmentLimit = Math.min(length, this.#peerLimit)
  }
}
