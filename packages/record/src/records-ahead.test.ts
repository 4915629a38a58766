import { record, seededRandom } from '@typetls/testing'
import type { SeededRandom } from '@typetls/testing'
import { concat, TlsError, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { FakeAead, LateAead, recordKey } from '../test/fake-aead.ts'
import { typeApplicationData } from './content-type.ts'
import { DeclinedEarlyData } from './declined-early-data.ts'
import type { OpenedRecord, RecordReaderOptions } from './record-reader.ts'
import { RecordReader } from './record-reader.ts'
import type { RecordTraceInfo } from './record-trace.ts'
import { RecordWriter } from './record-writer.ts'

describe('whatever order answers come in', () => {
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('data'), length: fc.nat(40) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('data'), length: fc.integer({ min: 0, max: 50_000 }) }) },
    {
      weight: 1,
      arbitrary: fc.record({ do: fc.constantFrom('handshake', 'alert', 'ccs', 'empty'), length: fc.nat(9) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('key'), length: fc.constant(0) }) },
  )
  const damage = fc.option(fc.record({ at: fc.nat(), by: fc.integer({ min: 1, max: 255 }) }))

  test('records, keys, traces and errors are those of a synchronous AEAD', async () => {
    const steps = fc.array(step, { minLength: 1, maxLength: 40 })
    const cuts = fc.array(fc.nat(), { maxLength: 20 })
    const modes = fc.record({ eager: fc.boolean(), together: fc.integer({ min: 1, max: 5 }) })
    await fc.assert(
      fc.asyncProperty(steps, cuts, damage, fc.integer(), modes, async (played, cutAt, flip, seed, mode) => {
        const { wire, keyAfter } = play(played)
        if (flip !== null && wire.length > 0) wire[flip.at % wire.length]! ^= flip.by
        const pieces = cut(wire, cutAt)
        const at = new Map(keyAfter)
        const expected = await readAll(pieces, at, (mask) => new FakeAead(mask), mode)
        const schedule = new Schedule(seed)
        expect(await readAll(pieces, at, (mask) => schedule.add(new LateAead(mask)), { ...mode, schedule })).toEqual(
          expected,
        )
        await schedule.finish()
        expect(schedule.aeads.map((aead) => aead.inner.disposed)).toEqual(schedule.aeads.map(() => 1))
      }),
      { numRuns: 200 },
    )
  })
})

