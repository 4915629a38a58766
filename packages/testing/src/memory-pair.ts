import { concat } from '@typetls/wire'
import { parseRecords } from './records.ts'
import { seededRandom } from './seeded-random.ts'

/** Anything that is fed bytes: the `Connection` of both roles, and toys in tests. */
export interface MemoryPeer {
  /** A promise makes the pair wait before it delivers more to this peer. */
  receive(bytes: Uint8Array): void | PromiseLike<void>
  /** The transport's end: no more bytes will come. */
  receiveEnd(): void | PromiseLike<void>
}

/** Where a peer puts what it sends. */
export interface MemoryWire {
  output(bytes: Uint8Array): void
  /** Ends this peer's sending direction, as closing a socket does. Output after it is lost. */
  end(): void
}

export type Direction = 'client-to-server' | 'server-to-client'

/**
 * How bytes are cut on their way:
 * - `as-sent`: one `receive` for each `output`
 * - `whole`: everything that waits, at once
 * - `bytes`: one byte at a time
 * - `{ seed, max }`: random pieces of 1 to `max` bytes (default 600), across what was sent apart
 */
export type Split = 'as-sent' | 'whole' | 'bytes' | { readonly seed: number; readonly max?: number }

export interface PairOptions<C extends MemoryPeer, S extends MemoryPeer> {
  /** Makes the client; it may send right away. */
  readonly client: (wire: MemoryWire) => C
  readonly server: (wire: MemoryWire) => S
  /** Default `as-sent`. */
  readonly split?: Split
  /** A man in the middle: what to pass on instead of what was sent in one `output`. */
  readonly transform?: (direction: Direction, bytes: Uint8Array) => Uint8Array
  /** A man in the middle who counts records: `index` is from 0 in each direction. Runs after `transform`. */
  readonly transformRecord?: (direction: Direction, record: Uint8Array, index: number) => Uint8Array
}

export interface MemoryPair<C extends MemoryPeer, S extends MemoryPeer> {
  readonly client: C
  readonly server: S
  /** Delivers until nothing waits, or until a peer has asked for time by a promise. Returns how often it delivered. */
  pump(): number
  /**
   * `pump` and waiting in turns, until neither peer asks for time and no byte moved for `quietTurns` turns of the
   * event loop (default 20).
   *
   * @throws what a peer's promise was rejected with
   */
  settle(quietTurns?: number): Promise<void>
  /**
   * As `settle`, but done as soon as `condition` holds.
   *
   * @throws Error when it does not hold within `turns` turns of the event loop (default 20000)
   */
  until(condition: () => boolean, turns?: number): Promise<void>
  /** What a peer sent, before any transform. */
  sent(direction: Direction): Uint8Array
  /** What was delivered, after all transforms. */
  delivered(direction: Direction): Uint8Array
  /** Puts bytes on the wire as if they had been sent, past transforms. */
  inject(direction: Direction, bytes: Uint8Array): void
  /** Ends a direction as a broken transport would, after what was sent so far. */
  cut(direction: Direction): void
}

/** Two peers and the wire between them. Nothing moves until `pump`, `settle` or `until`. */
export function connectPair<C extends MemoryPeer, S extends MemoryPeer>(options: PairOptions<C, S>): MemoryPair<C, S> {
  let moved = 0
  const toServer = lane('client-to-server', options)
  const toClient = lane('server-to-client', options)
  const lanes = { 'client-to-server': toServer, 'server-to-client': toClient }
  const client = options.client(toServer.wire)
  const server = options.server(toClient.wire)

  const pump = (): number => {
    let deliveries = 0
    while (toServer.deliver(server) || toClient.deliver(client)) {
      if (++deliveries > deliveryLimit) throw new Error(`two peers still talk after ${deliveryLimit} deliveries`)
    }
    moved += deliveries
    return deliveries
  }

  const waitFor = async (done: (quiet: number) => boolean, turns: number): Promise<void> => {
    let quiet = 0
    for (let turn = 0; !done(quiet); turn++) {
      if (turn > turns) throw new Error(`what was waited for did not happen within ${turns} turns of the event loop`)
      const before = moved
      pump()
      await nextTurn()
      toServer.rethrow()
      toClient.rethrow()
      quiet = moved === before && !toServer.busy() && !toClient.busy() ? quiet + 1 : 0
    }
  }

  return {
    client,
    server,
    pump,
    settle: (quietTurns = 20) => waitFor((quiet) => quiet >= quietTurns, Infinity),
    until: (condition, turns = 20_000) => waitFor(condition, turns),
    sent: (direction) => concat(...lanes[direction].sent),
    delivered: (direction) => concat(...lanes[direction].delivered),
    inject: (direction, bytes) => lanes[direction].waiting.push(bytes),
    cut: (direction) => lanes[direction].wire.end(),
  }
}

