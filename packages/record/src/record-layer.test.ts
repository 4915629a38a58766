import { concat, TlsError, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { FakeAead, recordKey } from '../test/fake-aead.ts'
import { typeAlert, typeApplicationData, typeHandshake } from './content-type.ts'
import type { OpenedRecord } from './record-reader.ts'
import { padEach } from './padding.ts'
import { RecordReader } from './record-reader.ts'
import { RecordWriter } from './record-writer.ts'

type Step =
  | { readonly do: 'handshake' | 'data'; readonly content: Uint8Array }
  | { readonly do: 'alert' | 'changeCipherSpec' | 'key' | 'flush' }
  | { readonly do: 'limit'; readonly limit: number }

const content = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ maxLength: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 40000 }).map((length) => new Uint8Array(length).fill(7)) },
)

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({ do: fc.constantFrom('handshake', 'data'), content }),
  fc.record({ do: fc.constantFrom('alert', 'changeCipherSpec', 'key', 'flush') }),
  fc.record({ do: fc.constant('limit'), limit: fc.constantFrom(2, 63, 512, 16384) }),
)

const cuts = fc.array(fc.nat(), { maxLength: 40 })

test('what a writer is given, a reader gives back in order, however the bytes between them are cut', () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 12 }), cuts, fc.boolean(), (steps, where, padded) => {
      const { wire, given, keyAfter } = play(steps, padded)
      const pieces = cutAt(wire, where)
      expect(joined(readAll(pieces, keyAfter))).toEqual(given)
    }),
    { numRuns: 150 },
  )
})

test('one byte at a time gives the same as all at once', () => {
  const { wire, keyAfter, given } = play(
    [
      { do: 'handshake', content: new Uint8Array(300).fill(1) },
      { do: 'changeCipherSpec' },
      { do: 'key' },
      { do: 'handshake', content: new Uint8Array(20).fill(2) },
      { do: 'data', content: new Uint8Array(17000).fill(3) },
      { do: 'key' },
      { do: 'alert' },
    ],
    false,
  )
  const single = Array.from(wire, (_, i) => wire.subarray(i, i + 1))
  expect(joined(readAll(single, keyAfter))).toEqual(given)
  expect(joined(readAll([wire], keyAfter))).toEqual(given)
})

test('any bytes at all end in records, in waiting, or in a TlsError with an alert', () => {
  const header = fc
    .tuple(fc.constantFrom(20, 21, 22, 23, 24), fc.constantFrom(3, 3, 3, 2), fc.nat(4), fc.nat(40))
    .map(([type, major, minor, length]) => Uint8Array.of(type, major, minor, 0, length))
  const noise = fc.array(fc.oneof(fc.uint8Array({ maxLength: 60 }), header), { maxLength: 8 })
  fc.assert(
    fc.property(noise, fc.boolean(), fc.boolean(), (pieces, keyed, drop) => {
      const reader = new RecordReader()
      if (keyed) reader.setKey(recordKey(new FakeAead()))
      if (drop) reader.changeCipherSpec = 'drop'
      for (const piece of pieces) {
        reader.push(piece)
        if (drain(reader) !== undefined) return
        expect(reader.buffered).toBeLessThan(5 + 16384 + 256)
      }
    }),
    { numRuns: 500 },
  )
})

test('one changed byte never changes what is received under a key, it only ends it', () => {
  const { wire, given, keyAfter } = play(
    [{ do: 'key' }, { do: 'data', content: Uint8Array.of(1, 2, 3) }, { do: 'flush' }, { do: 'alert' }],
    true,
  )
  for (let at = 0; at < wire.length; at++) {
    const changed = wire.slice()
    changed[at]! ^= 0x10
    const { records, error } = readUntilError([changed], keyAfter)
    const received = joined(records)
    expect(given.startsWith(received)).toBe(true)
    // A record that now announces more bytes than there are is waited for; the end of the transport is judged elsewhere.
    if (error === undefined) expect(received.length).toBeLessThan(given.length)
    else expect(error.alert).toBeTypeOf('string')
  }
})

