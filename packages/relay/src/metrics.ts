import type { CloseReason } from './close-codes.ts'
import { closeCodes } from './close-codes.ts'

/** What a relay counted since it was made. */
export interface RelayMetrics {
  readonly connections: number
  readonly open: number
  /** Bytes of ciphertext. */
  readonly bytesUp: number
  readonly bytesDown: number
  readonly closed: Readonly<Record<CloseReason, number>>
}

export class Counters {
  connections = 0
  open = 0
  bytesUp = 0
  bytesDown = 0
  readonly closed: Record<CloseReason, number>

  constructor() {
    this.closed = Object.fromEntries(Object.keys(closeCodes).map((reason) => [reason, 0])) as Record<
      CloseReason,
      number
    >
  }

  snapshot(): RelayMetrics {
    const { connections, open, bytesUp, bytesDown } = this
    return { connections, open, bytesUp, bytesDown, closed: { ...this.closed } }
  }

  /** https://prometheus.io/docs/instrumenting/exposition_formats/ */
  text(): string {
    const closed = Object.entries(this.closed).map(
      ([why, count]) => `typetls_relay_closed_total{reason="${why}"} ${count}`,
    )
    return [
      '# TYPE typetls_relay_connections_total counter',
      `typetls_relay_connections_total ${this.connections}`,
      '# TYPE typetls_relay_connections_open gauge',
      `typetls_relay_connections_open ${this.open}`,
      '# TYPE typetls_relay_bytes_total counter',
      `typetls_relay_bytes_total{direction="up"} ${this.bytesUp}`,
      `typetls_relay_bytes_total{direction="down"} ${this.bytesDown}`,
      '# TYPE typetls_relay_closed_total counter',
      ...closed,
      '',
    ].join('\n')
  }
}