interface Lane {
  readonly wire: MemoryWire
  readonly waiting: Uint8Array[]
  readonly sent: Uint8Array[]
  readonly delivered: Uint8Array[]
  deliver(to: MemoryPeer): boolean
  busy(): boolean
  rethrow(): void
}

function lane(
  direction: Direction,
  { split = 'as-sent', transform, transformRecord }: PairOptions<MemoryPeer, MemoryPeer>,
): Lane {
  const waiting: Uint8Array[] = []
  const sent: Uint8Array[] = []
  const delivered: Uint8Array[] = []
  const cutter = cutterOf(split)
  let partial: Uint8Array = new Uint8Array()
  let recordIndex = 0
  let ended = false
  let endDelivered = false
  let pending = 0
  let failures: unknown[] = []

  const byRecord = (bytes: Uint8Array): Uint8Array => {
    if (transformRecord === undefined) return bytes
    const { records, rest } = parseRecords(concat(partial, bytes))
    partial = rest.slice()
    return concat(...records.map(({ raw }) => transformRecord(direction, raw.slice(), recordIndex++)))
  }

  const track = (answer: void | PromiseLike<void>): void => {
    if (typeof answer !== 'object') return
    pending++
    answer.then(
      () => {
        pending--
      },
      (failure: unknown) => {
        pending--
        failures.push(failure)
      },
    )
  }

  return {
    waiting,
    sent,
    delivered,
    wire: {
      output(bytes) {
        if (ended) return
        // The peer may only hand over buffers that it forgets; a copy would hide the mistake from a test's eye.
        sent.push(bytes)
        const passed = byRecord(transform === undefined ? bytes : transform(direction, bytes.slice()))
        if (passed.length > 0) waiting.push(passed)
      },
      end() {
        if (ended) return
        ended = true
        if (partial.length > 0) waiting.push(partial)
      },
    },
    deliver(to) {
      if (pending > 0) return false
      if (waiting.length > 0) {
        const piece = cutter(waiting)
        delivered.push(piece.slice())
        track(to.receive(piece))
        return true
      }
      if (!ended || endDelivered) return false
      endDelivered = true
      track(to.receiveEnd())
      return true
    },
    busy: () => pending > 0,
    rethrow() {
      const [failure] = failures
      if (failures.length === 0) return
      failures = []
      throw failure
    },
  }
}

/** Takes the next piece out of the queue. */
function cutterOf(split: Split): (waiting: Uint8Array[]) => Uint8Array {
  if (split === 'as-sent') return (waiting) => waiting.shift() as Uint8Array
  if (split === 'whole') return (waiting) => concat(...waiting.splice(0))
  if (split === 'bytes') return (waiting) => take(waiting, 1)
  const random = seededRandom(split.seed)
  return (waiting) => take(waiting, 1 + random.below(split.max ?? 600))
}

function take(waiting: Uint8Array[], length: number): Uint8Array {
  const parts: Uint8Array[] = []
  let missing = length
  while (missing > 0 && waiting.length > 0) {
    const first = waiting[0] as Uint8Array
    parts.push(first.subarray(0, missing))
    if (first.length > missing) waiting[0] = first.subarray(missing)
    else waiting.shift()
    missing -= first.length
  }
  // Always a new buffer: a peer that keeps a view of its input must not see the next piece in it.
  return concat(...parts)
}

function nextTurn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve)
  })
}

// One byte at a time, this is 16 MiB both ways.
const deliveryLimit = 40_000_000
