import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { fromHex } from '@typetls/wire'

/**
 * The example handshakes of RFC 8448, by their section titles. Read once, then kept.
 *
 * `rfc8448()['Simple 1-RTT Handshake'].bytes('client', 'construct a ClientHello', 'ClientHello')`
 *
 * https://www.rfc-editor.org/rfc/rfc8448
 */
export function rfc8448(): Readonly<Record<Rfc8448Title, Rfc8448Trace>> {
  traces ??= readTraces()
  return traces
}

export type Rfc8448Title =
  | 'Simple 1-RTT Handshake'
  | 'Resumed 0-RTT Handshake'
  | 'HelloRetryRequest'
  | 'Client Authentication'
  | 'Compatibility Mode'

export const rfc8448Titles: readonly Rfc8448Title[] = [
  'Simple 1-RTT Handshake',
  'Resumed 0-RTT Handshake',
  'HelloRetryRequest',
  'Client Authentication',
  'Compatibility Mode',
]

export interface Rfc8448Trace {
  readonly title: Rfc8448Title
  /** In the RFC's order. */
  readonly steps: readonly Rfc8448Step[]
  /**
   * The `nth` (from 0) step of one side whose `what` starts with the given words, among those that have values:
   * steps that say "(same as …)" have none.
   *
   * @throws RangeError when there is none
   */
  step(who: 'client' | 'server', what: string, nth?: number): Rfc8448Step
  /** A value of that step. */
  bytes(who: 'client' | 'server', what: string, name: string, nth?: number): Uint8Array
  /** All records one side sent, in order. */
  records(who: 'client' | 'server'): readonly Rfc8448Record[]
}

export interface Rfc8448Step {
  readonly who: 'client' | 'server'
  /** The RFC's words, such as `derive secret "tls13 c hs traffic"`. */
  readonly what: string
  readonly values: readonly { readonly name: string; readonly bytes: Uint8Array }[]
  /** @throws RangeError when the step has no such value */
  bytes(name: string): Uint8Array
}

export interface Rfc8448Record {
  readonly type: 'handshake' | 'application_data' | 'alert' | 'change_cipher_spec'
  /** The content before protection. */
  readonly payload: Uint8Array
  /** As it went over the wire, header first. */
  readonly record: Uint8Array
}

let traces: Readonly<Record<Rfc8448Title, Rfc8448Trace>> | undefined

function readTraces(): Record<Rfc8448Title, Rfc8448Trace> {
  const file = new URL('../vectors/rfc8448/rfc8448.json.gz', import.meta.url)
  const sections = JSON.parse(gunzipSync(readFileSync(file)).toString()) as Record<Rfc8448Title, StoredStep[]>
  const read = {} as Record<Rfc8448Title, Rfc8448Trace>
  for (const title of rfc8448Titles) read[title] = trace(title, sections[title].map(step))
  return read
}

function trace(title: Rfc8448Title, steps: readonly Rfc8448Step[]): Rfc8448Trace {
  const find = (who: string, what: string, nth = 0): Rfc8448Step => {
    const found = steps.filter((one) => one.who === who && one.what.startsWith(what) && one.values.length > 0)[nth]
    if (found === undefined) throw new RangeError(`RFC 8448, ${title}, has no step ${nth} of the ${who}: ${what}`)
    return found
  }
  return {
    title,
    steps,
    step: find,
    bytes: (who, what, name, nth) => find(who, what, nth).bytes(name),
    records(who) {
      return steps.flatMap((one) => {
        const type = /^send (\w+) record/.exec(one.what)?.[1] as Rfc8448Record['type'] | undefined
        if (one.who !== who || type === undefined) return []
        return [{ type, payload: one.bytes('payload'), record: one.bytes('complete record') }]
      })
    },
  }
}

function step({ who, what, values }: StoredStep): Rfc8448Step {
  const read = values.map(({ name, hex, note }) => ({ name, bytes: hex === undefined ? noted(note) : fromHex(hex) }))
  return {
    who,
    what,
    values: read,
    bytes(name) {
      const value = read.find((one) => one.name === name)
      if (value === undefined) throw new RangeError(`RFC 8448 names no "${name}" where the ${who} must ${what}`)
      return value.bytes
    },
  }
}

function noted(note: string | undefined): Uint8Array {
  // The salt of HKDF-Extract "early": as many zeros as SHA-256, the hash of all traces, is long.
  return new Uint8Array(note === '0 (all zero octets)' ? 32 : 0)
}

interface StoredStep {
  readonly who: 'client' | 'server'
  readonly what: string
  readonly values: readonly { readonly name: string; readonly hex?: string; readonly note?: string }[]
}