test('a truncated stream gives the records before the cut and waits', () => {
  const { wire, given, keyAfter } = play(
    [{ do: 'handshake', content: Uint8Array.of(9, 9) }, { do: 'key' }, { do: 'data', content: new Uint8Array(50) }],
    false,
  )
  for (let end = 0; end < wire.length; end++) {
    const { records, error } = readUntilError([wire.subarray(0, end)], keyAfter)
    expect(error).toBeUndefined()
    const received = joined(records)
    expect(given.startsWith(received)).toBe(true)
  }
})

/** Plays the steps into a writer. `keyAfter` are the numbers of records after which the keys change. */
function play(steps: readonly Step[], padded: boolean): { wire: Uint8Array; given: string; keyAfter: number[] } {
  const output: Uint8Array[] = []
  const given: [number, Uint8Array][] = []
  const keyAfter: number[] = []
  let records = 0
  const writer = new RecordWriter({
    output: (bytes) => output.push(bytes),
    failed() {},
    onRecord: (info) => (records += info.type === 20 ? 0 : 1),
    ...(padded ? { padding: padEach((length) => length % 5) } : {}),
  })
  for (const step of steps) {
    if (step.do === 'handshake') {
      writer.handshake(step.content)
      given.push([typeHandshake, step.content])
    } else if (step.do === 'data' && keyAfter.length > 0) {
      writer.applicationData(step.content)
      given.push([typeApplicationData, step.content])
    } else if (step.do === 'alert') {
      writer.alert(2, 0)
      given.push([typeAlert, Uint8Array.of(2, 0)])
    } else if (step.do === 'limit') {
      // Small limits would make a great many records of large contents.
      writer.fragmentLimit = steps.some((other) => 'content' in other && other.content.length > 60)
        ? Math.max(step.limit, 512)
        : step.limit
    } else if (step.do === 'changeCipherSpec') {
      writer.changeCipherSpec()
    } else if (step.do === 'flush') {
      writer.flush()
    } else if (step.do === 'key') {
      writer.setKey(recordKey(new FakeAead(keyAfter.length)))
      keyAfter.push(records)
    }
  }
  writer.flush()
  return { wire: concat(...output), given: joined(given.map(([type, content]) => ({ type, content }))), keyAfter }
}

/** Contents of one type in a row, run together: where records end is not part of what is said. */
function joined(records: readonly OpenedRecord[]): string {
  let text = ''
  let last: number | undefined
  for (const { type, content } of records) {
    if (content.length === 0) continue
    if (type !== last) text += ` ${type}:`
    text += toHex(content)
    last = type
  }
  return text
}

function cutAt(wire: Uint8Array, where: readonly number[]): Uint8Array[] {
  const ends = where.map((cut) => cut % (wire.length + 1)).sort((a, b) => a - b)
  return [...ends, wire.length].map((end, i) => wire.subarray(i === 0 ? 0 : ends[i - 1], end))
}

function readAll(pieces: readonly Uint8Array[], keyAfter: readonly number[]): OpenedRecord[] {
  const { records, error } = readUntilError(pieces, keyAfter)
  if (error !== undefined) throw error
  return records
}

function readUntilError(
  pieces: readonly Uint8Array[],
  keyAfter: readonly number[],
): { records: OpenedRecord[]; error: TlsError | undefined } {
  const reader = new RecordReader()
  reader.changeCipherSpec = 'drop'
  const all: OpenedRecord[] = []
  let keys = 0
  const changeKeys = (): void => {
    while (keyAfter[keys] === all.length) reader.setKey(recordKey(new FakeAead(keys++)))
  }
  changeKeys()
  for (const piece of pieces) {
    // A copy that is destroyed afterwards: nothing may refer to it.
    const chunk = piece.slice()
    reader.push(chunk)
    const error = drain(reader, (record) => {
      all.push(record)
      changeKeys()
    })
    if (error !== undefined) return { records: all, error }
    chunk.fill(0xee)
  }
  return { records: all, error: undefined }
}

function drain(reader: RecordReader, each: (record: OpenedRecord) => void = () => {}): TlsError | undefined {
  for (;;) {
    let record: OpenedRecord | undefined
    try {
      record = reader.next() as OpenedRecord | undefined
    } catch (error) {
      expect(error).toBeInstanceOf(TlsError)
      expect((error as TlsError).alert).toBeTypeOf('string')
      return error as TlsError
    }
    if (record === undefined) return undefined
    each(record)
  }
}