describe('an asynchronous AEAD', () => {
  test('is given as many records ahead as came out before, and one', async () => {
    const { reader, aead } = reading(300, 1)
    const inFlight: number[] = []
    for (let i = 0; i < 300; i++) {
      const next = reader.next()
      inFlight.push(aead.waiting.length)
      await aead.release()
      expect((await next)?.content).toHaveLength(1)
    }
    expect(inFlight.slice(0, 8)).toEqual([1, 2, 3, 4, 5, 6, 7, 8])
    expect(Math.max(...inFlight)).toBe(64)
    expect(inFlight[150]).toBe(64)
  })

  test('is given no more than 256 KiB and one record', async () => {
    const { reader, aead } = reading(60, 16384)
    let most = 0
    for (let i = 0; i < 60; i++) {
      const next = reader.next()
      most = Math.max(most, aead.waiting.length)
      await aead.release()
      await next
    }
    expect(most).toBe(16)
    expect(reader.next()).toBeUndefined()
    expect(reader.buffered).toBe(0)
  })

  test('does not cost a turn of the event loop for each record', async () => {
    const { wire } = play([{ do: 'key' }, ...Array.from({ length: 1000 }, () => ({ do: 'data', length: 9 }))])
    const reader = new RecordReader()
    const inner = new FakeAead(0)
    const open = (...args: Parameters<FakeAead['open']>): Promise<Uint8Array | undefined> => {
      const [nonce, data, body] = args
      const [ownNonce, ownData] = [nonce.slice(), data.slice()]
      return new Promise((resolve) => setImmediate(() => resolve(inner.open(ownNonce, ownData, body))))
    }
    reader.setKey({ ...recordKey(inner), aead: { open, seal: () => Promise.resolve(), dispose() {} } })
    reader.push(wire)
    let turns = 0
    let over = false
    const count = (): void => void (over || (turns++, setImmediate(count)))
    setImmediate(count)
    let records = 0
    for (let next = await reader.next(); next !== undefined; next = await reader.next()) records++
    over = true
    expect(records).toBe(1000)
    expect(turns).toBeLessThan(50)
  })

  test('that answered is not waited for: next() gives the record itself', async () => {
    const { reader, aead } = reading(3, 5)
    const first = reader.next()
    await aead.release()
    await first
    const second = reader.next()
    expect(aead.waiting).toHaveLength(2)
    await aead.release(1)
    await aead.release(0)
    expect((await second)?.content).toHaveLength(5)
    expect((reader.next() as OpenedRecord).content).toHaveLength(5)
    expect(reader.next()).toBeUndefined()
  })

  test('finds a bad record when it is its turn, and nothing after it comes out', async () => {
    const { reader, aead, wire } = reading(20, 10)
    const length = wire.length / 20
    wire[14 * length + 9]! ^= 1
    const outcomes: string[] = []
    for (let i = 0; i < 20; i++) {
      const next = Promise.resolve(takeNext(reader))
      // From the last to the first: the bad one is known to be bad long before its turn.
      while (aead.waiting.length > 0) await aead.release(aead.waiting.length - 1)
      outcomes.push(await next)
    }
    expect(outcomes.slice(0, 14)).toEqual(Array.from({ length: 14 }, () => '10'))
    expect(new Set(outcomes.slice(14))).toEqual(new Set(['ERR_TLS_BAD_RECORD_MAC']))
    expect(reader.buffered).toBe(0)
  })

  test('is no reason to forget what a record must be: each is judged in its turn', async () => {
    const { reader, aead, wire } = reading(5, 10, {}, false)
    const length = wire.length / 5
    reader.push(concat(wire.subarray(0, 3 * length), record(typeApplicationData, new Uint8Array(15)), wire))
    const outcomes: string[] = []
    for (let i = 0; i < 5; i++) {
      const next = Promise.resolve(takeNext(reader))
      while (aead.waiting.length > 0) await aead.release()
      outcomes.push(await next)
    }
    expect(outcomes).toEqual(['10', '10', '10', 'ERR_TLS_BAD_RECORD_MAC', 'ERR_TLS_BAD_RECORD_MAC'])
    // What is too short for a tag is no work for it.
    expect(aead.inner.nonces).toHaveLength(3)
  })

  test('hears of another type or version outside in the turn of that record', async () => {
    for (const [outside, code, strictVersion] of [
      [Uint8Array.of(22, 3, 3), 'ERR_TLS_RECORD_OUTER_TYPE', false],
      [Uint8Array.of(23, 2, 3), 'ERR_TLS_RECORD_VERSION', false],
      [Uint8Array.of(23, 3, 4), 'ERR_TLS_RECORD_VERSION', true],
    ] as const) {
      const { reader, aead, wire } = reading(3, 10, { strictVersion }, false)
      const length = wire.length / 3
      // Sealed under what it says outside, so only the rules can refuse it.
      const odd = concat(outside, Uint8Array.of(0, length - 5), new Uint8Array(length - 5))
      const nonce = Uint8Array.from({ length: 12 }, (_, i) => (0xa0 + i) ^ (i === 11 ? 2 : 0))
      new FakeAead(0).seal(nonce, odd.slice(0, 5), new Uint8Array(10), Uint8Array.of(23), odd, 5)
      reader.push(concat(wire.subarray(0, 2 * length), odd))
      const outcomes: string[] = []
      for (let i = 0; i < 3; i++) {
        const next = Promise.resolve(takeNext(reader))
        while (aead.waiting.length > 0) await aead.release()
        outcomes.push(await next)
      }
      expect(outcomes).toEqual(['10', '10', code])
    }
  })

  test('may have opened what a limit that came meanwhile forbids', async () => {
    const { reader, aead } = reading(3, 1000)
    for (let i = 0; i < 2; i++) {
      const next = reader.next()
      while (aead.waiting.length > 0) await aead.release()
      await next
    }
    expect(reader.buffered).toBe(5 + 1000 + 17)
    reader.limit = 500
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW' }))
  })

  test('that rejects or throws ahead of a turn is heard in that turn', async () => {
    for (const failing of ['reject', 'throw'] as const) {
      const { reader, aead } = reading(4, 10)
      const cause = new Error(failing)
      const first = reader.next()
      await aead.release()
      await first
      const open = aead.open.bind(aead)
      let calls = 0
      aead.open = (...args) => {
        if (++calls !== 2) return open(...args)
        if (failing === 'throw') throw cause
        return Promise.reject(cause)
      }
      const second = reader.next()
      await aead.release()
      expect((await second)?.content).toHaveLength(10)
      await expect((async () => reader.next())()).rejects.toMatchObject({ code: 'ERR_TLS_CRYPTO', cause })
      expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_TLS_CRYPTO', cause }))
    }
  })

  test('is told of every record in its turn, with its own sequence number', async () => {
    const infos: RecordTraceInfo[] = []
    const { reader, aead } = reading(12, 7, { onRecord: (info) => infos.push(info) })
    for (let i = 0; i < 12; i++) {
      const next = reader.next()
      while (aead.waiting.length > 0) await aead.release(aead.waiting.length - 1)
      await next
      expect(infos.map(({ sequence }) => sequence)).toEqual(Array.from({ length: i + 1 }, (_, at) => at))
    }
  })

  test('may have all it was given when the reader is disposed of: then its key is, when the last has ended', async () => {
    const { reader, aead } = reading(20, 10)
    for (let i = 0; i < 5; i++) {
      const next = reader.next()
      await aead.release()
      await next
    }
    const next = reader.next()
    expect(aead.waiting).toHaveLength(6)
    reader.dispose()
    for (let i = 0; i < 5; i++) await aead.release(aead.waiting.length - 1)
    expect(aead.inner.disposed).toBe(0)
    await aead.release()
    expect(await next).toBeUndefined()
    expect(aead.inner.disposed).toBe(1)
    expect(reader.buffered).toBe(0)
  })
})

