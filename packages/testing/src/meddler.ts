import { concat, equalBytes, fromHex } from '@typetls/wire'
import type { Flight, HandshakeBytes } from './handshake-bytes.ts'
import { flight, handshakeMessage, handshakeType, parseHandshake } from './handshake-bytes.ts'
import type { Direction } from './memory-pair.ts'
import type { OpenedRecord, RecordProtector, SealOptions } from './protected-records.ts'
import { digestOf, finishedVerifyData, nextTrafficSecret, protectorOf } from './protected-records.ts'
import { contentType } from './records.ts'

/**
 * A man in the middle of a TLS 1.3 connection who has its keys. He opens every record, may change the flights that
 * each side sends under its handshake keys, and may put in records of his own; what he changes he seals again, with
 * the record numbers that the receiver expects.
 *
 * ```ts fragment
 * const man = meddler({ server: (flight) => flight.without('certificate_verify') })
 * const pair = connectPair({ client, server, transformRecord: man.transformRecord })
 * ```
 *
 * `keyLog` goes to one of the peers (`keyLog: man.keyLog`); it is told of a secret before records need it. Early data
 * passes unopened.
 */
export function meddler(options: MeddlerOptions = {}): Meddler {
  const secrets = new Map<string, Uint8Array>()
  const sides = { client: sideOf('CLIENT'), server: sideOf('SERVER') }
  let suite = 0

  // What each side believes was said, message by message; they differ by what was changed on the way.
  const transcripts = { client: [] as Uint8Array[], server: [] as Uint8Array[] }

  const secretOf = (label: string): Uint8Array => {
    const secret = secrets.get(label)
    if (secret === undefined) throw new Error(`a protected record came before the key log had ${label}`)
    return secret
  }

  const keysOf = (side: Side): RecordProtector => {
    side.secret ??= secretOf(
      side.stage === 'handshake' ? `${side.label}_HANDSHAKE_TRAFFIC_SECRET` : `${side.label}_TRAFFIC_SECRET_0`,
    )
    side.keys ??= protectorOf(suite, side.secret)
    return side.keys
  }

  const turnTo = (side: Side, stage: Side['stage'], secret?: Uint8Array): void => {
    side.stage = stage
    side.secret = secret
    side.keys = undefined
    side.received = 0
  }

  const plaintext = (name: 'client' | 'server', bytes: Uint8Array): void => {
    const side = sides[name]
    const { messages, rest } = parseHandshake(concat(side.partial, bytes))
    side.partial = rest.slice()
    for (const message of messages) {
      if (message.type === handshakeType.server_hello) {
        suite = suiteChosenBy(message.body)
        if (isRetry(message.body)) restart(transcripts, suite)
      }
      side.handshake.push(message)
    }
    remember(messages)
  }

  /** The bytes that go on in place of a flight that is complete with this record. */
  const meddle = (name: 'client' | 'server', alter: (flight: Flight) => Flight): Uint8Array => {
    const side = sides[name]
    const receiver = name === 'client' ? 'server' : 'client'
    const original = flight(side.flight)
    let changed = alter(original)
    if (options.refinish !== false) changed = refinished(changed, transcripts[receiver])
    transcripts[name].push(original.bytes.slice())
    transcripts[receiver].push(changed.bytes.slice())
    const keys = keysOf(side)
    const sealed: Uint8Array[] = []
    for (let offset = 0; offset < changed.bytes.length; offset += maxFragment) {
      sealed.push(keys.seal(contentType.handshake, changed.bytes.subarray(offset, offset + maxFragment)))
    }
    return concat(...sealed)

    function refinished(one: Flight, before: readonly Uint8Array[]): Flight {
      if (!one.types.includes('finished')) return one
      const transcript = concat(...before, one.before('finished').bytes)
      const verifyData = finishedVerifyData(suite, secretOf(`${side.label}_HANDSHAKE_TRAFFIC_SECRET`), transcript)
      return one.replacing('finished', handshakeMessage('finished', verifyData))
    }
  }

  const opened = (name: 'client' | 'server', raw: Uint8Array): Uint8Array => {
    const side = sides[name]
    const keys = keysOf(side)
    const inner = keys.open(raw, side.received)
    // Not ours to open: early data, or a record that a peer spoiled itself.
    if (inner === undefined) return raw
    side.received++
    side.seen.push({ ...inner, content: inner.content.slice() })

    if (side.stage === 'application') {
      const passed = resealed(keys, side.received, raw, inner)
      const update = inner.type === contentType.handshake && inner.content[0] === handshakeType.key_update
      if (update) turnTo(side, 'application', nextTrafficSecret(suite, side.secret as Uint8Array))
      return passed
    }

    if (inner.type !== contentType.handshake) return resealed(keys, side.received, raw, inner)
    const { messages, rest } = parseHandshake(concat(side.partial, inner.content))
    side.flight.push(...messages)
    side.partial = rest.slice()
    const complete = messages.at(-1)?.type === handshakeType.finished
    let passed: Uint8Array
    const alter = options[name]
    // A flight that shall be changed is held back until it is whole.
    if (alter === undefined) passed = resealed(keys, side.received, raw, inner)
    else passed = complete ? meddle(name, alter) : new Uint8Array()
    if (complete) {
      side.handshake.push(...side.flight)
      if (alter === undefined) remember(side.flight)
      turnTo(side, 'application')
    }
    return passed
  }

  const remember = (messages: readonly HandshakeBytes[]): void => {
    for (const { raw } of messages) {
      transcripts.client.push(raw.slice())
      transcripts.server.push(raw.slice())
    }
  }

  return {
    keyLog(line) {
      const [label, , secret] = line.split(' ')
      if (label !== undefined && secret !== undefined) secrets.set(label, fromHex(secret))
    },
    transformRecord(direction, raw) {
      const name = direction === 'client-to-server' ? 'client' : 'server'
      if (raw[0] === contentType.application_data) return opened(name, raw)
      if (raw[0] === contentType.handshake) plaintext(name, raw.subarray(5))
      return raw
    },
    seen: (direction) => (direction === 'client-to-server' ? sides.client : sides.server).seen,
    handshake: (name) => flight(sides[name].handshake),
    forge(direction, type, content, seal) {
      const side = direction === 'client-to-server' ? sides.client : sides.server
      return keysOf(side).seal(type, content, seal)
    },
  }
}

