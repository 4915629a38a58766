import { equalBytes, TlsError } from '@typetls/wire'
import { fromBase64 } from '../pem.ts'
import type { SubjectPublicKey } from '../public-key.ts'
import { readPublicKey } from '../public-key.ts'

/** A log whose word counts. */
export interface TransparencyLog {
  /** SHA-256 of its SubjectPublicKeyInfo. */
  readonly id: Uint8Array
  readonly publicKey: SubjectPublicKey
  /** Whoever runs it: logs of one operator are no check on each other. */
  readonly operator: string
  readonly description: string
  readonly state: LogState
  /** Since when it is in that state, milliseconds since 1970. */
  readonly stateSince: number
  /** It takes only certificates whose notAfter is in here: the start included, the end not. */
  readonly expiryRange: { readonly start: number; readonly end: number } | undefined
}

export type LogState = 'pending' | 'qualified' | 'usable' | 'readonly' | 'retired' | 'rejected'

/**
 * The logs of a list in the format that browsers use (`log_list.json`, version 3). Choosing and refreshing it is the
 * caller's: an old list soon knows none of the logs in use.
 *
 * @param list the JSON, or what it was parsed to
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) for a list of another shape; `ERR_TLS_CERTIFICATE_PARSE`
 *   (decode_error) for a key that cannot be read
 */
export function readLogList(list: unknown): readonly TransparencyLog[] {
  const parsed = typeof list === 'string' ? parseJson(list) : list
  return arrayOf(field(parsed, 'operators')).flatMap((operator) => {
    const name = textOf(field(operator, 'name'), 'operator')
    const logs = [...arrayOf(field(operator, 'logs')), ...arrayOf(optional(operator, 'tiled_logs') ?? [])]
    return logs.map((log) => readLog(log, name))
  })
}

/** The log that a timestamp names. */
export function logById(logs: readonly TransparencyLog[], id: Uint8Array): TransparencyLog | undefined {
  return logs.find((log) => equalBytes(log.id, id))
}

function readLog(log: unknown, operator: string): TransparencyLog {
  const [state] = Object.entries(field(log, 'state') as object)
  if (state === undefined || !states.has(state[0])) return refuse(`has a log in the state ${state?.[0]}`)
  const range = optional(log, 'temporal_interval')
  return {
    id: bytesOf(field(log, 'log_id')),
    publicKey: readPublicKey(bytesOf(field(log, 'key')), 'log key'),
    operator,
    description: textOf(field(log, 'description'), 'description'),
    state: state[0] as LogState,
    stateSince: timeOf(field(state[1], 'timestamp')),
    expiryRange:
      range === undefined
        ? undefined
        : { start: timeOf(field(range, 'start_inclusive')), end: timeOf(field(range, 'end_exclusive')) },
  }
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch (cause) {
    throw new TlsError('ERR_TLS_OPTIONS', 'the list of logs is not JSON', { cause })
  }
}

function field(value: unknown, name: string): unknown {
  return optional(value, name) ?? refuse(`lacks ${name}`)
}

function optional(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return refuse(`has no object with ${name}`)
  return (value as Record<string, unknown>)[name]
}

function arrayOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : refuse('has something else than an array')
}

function textOf(value: unknown, name: string): string {
  return typeof value === 'string' ? value : refuse(`has a ${name} that is not text`)
}

function bytesOf(value: unknown): Uint8Array {
  return fromBase64(textOf(value, 'key or log_id')) ?? refuse('has a key or log_id that is not base64')
}

function timeOf(value: unknown): number {
  const time = Date.parse(textOf(value, 'time'))
  return Number.isNaN(time) ? refuse('has a time that does not exist') : time
}

function refuse(problem: string): never {
  throw new TlsError('ERR_TLS_OPTIONS', `the list of logs ${problem}`)
}

const states: ReadonlySet<string> = /* @__PURE__ */ new Set<LogState>([
  'pending',
  'qualified',
  'usable',
  'readonly',
  'retired',
  'rejected',
])