describe('a key that is set while records are opened ahead', () => {
  test('opens them again from its number zero, and the key before lives until its calls have ended', async () => {
    const { wire } = play([
      { do: 'key' },
      ...Array.from({ length: 6 }, () => ({ do: 'data', length: 3 })),
      { do: 'key' },
      ...Array.from({ length: 6 }, () => ({ do: 'data', length: 4 })),
    ])
    const reader = new RecordReader()
    const [old, now] = [new LateAead(0), new LateAead(1)]
    reader.setKey(recordKey(old))
    reader.push(wire)
    for (let i = 0; i < 6; i++) {
      const next = reader.next()
      await old.release()
      expect((await next)?.content).toHaveLength(3)
    }
    // Five of the next records are in the hands of a key that is not theirs.
    expect(old.waiting).toHaveLength(5)
    reader.setKey(recordKey(now))
    for (let i = 0; i < 6; i++) {
      const next = reader.next()
      expect(now.waiting.length).toBeGreaterThan(0)
      await now.release()
      expect((await next)?.content).toHaveLength(4)
    }
    expect(reader.next()).toBeUndefined()
    expect(now.inner.nonces.map((nonce) => nonce.slice(-2))).toEqual(['ab', 'aa', 'a9', 'a8', 'af', 'ae'])
    expect(old.inner.disposed).toBe(0)
    while (old.waiting.length > 0) await old.release()
    expect(old.inner.disposed).toBe(1)
  })

  test('refuses what only the key before can open, although that has opened it', async () => {
    const { reader, aead } = reading(4, 5)
    for (let i = 0; i < 2; i++) {
      const next = reader.next()
      while (aead.waiting.length > 0) await aead.release()
      await next
    }
    const now = new LateAead(1)
    reader.setKey(recordKey(now))
    const next = Promise.resolve(takeNext(reader))
    await now.release()
    expect(await next).toBe('ERR_TLS_BAD_RECORD_MAC')
  })

  test('makes useless no more than what was useful, however often it happens', async () => {
    // A peer that updates its keys all the time must not make us open each record as often as there are keys.
    const steps = Array.from({ length: 200 }, () => [
      { do: 'key' },
      { do: 'data', length: 1 },
      { do: 'data', length: 1 },
    ])
    const { wire, keyAfter } = play(steps.flat())
    const schedule = new Schedule(1)
    const at = new Map(keyAfter)
    const { records } = await readAll([wire], at, (mask) => schedule.add(new LateAead(mask)), { schedule })
    await schedule.finish()
    expect(records).toHaveLength(400)
    const calls = schedule.aeads.reduce((sum, aead) => sum + aead.inner.nonces.length, 0)
    expect(calls).toBeGreaterThan(400)
    expect(calls).toBeLessThanOrEqual(2 * 400 + 200)
  })

  test('is refused while next() waits, and wiped', async () => {
    const { reader, aead } = reading(3, 5)
    const next = reader.next()
    const refused = new FakeAead()
    expect(() => reader.setKey(recordKey(refused))).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    expect(refused.disposed).toBe(1)
    await aead.release()
    expect(await next).toMatchObject({ type: typeApplicationData })
  })

  test('may be one that answers at once', async () => {
    const { wire } = play([
      { do: 'key' },
      ...Array.from({ length: 4 }, () => ({ do: 'data', length: 3 })),
      { do: 'key' },
      ...Array.from({ length: 9 }, () => ({ do: 'data', length: 4 })),
    ])
    const reader = new RecordReader()
    const old = new LateAead(0)
    reader.setKey(recordKey(old))
    reader.push(wire)
    for (let i = 0; i < 4; i++) {
      const next = reader.next()
      await old.release()
      await next
    }
    reader.setKey(recordKey(new FakeAead(1)))
    for (let i = 0; i < 9; i++) expect((reader.next() as OpenedRecord).content).toHaveLength(4)
    expect(reader.next()).toBeUndefined()
  })
})