export interface MeddlerOptions {
  /** What becomes of the server's flight from EncryptedExtensions to Finished. */
  readonly server?: (flight: Flight) => Flight
  /** What becomes of the client's flight that ends with Finished. */
  readonly client?: (flight: Flight) => Flight
  /** Give a changed flight the Finished that fits what its receiver saw. Default true. */
  readonly refinish?: boolean
}

export interface Meddler {
  /** Takes lines of the SSLKEYLOGFILE format. */
  readonly keyLog: (line: string) => void
  /** For `connectPair`. */
  readonly transformRecord: (direction: Direction, record: Uint8Array) => Uint8Array
  /** The protected records of a direction, opened, as their sender sent them. */
  seen(direction: Direction): readonly OpenedRecord[]
  /** The handshake messages of one side up to its Finished, as it sent them. */
  handshake(side: 'client' | 'server'): Flight
  /**
   * A record under the keys that a direction has now. What its sender sends later is renumbered, so after
   * `pair.inject(direction, …)` the connection goes on.
   */
  forge(direction: Direction, type: number, content: Uint8Array, options?: SealOptions): Uint8Array
}

interface Side {
  readonly label: 'CLIENT' | 'SERVER'
  stage: 'handshake' | 'application'
  secret: Uint8Array | undefined
  keys: RecordProtector | undefined
  /** Records opened under the present keys. */
  received: number
  partial: Uint8Array
  readonly handshake: HandshakeBytes[]
  readonly flight: HandshakeBytes[]
  readonly seen: OpenedRecord[]
}

function sideOf(label: 'CLIENT' | 'SERVER'): Side {
  return {
    label,
    stage: 'handshake',
    secret: undefined,
    keys: undefined,
    received: 0,
    partial: new Uint8Array(),
    handshake: [],
    flight: [],
    seen: [],
  }
}

/** The record itself while its number is the one the receiver expects. */
function resealed(keys: RecordProtector, received: number, raw: Uint8Array, inner: OpenedRecord): Uint8Array {
  if (keys.sequence === received - 1) {
    keys.sequence = received
    return raw
  }
  return keys.seal(inner.type, inner.content, { padding: inner.padding })
}

function suiteChosenBy(serverHello: Uint8Array): number {
  const offset = 2 + 32 + 1 + (serverHello[34] as number)
  return ((serverHello[offset] as number) << 8) | (serverHello[offset + 1] as number)
}

function isRetry(serverHello: Uint8Array): boolean {
  return equalBytes(serverHello.subarray(2, 34), helloRetryRequestRandom)
}

/** ClientHello1 becomes a message_hash. https://www.rfc-editor.org/rfc/rfc9846#section-4.4.1 */
function restart(transcripts: { client: Uint8Array[]; server: Uint8Array[] }, suite: number): void {
  for (const transcript of [transcripts.client, transcripts.server]) {
    const hash = digestOf(suite, concat(...transcript))
    transcript.splice(0, transcript.length, handshakeMessage('message_hash', hash).raw)
  }
}

const maxFragment = 0x4000
const helloRetryRequestRandom = /* @__PURE__ */ fromHex(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
)
