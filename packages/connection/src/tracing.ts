import type { Secret } from '@typetls/crypto-provider'
import type { Direction, Epoch, HandshakeObserver, KeyLogLabel, Trace } from '@typetls/handshake'
import { askNow } from '@typetls/handshake'
import type { RecordTraceInfo } from '@typetls/record'
import type { TlsError } from '@typetls/wire'
import { toHex } from '@typetls/wire'
import type { Connection } from './connection.ts'
import type { ClientOptions } from './options.ts'

/** A trace, and the code that tells it and the key log what a connection does: see `tracing`. */
export interface ConnectionTrace {
  /** @internal */
  of(connection: Connection, keyLog: ((line: string) => void) | undefined): Tracing
}

/** For the option `trace` of `sessionlessClientConnection`, which is without that code otherwise; `keyLog` needs it, too. */
export function tracing(trace?: Trace): ConnectionTrace {
  return { of: (connection, keyLog) => new Tracing(connection, trace, keyLog) }
}

/** What other connections make of their options. */
export function traceOf({ trace, keyLog }: Pick<ClientOptions, 'trace' | 'keyLog'>): ConnectionTrace | undefined {
  if (typeof trace === 'function') return tracing(trace)
  return trace ?? (keyLog && tracing())
}

/** Tells a trace what a connection does, perhaps in the middle of a record: what the trace writes waits. */
export class Tracing implements HandshakeObserver {
  readonly #connection: Connection
  readonly #trace: Trace | undefined
  readonly #keyLog: ((line: string) => void) | undefined
  /** Those of the keys in use, the last that the trace was told of. */
  readonly #epochs: Record<Direction, Epoch> = { sent: 'plaintext', received: 'plaintext' }
  /** Names the lines of the key log. */
  #clientRandom = ''
  #broken = false

  constructor(connection: Connection, trace: Trace | undefined, keyLog: ((line: string) => void) | undefined) {
    this.#connection = connection
    this.#trace = trace
    this.#keyLog = keyLog
  }

  message(direction: Direction, type: string, bytes: Uint8Array): void {
    // After header and legacy_version.
    if (type === 'client_hello') this.#clientRandom = toHex(bytes.subarray(6, 38))
    this.#tell({ event: 'message', direction, type, bytes })
  }

  /** https://www.rfc-editor.org/rfc/rfc9850 */
  secret(label: KeyLogLabel, secret: Secret): void {
    this.#tell({ event: 'secret', label })
    const line = (): string => `${label} ${this.#clientRandom} ${toHex(secret.reveal())}`
    askNow('ERR_TLS_CALLBACK', 'keyLog', () => this.#keyLog?.(line()))
  }

  keys(direction: Direction, epoch: Epoch, cipherSuite: string): void {
    this.#epochs[direction] = epoch
    this.#tell({ event: 'keys', direction, epoch, cipherSuite })
  }

  decision(what: string, value: string): void {
    this.#tell({ event: 'decision', what, value })
  }

  onRecord(direction: Direction): ((info: RecordTraceInfo) => void) | undefined {
    if (this.#trace === undefined) return undefined
    return ({ sequence, type, contentLength, length }) =>
      this.#tell({
        event: 'record',
        direction,
        epoch: sequence === undefined ? 'plaintext' : this.#epochs[direction],
        contentType: type,
        length: contentLength,
        wireLength: length,
      })
  }

  alert(direction: Direction, level: 'warning' | 'fatal', description: string): void {
    this.#tell({ event: 'alert', direction, level, description })
  }

  failure({ code, alert, message }: Pick<TlsError, 'code' | 'alert' | 'message'>): void {
    this.#tell({ event: 'failure', code, alert, message })
  }

  /** A trace that throws ends the connection and is told nothing more; once that is over it changes nothing. */
  #tell(event: Parameters<Trace>[0]): void {
    const trace = this.#trace
    if (this.#broken || trace === undefined) return
    const { calls } = this.#connection
    const { deferring } = calls
    calls.deferring = true
    try {
      askNow('ERR_TLS_CALLBACK', 'trace', () => trace(event))
    } catch (cause) {
      this.#broken = true
      if (this.#connection.state !== 'closed') throw cause
    } finally {
      calls.deferring = deferring
    }
  }
}
