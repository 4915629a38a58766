import type { Direction, Epoch, Trace } from '@typetls/handshake'
import { askNow } from '@typetls/handshake'
import type { RecordTraceInfo } from '@typetls/record'
import type { TlsError } from '@typetls/wire'
import type { Connection } from './connection.ts'

/** A trace, and the code that tells it what a connection does: see `tracing`. */
export interface ConnectionTrace {
  /** @internal */
  of(connection: Connection): Tracing
}

/** For the option `trace` of `sessionlessClientConnection`, which is without that code otherwise. */
export function tracing(trace: Trace): ConnectionTrace {
  return { of: (connection) => new Tracing(connection, trace) }
}

/** What the option `trace` of other connections is. */
export function traceOf(trace: Trace | ConnectionTrace | undefined): ConnectionTrace | undefined {
  return typeof trace === 'function' ? tracing(trace) : trace
}

/** Tells a trace what a connection does, perhaps in the middle of a record: what the trace writes waits. */
export class Tracing {
  readonly #connection: Connection
  readonly #trace: Trace
  /** Those of the keys in use, the last that the trace was told of. */
  readonly #epochs: Record<Direction, Epoch> = { sent: 'plaintext', received: 'plaintext' }
  #broken = false

  constructor(connection: Connection, trace: Trace) {
    this.#connection = connection
    this.#trace = trace
  }

  /** A trace that throws ends the connection and is told nothing more; once that is over it changes nothing. */
  readonly tell: Trace = (event) => {
    if (event.event === 'keys') this.#epochs[event.direction] = event.epoch
    if (this.#broken) return
    const { calls } = this.#connection
    const { deferring } = calls
    calls.deferring = true
    try {
      askNow('ERR_TLS_CALLBACK', 'trace', () => this.#trace(event))
    } catch (cause) {
      this.#broken = true
      if (this.#connection.state !== 'closed') throw cause
    } finally {
      calls.deferring = deferring
    }
  }

  onRecord(direction: Direction): (info: RecordTraceInfo) => void {
    return ({ sequence, type, contentLength, length }) =>
      this.tell({
        event: 'record',
        direction,
        epoch: sequence === undefined ? 'plaintext' : this.#epochs[direction],
        contentType: type,
        length: contentLength,
        wireLength: length,
      })
  }

  alert(direction: Direction, level: 'warning' | 'fatal', description: string): void {
    this.tell({ event: 'alert', direction, level, description })
  }

  failure({ code, alert, message }: Pick<TlsError, 'code' | 'alert' | 'message'>): void {
    this.tell({ event: 'failure', code, alert, message })
  }
}