describe('early data that was not accepted', () => {
  test('ends before anything is opened ahead, since nobody knows which record has which number', async () => {
    const { reader, aead, wire } = reading(5, 4, {}, false)
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(
      concat(record(typeApplicationData, new Uint8Array(50)), record(typeApplicationData, new Uint8Array(3)), wire),
    )
    const next = reader.next()
    for (let i = 0; i < 2; i++) {
      expect(aead.waiting).toHaveLength(1)
      await aead.release()
    }
    expect((await next)?.content).toHaveLength(4)
    for (let i = 0; i < 4; i++) {
      const later = reader.next()
      while (aead.waiting.length > 0) await aead.release()
      expect((await later)?.content).toHaveLength(4)
    }
  })

  test('is skipped with the right numbers even if records were opened ahead of it', async () => {
    const { reader, aead, wire } = reading(8, 4, {}, false)
    const length = wire.length / 8
    reader.push(
      concat(wire.subarray(0, 4 * length), record(typeApplicationData, new Uint8Array(50)), wire.subarray(4 * length)),
    )
    for (let i = 0; i < 8; i++) {
      if (i === 4) reader.declinedEarlyData = new DeclinedEarlyData()
      const next = Promise.resolve(takeNext(reader))
      for (let turn = 0; turn < 3; turn++) while (aead.waiting.length > 0) await aead.release()
      expect(await next).toBe('4')
    }
    expect(reader.next()).toBeUndefined()
  })
})

interface PlayedStep {
  readonly do: string
  readonly length?: number
}

/** Plays the steps into a writer. `keyAfter`: by the number of records before it, which keys are set. */
function play(steps: readonly PlayedStep[]): { wire: Uint8Array; keyAfter: [number, number[]][] } {
  const output: Uint8Array[] = []
  const keyAfter: [number, number[]][] = []
  let keys = 0
  let records = 0
  const writer = new RecordWriter({
    output: (bytes) => output.push(bytes),
    failed() {},
    onRecord: (info) => (records += info.type === 20 ? 0 : 1),
  })
  for (const { do: what, length = 0 } of steps) {
    if (what === 'key') {
      writer.setKey(recordKey(new FakeAead(keys)))
      const last = keyAfter.at(-1)
      if (last?.[0] === records) last[1].push(keys++)
      else keyAfter.push([records, [keys++]])
    } else if (what === 'handshake') {
      writer.handshake(new Uint8Array(length + 1))
      writer.flush()
    } else if (what === 'alert') writer.alert(1, length)
    else if (what === 'ccs') writer.changeCipherSpec()
    else if (keys > 0) writer.applicationData(new Uint8Array(length).fill(length))
  }
  return { wire: concat(...output), keyAfter }
}

