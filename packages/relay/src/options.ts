/** Options of a relay. */
export interface RelayOptions {
  /** Where it connects to: `host:port`, `*.example.com:443`, `host:*`. Nothing else is reached. */
  readonly allow: readonly string[]
  /** Whoever has one of these may use it, as `?token=` or as `Authorization: Bearer`. Default: anybody. */
  readonly tokens?: readonly string[]
  /** Pages of these origins only, such as `https://app.example`. Default: any; programs send no origin. */
  readonly origins?: readonly string[]
  /** Open at the same time. Default 1000. */
  readonly maxConnections?: number
  /** The same for each client's address. Default 100. */
  readonly maxConnectionsPerClient?: number
  /** Milliseconds without a byte in either direction. Default 300000. */
  readonly idleTimeout?: number
  /** Milliseconds to reach a target. Default 10000. */
  readonly connectTimeout?: number
  /** Bytes that may be on their way in each direction of a connection. Default 262144. */
  readonly window?: number
}

export interface Limits {
  readonly maxConnections: number
  readonly maxConnectionsPerClient: number
  readonly idleTimeout: number
  readonly connectTimeout: number
  readonly window: number
}

/** @throws RangeError for a number that is none or below 1 */
export function limitsOf(options: RelayOptions): Limits {
  const limits = { ...defaults }
  for (const name of Object.keys(defaults) as (keyof Limits)[]) {
    const value = options[name]
    if (value === undefined) continue
    if (!Number.isInteger(value) || value < 1 || value > 0x7fff_ffff) throw new RangeError(`${name}: ${value}`)
    limits[name] = value
  }
  return limits
}

const defaults = {
  maxConnections: 1000,
  maxConnectionsPerClient: 100,
  idleTimeout: 300_000,
  connectTimeout: 10_000,
  window: 262_144,
}
