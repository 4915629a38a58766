import { parseRecords } from '@typetls/testing'
import { concat, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { FakeAead, LateAead, recordKey } from '../test/fake-aead.ts'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from './content-type.ts'
import { noPadding, padEach, padToMultipleOf } from './padding.ts'
import type { OpenedRecord } from './record-reader.ts'
import { RecordReader } from './record-reader.ts'
import type { RecordTraceInfo } from './record-trace.ts'
import type { RecordWriterOptions } from './record-writer.ts'
import { RecordWriter } from './record-writer.ts'
import { protectionBy } from './tls13-protection.ts'

describe('handshake messages', () => {
  test('are collected and leave in one record at flush', () => {
    const { writer, output } = plainWriter()
    writer.handshake(bytes(3))
    writer.handshake(bytes(2))
    expect(output).toEqual([])
    expect(writer.pending).toBe(5)
    writer.flush()
    expect(output.map(toHex)).toEqual(['1603030005' + '000102' + '0001'])
    expect(writer.pending).toBe(0)
    writer.flush()
    expect(output).toHaveLength(1)
  })

  test('carry the record version of a first ClientHello', () => {
    const { writer, output } = plainWriter()
    writer.recordVersion = 0x0301
    writer.handshake(bytes(1))
    writer.flush()
    expect(output.map(toHex)).toEqual(['160301000100'])
  })

  test.each([512, 1000, 16384])('fill records of %d bytes maximally, whatever their own sizes', (limit) => {
    const { writer, output, sizes } = protectedWriter()
    writer.fragmentLimit = limit
    const messages = [4, 90, 3000, 132, 52, 15000].map(bytes)
    for (const message of messages) writer.handshake(message)
    writer.flush()
    expect(output).toHaveLength(1)
    const total = concat(...messages).length
    const full = Array.from({ length: Math.floor(total / limit) }, () => limit)
    expect(sizes()).toEqual([...full, total % limit])
    expect(contents(output, typeHandshake)).toEqual(concat(...messages))
  })

  test('given before a key leave under the key before', () => {
    const { writer, output } = plainWriter()
    writer.handshake(bytes(3))
    writer.setKey(recordKey(new FakeAead()))
    writer.handshake(bytes(2))
    writer.setKey(recordKey(new FakeAead(0x77)))
    writer.handshake(bytes(1))
    writer.flush()
    expect(output.map((record) => record[0])).toEqual([typeHandshake, typeApplicationData, typeApplicationData])
    const reader = new RecordReader()
    reader.push(concat(...output))
    expect(reader.next()).toEqual({ type: typeHandshake, content: bytes(3) })
    reader.setKey(recordKey(new FakeAead()))
    expect(reader.next()).toEqual({ type: typeHandshake, content: bytes(2) })
    reader.setKey(recordKey(new FakeAead(0x77)))
    expect(reader.next()).toEqual({ type: typeHandshake, content: bytes(1) })
  })

  test('leave before anything of another type', () => {
    const { writer, output } = protectedWriter()
    writer.handshake(bytes(1))
    writer.applicationData(bytes(2))
    writer.handshake(bytes(3))
    writer.applicationDataParts([])
    writer.handshake(bytes(4))
    writer.alert(1, 0)
    writer.handshake(bytes(5))
    writer.changeCipherSpec()
    expect(opened(output).map(({ type, content }) => [type, content.length])).toEqual([
      [typeHandshake, 1],
      [typeApplicationData, 2],
      [typeHandshake, 3],
      [typeHandshake, 4],
      [typeAlert, 2],
      [typeHandshake, 5],
    ])
    expect(toHex(output.at(-1)!)).toBe('140303000101')
  })

  test('without bytes are nothing: an empty handshake record is forbidden', () => {
    const { writer, output } = plainWriter()
    writer.handshake(bytes(0))
    writer.flush()
    expect(output).toEqual([])
  })

  test('over 2^14 bytes are spread over several records in plaintext too', () => {
    const { writer, output, sizes } = plainWriter()
    writer.handshake(bytes(40000))
    writer.flush()
    expect(output).toHaveLength(1)
    expect(sizes()).toEqual([16384, 16384, 7232])
  })
})

describe('application data', () => {
  test('of one call is one output of one allocation', () => {
    const lengths: number[] = []
    const { writer, output, sizes } = protectedWriter({
      allocate(length) {
        lengths.push(length)
        return new Uint8Array(length).fill(0xee)
      },
    })
    writer.applicationData(bytes(50000))
    expect(lengths).toEqual([50000 + 4 * (5 + 1 + 16)])
    expect(output).toHaveLength(1)
    expect(sizes()).toEqual([16384, 16384, 16384, 848])
    expect(contents(output, typeApplicationData)).toEqual(bytes(50000))
  })

  test('of no bytes is nothing', () => {
    const { writer, output } = protectedWriter()
    writer.applicationData(bytes(0))
    writer.applicationDataParts([bytes(0), bytes(0)])
    expect(output).toEqual([])
  })

  test('of exactly the limit is one record', () => {
    const { writer, sizes } = protectedWriter()
    writer.applicationData(bytes(16384))
    expect(sizes()).toEqual([16384])
  })

  test.each([
    [[1, 1, 1], 16384],
    [[10000, 10000, 10000], 16384],
    [[16384, 1, 16383, 16384], 16384],
    [[0, 5, 0, 0, 7, 0], 4],
    [[100000], 16384],
    [[3, 40000, 2], 1000],
  ])('in parts of %j bytes is cut as if it were one array', (lengths, limit) => {
    const parts = lengths.map((length, i) => bytes(length).map((byte) => byte + i))
    const whole = concat(...parts)
    const [joined, apart] = [protectedWriter(), protectedWriter()]
    joined.writer.fragmentLimit = apart.writer.fragmentLimit = limit
    joined.writer.applicationData(whole)
    apart.writer.applicationDataParts(parts)
    expect(apart.output.map(toHex)).toEqual(joined.output.map(toHex))
    expect(contents(apart.output, typeApplicationData)).toEqual(whole)
  })

  test('without a key is refused, and nothing leaves', () => {
    const { writer, output } = plainWriter()
    expect(() => writer.applicationData(bytes(3))).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    expect(() => writer.applicationDataParts([bytes(3)])).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    expect(output).toEqual([])
  })
})

describe('alerts and ChangeCipherSpec', () => {
  test('an alert is a record of its own two bytes', () => {
    const { writer, output } = plainWriter()
    writer.alert(2, 40)
    expect(output.map(toHex)).toEqual(['15030300020228'])
  })

  test('an alert is protected when there is a key, and never cut', () => {
    const { writer, output } = protectedWriter()
    writer.fragmentLimit = 2
    writer.alert(1, 0)
    expect(opened(output)).toEqual([{ type: typeAlert, content: Uint8Array.of(1, 0) }])
  })

  test('a ChangeCipherSpec is in plaintext, with a key too, and uses no sequence number', () => {
    const { writer, output, aead } = protectedWriter()
    writer.changeCipherSpec()
    expect(output.map(toHex)).toEqual(['140303000101'])
    expect(aead.nonces).toEqual([])
  })
})

describe('the fragment limit', () => {
  test.each([1, 0, 16385, 100.5])('of %s is refused', (limit) => {
    const { writer } = plainWriter()
    expect(() => (writer.fragmentLimit = limit)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
    expect(writer.fragmentLimit).toBe(16384)
  })

  // https://www.rfc-editor.org/rfc/rfc8449#section-4: the peer announced 64
  test('of 63 keeps content, padding and type within a record_size_limit of 64', () => {
    const { writer, output } = protectedWriter({ padding: padToMultipleOf(100) })
    writer.fragmentLimit = 63
    writer.applicationData(bytes(200))
    const inner = parseRecords(concat(...output)).records.map((record) => record.fragment.length - 16)
    expect(inner).toEqual([64, 64, 64, 64])
    const reader = new RecordReader()
    reader.limit = 63
    expect(contents(output, typeApplicationData, reader)).toEqual(bytes(200))
  })
})

describe('padding', () => {
  test('goes to a multiple and never beyond the limit', () => {
    const { writer, output } = protectedWriter({ padding: padToMultipleOf(1000) })
    writer.applicationData(bytes(16384 + 16000 + 1))
    writer.applicationData(bytes(10))
    writer.alert(2, 10)
    const inner = parseRecords(concat(...output)).records.map((record) => record.fragment.length - 17)
    expect(inner).toEqual([16384, 16384, 1000, 1000])
    expect(opened(output).map((record) => record.content.length)).toEqual([16384, 16001, 10, 2])
  })

  test('is asked once per record for its content and the limit', () => {
    const asked: [number, number][] = []
    const { writer } = protectedWriter({
      padding: padEach((contentLength, limit) => {
        asked.push([contentLength, limit])
        return 1e9
      }),
    })
    writer.fragmentLimit = 1000
    writer.applicationData(bytes(1500))
    expect(asked).toEqual([
      [1000, 1000],
      [500, 1000],
    ])
  })

  test('is not put on records in plaintext', () => {
    const { writer, output } = plainWriter({ padding: padToMultipleOf(100) })
    writer.handshake(bytes(3))
    writer.flush()
    expect(output.map(toHex)).toEqual(['1603030003000102'])
  })

  test('of a policy that adds nothing is as if there was none', () => {
    const [none, zero] = [protectedWriter(), protectedWriter({ padding: noPadding })]
    none.writer.applicationData(bytes(20000))
    zero.writer.applicationData(bytes(20000))
    expect(zero.output.map(toHex)).toEqual(none.output.map(toHex))
  })

  test.each([-1, 0.5, Number.NaN])('of %s bytes is refused and uses no sequence number', (answer) => {
    const { writer, output, aead } = protectedWriter({ padding: padEach(() => answer) })
    expect(() => writer.applicationData(bytes(3))).toThrow(expect.objectContaining({ code: 'ERR_TLS_CALLBACK' }))
    expect(output).toEqual([])
    expect(aead.nonces).toEqual([])
  })
})

test('an allocator that gives another length is refused before anything is sealed', () => {
  const { writer, aead } = protectedWriter({ allocate: (length) => new Uint8Array(length + 1) })
  expect(() => writer.applicationData(bytes(3))).toThrow(expect.objectContaining({ code: 'ERR_TLS_CALLBACK' }))
  expect(aead.nonces).toEqual([])
})

describe('keys', () => {
  test('each starts at sequence number zero, and the one before is wiped', () => {
    const { writer, aead, key } = protectedWriter()
    writer.applicationData(bytes(1))
    writer.applicationData(bytes(1))
    const second = new FakeAead()
    writer.setKey(recordKey(second))
    writer.applicationData(bytes(1))
    expect(aead.nonces).toEqual(['a0a1a2a3a4a5a6a7a8a9aaab', 'a0a1a2a3a4a5a6a7a8a9aaaa'])
    expect(second.nonces).toEqual(['a0a1a2a3a4a5a6a7a8a9aaab'])
    expect(aead.disposed).toBe(1)
    expect(toHex(key.iv)).toBe('00'.repeat(12))
  })

  test('a KeyUpdate is due when the key has protected its number of records, until the next key', () => {
    const { writer } = plainWriter()
    expect(writer.keyUpdateDue).toBe(false)
    writer.setKey(recordKey(new FakeAead(), { recordLimit: 3 }))
    writer.applicationData(bytes(2 * 16384))
    expect(writer.keyUpdateDue).toBe(false)
    writer.applicationData(bytes(1))
    expect(writer.keyUpdateDue).toBe(true)
    writer.setKey(recordKey(new FakeAead(), { recordLimit: 3 }))
    expect(writer.keyUpdateDue).toBe(false)
  })

  test('a call that needs more sequence numbers than are left sends nothing of it', () => {
    const { writer, output } = plainWriter()
    const aead = new FakeAead()
    const last = protectionBy(recordKey(aead))
    last.sequence = Number.MAX_SAFE_INTEGER - 1
    writer.setKey(last)
    expect(() => writer.applicationData(bytes(3 * 16384))).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_SEQUENCE_EXHAUSTED', alert: 'internal_error' }),
    )
    expect([output, aead.nonces]).toEqual([[], []])
    writer.applicationData(bytes(2 * 16384))
    expect(() => writer.alert(2, 80)).toThrow(expect.objectContaining({ code: 'ERR_TLS_SEQUENCE_EXHAUSTED' }))
    expect(new Set(aead.nonces).size).toBe(2)
  })
})

test('an AEAD that throws ends the output: what comes later could not be decrypted', () => {
  const { writer, output, aead } = protectedWriter()
  const cause = new Error('broken')
  aead.seal = () => {
    throw cause
  }
  expect(() => writer.applicationData(bytes(3))).toThrow(expect.objectContaining({ code: 'ERR_TLS_CRYPTO', cause }))
  writer.changeCipherSpec()
  expect(output).toEqual([])
})

describe('an asynchronous AEAD', () => {
  test('works on all records at once, and the output keeps the order of the calls', async () => {
    const { writer, output, aead } = lateWriter()
    writer.applicationData(bytes(20000))
    writer.alert(1, 0)
    writer.changeCipherSpec()
    writer.applicationData(bytes(4))
    expect(aead.waiting).toHaveLength(4)
    await aead.release(3)
    await aead.release(2)
    await aead.release(1)
    expect(output).toEqual([])
    expect(writer.pending).toBe(20000 + 2 * 22 + 24 + 6 + 26)
    await aead.release(0)
    expect(output).toHaveLength(4)
    expect(writer.pending).toBe(0)
    expect(opened(output).map(({ type, content }) => [type, content.length])).toEqual([
      [typeApplicationData, 16384],
      [typeApplicationData, 3616],
      [typeAlert, 2],
      [typeApplicationData, 4],
    ])
    expect(output[2]![0]).toBe(typeChangeCipherSpec)
  })

  test('outputs what is complete without waiting for what comes after', async () => {
    const { writer, output, aead } = lateWriter()
    writer.applicationData(bytes(1))
    writer.applicationData(bytes(2))
    await aead.release(0)
    expect(output).toHaveLength(1)
  })

  test('keeps the nonces and additional data of its records apart', async () => {
    const { writer, output, aead } = lateWriter()
    writer.applicationData(bytes(40000))
    for (let i = 2; i >= 0; i--) await aead.release(i)
    expect(contents(output, typeApplicationData)).toEqual(bytes(40000))
  })

  test('is disposed of when its last record is sealed, although the next key is on already', async () => {
    const { writer, output, aead } = lateWriter()
    writer.applicationData(bytes(1))
    writer.applicationData(bytes(2))
    const second = new LateAead(0x77)
    writer.setKey(recordKey(second))
    writer.applicationData(bytes(3))
    await second.release()
    await aead.release()
    expect(aead.inner.disposed).toBe(0)
    await aead.release()
    expect(aead.inner.disposed).toBe(1)
    expect(output).toHaveLength(3)
  })

  test('makes idle() wait until everything was output, collected messages included', async () => {
    const { writer, output, aead } = lateWriter()
    expect(writer.idle()).toBeUndefined()
    writer.handshake(bytes(3))
    let idle = false
    void Promise.resolve(writer.idle()).then(() => (idle = true))
    writer.applicationData(bytes(1))
    await aead.release()
    expect(idle).toBe(false)
    await aead.release()
    expect(idle).toBe(true)
    expect(output).toHaveLength(2)
    expect(writer.idle()).toBeUndefined()
  })

  test('that fails is reported once, and nothing is output after the hole', async () => {
    const { writer, output, aead, failures } = lateWriter()
    writer.applicationData(bytes(1))
    writer.applicationData(bytes(2))
    writer.applicationData(bytes(3))
    let idle = false
    void Promise.resolve(writer.idle()).then(() => (idle = true))
    await aead.release(0)
    const cause = new Error('the HSM is gone')
    await aead.fail(cause, 0)
    await aead.fail(new Error('again'), 0)
    expect(failures).toEqual([expect.objectContaining({ code: 'ERR_TLS_CRYPTO', cause })])
    expect(output).toHaveLength(1)
    expect(idle).toBe(true)
    writer.alert(2, 80)
    await aead.release()
    expect(output).toHaveLength(1)
    expect(writer.pending).toBe(0)
  })

  test('of a disposed writer outputs nothing more, and is disposed of when it answered', async () => {
    const { writer, output, aead, failures } = lateWriter()
    writer.applicationData(bytes(1))
    writer.applicationData(bytes(1))
    writer.dispose()
    expect(aead.inner.disposed).toBe(0)
    await aead.release()
    await aead.fail(new Error('late'))
    expect(aead.inner.disposed).toBe(1)
    expect([output, failures]).toEqual([[], []])
  })
})

test('a disposed writer has wiped its key and takes nothing', () => {
  const { writer, output, aead, key } = protectedWriter()
  writer.handshake(bytes(1))
  writer.dispose()
  writer.dispose()
  expect(aead.disposed).toBe(1)
  expect(toHex(key.iv)).toBe('00'.repeat(12))
  expect([writer.pending, output]).toEqual([0, []])
  const acts = [
    () => writer.handshake(bytes(1)),
    () => writer.applicationData(bytes(1)),
    () => writer.alert(2, 80),
    () => writer.changeCipherSpec(),
    () => writer.flush(),
    () => writer.setKey(recordKey(new FakeAead())),
  ]
  for (const act of acts) expect(act).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
  expect(writer.idle()).toBeUndefined()
})

test('output() may call back into the writer', () => {
  const output: Uint8Array[] = []
  const writer = new RecordWriter({
    output(record) {
      output.push(record)
      if (output.length === 1) writer.applicationData(bytes(2))
    },
    failed: unexpected,
  })
  writer.setKey(recordKey(new FakeAead()))
  writer.handshake(bytes(9))
  writer.applicationData(bytes(3))
  expect(opened(output).map((record) => record.content.length)).toEqual([9, 2, 3])
})

test('a listener is told of every record, without its content', () => {
  const told: RecordTraceInfo[] = []
  const { writer } = plainWriter({ onRecord: (info) => told.push(info), padding: padToMultipleOf(8) })
  writer.handshake(bytes(9))
  writer.changeCipherSpec()
  writer.setKey(recordKey(new FakeAead()))
  writer.applicationData(bytes(16390))
  expect(told).toEqual([
    { outerType: 22, type: 22, length: 14, contentLength: 9, padding: 0, sequence: undefined },
    { outerType: 20, type: 20, length: 6, contentLength: 1, padding: 0, sequence: undefined },
    { outerType: 23, type: 23, length: 16406, contentLength: 16384, padding: 0, sequence: 0 },
    { outerType: 23, type: 23, length: 30, contentLength: 6, padding: 2, sequence: 1 },
  ])
})

interface Under<A> {
  readonly writer: RecordWriter
  readonly output: Uint8Array[]
  readonly failures: unknown[]
  readonly aead: A
  readonly key: ReturnType<typeof recordKey>
  /** Content lengths as they stand on the wire. */
  sizes(): number[]
}

function plainWriter(options: Partial<RecordWriterOptions> = {}): Omit<Under<undefined>, 'aead' | 'key'> {
  const output: Uint8Array[] = []
  const failures: unknown[] = []
  const writer = new RecordWriter({
    output: (record) => output.push(record),
    failed: (error) => failures.push(error),
    ...options,
  })
  const sizes = (): number[] => parseRecords(concat(...output)).records.map((record) => record.fragment.length)
  return { writer, output, failures, sizes }
}

function protectedWriter(options: Partial<RecordWriterOptions> = {}): Under<FakeAead> {
  return under(new FakeAead(), options)
}

function lateWriter(): Under<LateAead> {
  return under(new LateAead(), {})
}

function under<A extends FakeAead | LateAead>(aead: A, options: Partial<RecordWriterOptions>): Under<A> {
  const plain = plainWriter(options)
  const key = recordKey(aead)
  plain.writer.setKey(key)
  return { ...plain, aead, key, sizes: () => plain.sizes().map((size) => size - 17) }
}

function opened(output: readonly Uint8Array[], reader = new RecordReader()): OpenedRecord[] {
  reader.changeCipherSpec = 'drop'
  reader.setKey(recordKey(new FakeAead()))
  for (const bytes of output) reader.push(bytes)
  const records: OpenedRecord[] = []
  for (;;) {
    const record = reader.next() as OpenedRecord | undefined
    if (record === undefined) return records
    records.push(record)
  }
}

function contents(output: readonly Uint8Array[], type: number, reader?: RecordReader): Uint8Array {
  const records = opened(output, reader)
  expect(records.every((record) => record.type === type)).toBe(true)
  return concat(...records.map((record) => record.content))
}

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i)
}

function unexpected(error: unknown): never {
  throw error
}