interface Outcome {
  readonly records: [number, string][]
  readonly infos: RecordTraceInfo[]
  readonly error: string | undefined
}

interface Reading {
  readonly schedule?: Schedule
  /** All that an AEAD has in hand ends before the next record is asked for. */
  readonly eager?: boolean
  /** How many pieces are pushed before a record is asked for. Default 1. */
  readonly together?: number
}

/** Everything that can be seen of a reader. */
async function readAll(
  pieces: readonly Uint8Array[],
  keyAfter: ReadonlyMap<number, readonly number[]>,
  aead: (mask: number) => FakeAead | LateAead,
  { schedule, eager = false, together = 1 }: Reading,
): Promise<Outcome> {
  const records: [number, string][] = []
  const infos: RecordTraceInfo[] = []
  let error: string | undefined
  const reader = new RecordReader({ onRecord: (info) => infos.push(info) })
  reader.changeCipherSpec = 'drop'
  const setKeys = (): void => {
    for (const mask of keyAfter.get(records.length) ?? []) reader.setKey(recordKey(aead(mask)))
  }
  setKeys()
  try {
    for (let i = 0; i < pieces.length; i += together) {
      const copies = pieces.slice(i, i + together).map((piece) => piece.slice())
      for (const copy of copies) reader.push(copy)
      for (;;) {
        const answer = reader.next()
        const pending = answer !== undefined && 'then' in answer
        const opened = pending ? await (schedule as Schedule).until(answer) : answer
        if (opened === undefined) break
        records.push([opened.type, `${opened.content.length} ${toHex(opened.content.subarray(0, 9))}`])
        if (eager) await schedule?.finish()
        setKeys()
      }
      // Nothing may refer to what was pushed any more.
      for (const copy of copies) copy.fill(0xee)
      expect(reader.buffered).toBeLessThan(5 + 16384 + 256)
    }
  } catch (failure) {
    expect(failure).toBeInstanceOf(TlsError)
    error = (failure as TlsError).code
  }
  reader.dispose()
  return { records, infos, error }
}

/** Lets calls of AEADs end in a random order. */
class Schedule {
  readonly aeads: LateAead[] = []
  readonly #random: SeededRandom

  constructor(seed: number) {
    this.#random = seededRandom(seed)
  }

  add(aead: LateAead): LateAead {
    this.aeads.push(aead)
    return aead
  }

  async until<T>(answer: PromiseLike<T>): Promise<T> {
    let settled = false
    const done = Promise.resolve(answer).finally(() => (settled = true))
    done.catch(() => {})
    while (!settled) await this.#one()
    return done
  }

  async finish(): Promise<void> {
    while (this.aeads.some((aead) => aead.waiting.length > 0)) await this.#one()
  }

  async #one(): Promise<void> {
    const busy = this.aeads.filter((aead) => aead.waiting.length > 0)
    const aead = busy[this.#random.below(Math.max(1, busy.length))]
    if (aead === undefined) await Promise.resolve()
    else await aead.release(this.#random.below(aead.waiting.length))
  }
}

/** A reader with so many records of so many bytes, or with the bytes to push beside it. */
function reading(
  count: number,
  length: number,
  options: RecordReaderOptions = {},
  push = true,
): { reader: RecordReader; aead: LateAead; wire: Uint8Array } {
  const { wire } = play([{ do: 'key' }, ...Array.from({ length: count }, () => ({ do: 'data', length }))])
  const reader = new RecordReader(options)
  const aead = new LateAead(0)
  reader.setKey(recordKey(aead))
  if (push) reader.push(wire)
  return { reader, aead, wire }
}

function takeNext(reader: RecordReader): string | PromiseLike<string> {
  const shown = (opened: OpenedRecord | undefined): string => String(opened?.content.length)
  const code = (error: unknown): string => (error as TlsError).code
  try {
    const next = reader.next()
    return next !== undefined && 'then' in next ? next.then(shown, code) : shown(next)
  } catch (error) {
    return code(error)
  }
}

function cut(wire: Uint8Array, where: readonly number[]): Uint8Array[] {
  const ends = where.map((at) => at % (wire.length + 1)).sort((a, b) => a - b)
  return [...ends, wire.length].map((end, i) => wire.subarray(i === 0 ? 0 : ends[i - 1], end))
}
