import { record } from '@typetls/testing'
import { ascii, concat, fromHex, TlsError, toHex } from '@typetls/wire'
import type { AlertName, TlsErrorCode } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { FakeAead, LateAead, recordKey } from '../test/fake-aead.ts'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from './content-type.ts'
import { DeclinedEarlyData } from './declined-early-data.ts'
import { httpRequest } from './http-request.ts'
import { RecordReader } from './record-reader.ts'
import type { OpenedRecord } from './record-reader.ts'
import type { RecordTraceInfo } from './record-trace.ts'
import { protectionBy } from './tls13-protection.ts'

describe('framing', () => {
  test('records come out of one push in order, then undefined', () => {
    const reader = new RecordReader()
    reader.push(concat(record(typeHandshake, bytes(3)), record(typeAlert, bytes(2)), record(typeHandshake, bytes(1))))
    expect(shown(reader)).toEqual([
      [typeHandshake, '000102'],
      [typeAlert, '0001'],
      [typeHandshake, '00'],
    ])
    expect(reader.next()).toBeUndefined()
    expect(reader.buffered).toBe(0)
  })

  test('a record given one byte at a time comes out at its last byte', () => {
    const reader = new RecordReader()
    const wire = record(typeHandshake, bytes(40))
    for (const byte of wire.subarray(0, -1)) {
      reader.push(Uint8Array.of(byte))
      expect(reader.next()).toBeUndefined()
    }
    expect(reader.buffered).toBe(44)
    reader.push(wire.subarray(-1))
    expect(reader.next()).toEqual({ type: typeHandshake, content: bytes(40) })
  })

  test('several pushes before the first next lose nothing', () => {
    const reader = new RecordReader()
    const wire = concat(record(typeHandshake, bytes(100)), record(typeHandshake, bytes(50)))
    const ends = [2, 5, 60, 106, 111, wire.length]
    for (const [i, end] of ends.entries()) reader.push(wire.subarray(ends[i - 1] ?? 0, end))
    expect(reader.buffered).toBe(wire.length)
    expect(shown(reader)).toEqual([
      [typeHandshake, toHex(bytes(100))],
      [typeHandshake, toHex(bytes(50))],
    ])
    expect(reader.buffered).toBe(0)
  })

  test('nothing refers to the pushed bytes once they are consumed', () => {
    const reader = new RecordReader()
    const wire = concat(record(typeHandshake, bytes(4)), record(typeHandshake, bytes(6)).subarray(0, 8))
    reader.push(wire)
    const first = reader.next()
    expect(reader.next()).toBeUndefined()
    wire.fill(0xee)
    reader.push(bytes(6).subarray(3))
    expect(first).toEqual({ type: typeHandshake, content: bytes(4) })
    expect(reader.next()).toEqual({ type: typeHandshake, content: bytes(6) })
  })

  test('a subclass whose slice() is a view, as that of Buffer, is copied all the same', () => {
    class View extends Uint8Array {
      override slice(): this {
        return this.subarray() as this
      }
    }
    const reader = new RecordReader()
    const wire = View.from(record(typeHandshake, bytes(4)))
    reader.push(wire)
    const first = reader.next() as OpenedRecord
    wire.fill(0xee)
    expect(first.content).toEqual(bytes(4))
  })

  test('the buffer never holds more than a record and its header, however much is announced', () => {
    const { reader, seal } = protectedReader()
    const wire = seal(typeApplicationData, new Uint8Array(16384))
    for (let i = 0; i < wire.length; i += 1000) {
      reader.push(wire.subarray(i, i + 1000))
      reader.next()
      expect(reader.buffered).toBeLessThanOrEqual(5 + 16384 + 256)
    }
    expect(reader.buffered).toBe(0)
  })
})

describe('before there are keys', () => {
  const plain = (type: number, length: number): Uint8Array => record(type, bytes(length))

  test('a handshake record of 2^14 bytes is the largest', () => {
    const reader = new RecordReader()
    reader.push(plain(typeHandshake, 16384))
    expect(reader.next()).toMatchObject({ type: typeHandshake })
  })

  test('one byte more is refused at its header, before the body came', () => {
    refused(record(typeHandshake, new Uint8Array(0), { length: 16385 }), 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
  })

  test('the limit of protected records does not hold yet', () => {
    const reader = new RecordReader()
    reader.limit = 63
    reader.push(plain(typeHandshake, 1000))
    expect(reader.next()).toMatchObject({ type: typeHandshake })
  })

  test.each([0, 1, 5])('application data of %d bytes is refused', (length) => {
    refused(plain(typeApplicationData, length), 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })

  test.each([0, 19, 24, 255])('content type %d is refused', (type) => {
    refused(plain(type, 1), 'ERR_TLS_RECORD_UNKNOWN_TYPE', 'unexpected_message')
  })

  test('an empty handshake record is refused', () => {
    refused(plain(typeHandshake, 0), 'ERR_TLS_RECORD_EMPTY_HANDSHAKE', 'unexpected_message')
  })

  test('an empty alert record is refused', () => {
    refused(plain(typeAlert, 0), 'ERR_TLS_RECORD_EMPTY_ALERT', 'unexpected_message')
  })

  test.each([1, 3, 4])('an alert record of %d bytes is refused', (length) => {
    refused(plain(typeAlert, length), 'ERR_TLS_ALERT_LENGTH', 'decode_error')
  })

  test.each([0x0300, 0x0301, 0x0304, 0x03ff])('the minor version of 0x%s does not matter', (version) => {
    const reader = new RecordReader()
    reader.push(record(typeHandshake, bytes(1), { version }))
    expect(reader.next()).toMatchObject({ type: typeHandshake })
  })

  test('a later record of another major version is refused', () => {
    refused(
      concat(plain(typeHandshake, 1), record(typeHandshake, bytes(1), { version: 0x0203 })),
      'ERR_TLS_RECORD_VERSION',
      'protocol_version',
    )
  })
})

describe('first bytes that are not TLS', () => {
  const requests = ['GET / HTTP/1.0', 'POST /', 'HEAD /', 'PUT /x', 'DELETE /x', 'OPTIONS *', 'PATCH /x']

  test.each(requests)('a server recognises the HTTP request "%s"', (request) => {
    refused(ascii(request), 'ERR_TLS_HTTP_REQUEST', 'protocol_version')
  })

  test('a server recognises a request to an HTTP proxy', () => {
    refused(ascii('CONNECT example.com:443'), 'ERR_TLS_HTTPS_PROXY_REQUEST', 'protocol_version')
  })

  test('it needs five bytes to tell', () => {
    const reader = new RecordReader({ notTls: httpRequest })
    reader.push(ascii('GET '))
    expect(reader.next()).toBeUndefined()
    reader.push(ascii('/'))
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_TLS_HTTP_REQUEST' }))
  })

  test('an SSL 2.0 ClientHello is refused', () => {
    refused(fromHex('802e010301'), 'ERR_TLS_NOT_TLS', 'protocol_version')
  })

  test('a client says that the server answered in HTTP', () => {
    const error = failureOf('client', ascii('HTTP/1.1 400 Bad Request'))
    expect(error).toMatchObject({ code: 'ERR_TLS_NOT_TLS', alert: 'protocol_version' })
    expect(error.message).toContain('HTTP')
  })

  test('a client takes an HTTP request for anything that is not TLS', () => {
    expect(failureOf('client', ascii('GET / HTTP/1.0'))).toMatchObject({ code: 'ERR_TLS_NOT_TLS' })
  })
})

describe('ChangeCipherSpec', () => {
  const changeCipherSpec = record(typeChangeCipherSpec, Uint8Array.of(1))

  test('is refused until the connection allows it', () => {
    refused(changeCipherSpec, 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
  })

  test('is dropped while it is allowed, in plaintext also when there are keys, and uses no sequence number', () => {
    const { reader, seal } = protectedReader()
    reader.changeCipherSpec = 'drop'
    reader.push(
      concat(changeCipherSpec, seal(typeHandshake, bytes(2)), changeCipherSpec, seal(typeHandshake, bytes(3))),
    )
    expect(shown(reader)).toEqual([
      [typeHandshake, '0001'],
      [typeHandshake, '000102'],
    ])
  })

  test.each(['', '00', '02', '0101'])('with the body "%s" is refused', (body) => {
    const reader = new RecordReader()
    reader.changeCipherSpec = 'drop'
    reader.push(record(typeChangeCipherSpec, fromHex(body)))
    expect(() => reader.next()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_CHANGE_CIPHER_SPEC', alert: 'unexpected_message' }),
    )
  })

  test('is refused after the handshake, under keys', () => {
    const { reader } = protectedReader()
    reader.push(changeCipherSpec)
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED' }))
  })

  test.each(['drop', 'take'] as const)('is refused when protected, even where the rule is to %s it', (rule) => {
    const { reader, seal } = protectedReader()
    reader.changeCipherSpec = rule
    reader.push(seal(typeChangeCipherSpec, Uint8Array.of(1)))
    expect(() => reader.next()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', alert: 'unexpected_message' }),
    )
  })

  test('32 in a row are dropped, the 33rd is refused', () => {
    const reader = new RecordReader()
    reader.changeCipherSpec = 'drop'
    for (let i = 0; i < 32; i++) reader.push(changeCipherSpec)
    expect(reader.next()).toBeUndefined()
    reader.push(changeCipherSpec)
    expect(() => reader.next()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_TOO_MANY_EMPTY_RECORDS', alert: 'unexpected_message' }),
    )
  })
})

describe('early data that was not accepted', () => {
  const early = (length: number): Uint8Array => sealInner(new FakeAead(0x33), bytes(length))
  /** Of exactly so many bytes on the wire. */
  const unreadable = (length: number): Uint8Array => record(typeApplicationData, new Uint8Array(length - 5))

  test('is dropped before there is a key, up to the next handshake record', () => {
    const reader = new RecordReader()
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(concat(early(100), early(0), unreadable(5), record(typeHandshake, bytes(2))))
    expect(shown(reader)).toEqual([[typeHandshake, '0001']])
    refusedBy(reader, early(1), 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })

  test('is dropped where it does not open, up to the first record that does, and uses no sequence number', () => {
    const { reader, seal, aead } = protectedReader()
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(concat(early(100), early(0), seal(typeHandshake, bytes(2)), seal(typeHandshake, bytes(3))))
    expect(shown(reader)).toEqual([
      [typeHandshake, '0001'],
      [typeHandshake, '000102'],
    ])
    expect(new Set(aead.nonces).size).toBe(2)
    refusedBy(reader, early(1), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('is dropped the same when the AEAD answers later', async () => {
    const { reader, aead, seal } = lateReader()
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(
      concat(early(100), unreadable(6), early(0), seal(typeHandshake, bytes(2)), seal(typeHandshake, bytes(3))),
    )
    const first = reader.next()
    for (let i = 0; i < 3; i++) await aead.release()
    expect(await first).toEqual({ type: typeHandshake, content: bytes(2) })
    const second = reader.next()
    await aead.release()
    expect(await second).toEqual({ type: typeHandshake, content: bytes(3) })
    reader.push(early(1))
    const third = reader.next()
    await aead.release()
    await expect(third).rejects.toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC' })
  })

  test('may come with less than a tag and with more than our own limit', () => {
    const { reader, seal, aead } = protectedReader()
    reader.limit = 63
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(concat(unreadable(5), unreadable(20), unreadable(5 + 64 + 257), seal(typeHandshake, bytes(2))))
    expect(shown(reader)).toEqual([[typeHandshake, '0001']])
    // The two that are too short for a tag are no work for the AEAD.
    expect(aead.nonces).toHaveLength(2)
    const tooLong = record(typeApplicationData, new Uint8Array(0), { length: 64 + 256 })
    refusedBy(reader, tooLong, 'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW', 'record_overflow')
  })

  test.each([
    ['before there is a key', () => new RecordReader()],
    ['under a key', () => protectedReader().reader],
  ])('may be 16384 bytes on the wire %s, and no more', (_, make) => {
    const reader = make()
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(concat(unreadable(16000), unreadable(384)))
    expect(reader.next()).toBeUndefined()
    refusedBy(reader, unreadable(5), 'ERR_TLS_TOO_MUCH_EARLY_DATA', 'unexpected_message')
  })

  test.each([
    ['before there is a key', () => new RecordReader()],
    ['under a key', () => protectedReader().reader],
  ])('is held to the length of a record %s', (_, make) => {
    const reader = make()
    reader.declinedEarlyData = new DeclinedEarlyData()
    const tooLong = record(typeApplicationData, new Uint8Array(0), { length: 16384 + 257 })
    refusedBy(reader, tooLong, 'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW', 'record_overflow')
  })

  test.each([typeHandshake, 24])('does not excuse records of type %d that do not open', (type) => {
    for (const length of [3, 40]) {
      const { reader } = protectedReader()
      reader.declinedEarlyData = new DeclinedEarlyData()
      refusedBy(reader, record(type, bytes(length)), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
    }
  })

  test('does not hide a plaintext alert', () => {
    const { reader } = protectedReader()
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(concat(early(10), record(typeAlert, bytes(2))))
    expect(shown(reader)).toEqual([[typeAlert, '0001']])
  })

  test('is traced as dropped', () => {
    const infos: RecordTraceInfo[] = []
    const reader = new RecordReader({ onRecord: (info) => infos.push(info) })
    reader.declinedEarlyData = new DeclinedEarlyData()
    reader.push(unreadable(50))
    reader.next()
    expect(infos).toEqual([{ outerType: 23, type: 23, length: 50, contentLength: 0, padding: 0, sequence: undefined }])
  })
})

describe('protected records', () => {
  test('give their inner type and content', () => {
    const { reader, seal } = protectedReader()
    reader.push(concat(seal(typeHandshake, bytes(2)), seal(typeAlert, bytes(2)), seal(typeApplicationData, bytes(1))))
    expect(shown(reader)).toEqual([
      [typeHandshake, '0001'],
      [typeAlert, '0001'],
      [typeApplicationData, '00'],
    ])
  })

  test('lose their padding', () => {
    const { reader, seal } = protectedReader()
    reader.push(concat(seal(typeApplicationData, bytes(3), 200), seal(typeApplicationData, bytes(0), 7)))
    expect(shown(reader)).toEqual([
      [typeApplicationData, '000102'],
      [typeApplicationData, ''],
    ])
  })

  test('content may end in zeros', () => {
    const { reader, seal } = protectedReader()
    reader.push(seal(typeApplicationData, new Uint8Array(5), 3))
    expect(shown(reader)).toEqual([[typeApplicationData, '0000000000']])
  })

  test('count from zero again under a new key, and the old one is wiped', () => {
    const { reader, seal, aead, key } = protectedReader()
    reader.push(seal(typeHandshake, bytes(1)))
    reader.next()
    const second = new FakeAead(0x11)
    reader.setKey(recordKey(second))
    reader.push(sealer(new FakeAead(0x11))(typeHandshake, bytes(2)))
    expect(shown(reader)).toEqual([[typeHandshake, '0001']])
    expect(aead.nonces[0]).toBe(second.nonces[0])
    expect(aead.disposed).toBe(1)
    expect(toHex(key.iv)).toBe('00'.repeat(12))
  })

  test('a key set between two records of one push holds for the second', () => {
    const reader = new RecordReader()
    reader.push(concat(record(typeHandshake, bytes(1)), sealer(new FakeAead())(typeHandshake, bytes(2))))
    expect(reader.next()).toEqual({ type: typeHandshake, content: bytes(1) })
    reader.setKey(recordKey(new FakeAead()))
    expect(reader.next()).toEqual({ type: typeHandshake, content: bytes(2) })
  })

  test.each([
    ['tag', -1],
    ['content', 6],
    ['outer type', 0],
    ['minor version', 2],
  ])('with a changed %s are not authentic', (_, at) => {
    const { reader, seal } = protectedReader()
    const wire = seal(typeApplicationData, bytes(10))
    wire[at < 0 ? wire.length + at : at]! ^= 1
    refusedBy(reader, wire, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('of another minor version are taken, unless the reader is told to look', () => {
    for (const strictVersion of [false, true]) {
      const reader = new RecordReader({ strictVersion })
      reader.setKey(recordKey(new FakeAead()))
      const wire = sealInner(new FakeAead(), Uint8Array.of(1, typeApplicationData), typeApplicationData, 0n, 0x03ff)
      if (strictVersion) refusedBy(reader, wire, 'ERR_TLS_RECORD_VERSION', 'protocol_version')
      else {
        reader.push(wire)
        expect(reader.next()).toMatchObject({ type: typeApplicationData })
      }
    }
  })

  test('replayed or out of order are not authentic', () => {
    const { reader, seal } = protectedReader()
    const first = seal(typeApplicationData, bytes(10))
    reader.push(first)
    reader.next()
    refusedBy(reader, first, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test.each([0, 1, 15])(
    'that announce %d bytes have no room for a tag: not authentic, without asking the AEAD',
    (length) => {
      const { reader, aead } = protectedReader()
      const header = record(typeApplicationData, new Uint8Array(0), { length })
      refusedBy(reader, header, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
      expect(aead.nonces).toEqual([])
    },
  )

  test.each([typeHandshake, 24])('plaintext of type %d where protection is due is not authentic', (type) => {
    const { reader } = protectedReader()
    refusedBy(reader, record(type, bytes(40)), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('must say application_data outside', () => {
    const { reader } = protectedReader()
    const wire = sealer(new FakeAead(), typeHandshake)(typeHandshake, bytes(3))
    refusedBy(reader, wire, 'ERR_TLS_RECORD_OUTER_TYPE', 'unexpected_message')
  })

  test.each([0, 1, 400])('of %d zero bytes inside have no content type', (zeros) => {
    const { reader } = protectedReader()
    const wire = sealInner(new FakeAead(), new Uint8Array(zeros))
    refusedBy(reader, wire, 'ERR_TLS_RECORD_NO_CONTENT_TYPE', 'unexpected_message')
  })

  test.each([1, 19, 24, 255])('of inner type %d are refused', (type) => {
    const { reader, seal } = protectedReader()
    refusedBy(reader, seal(type, bytes(3)), 'ERR_TLS_RECORD_UNKNOWN_TYPE', 'unexpected_message')
  })

  test('with an empty handshake inside are refused, padded or not', () => {
    for (const padding of [0, 9]) {
      const { reader, seal } = protectedReader()
      refusedBy(reader, seal(typeHandshake, bytes(0), padding), 'ERR_TLS_RECORD_EMPTY_HANDSHAKE', 'unexpected_message')
    }
  })

  test('with an empty alert inside are refused', () => {
    const { reader, seal } = protectedReader()
    refusedBy(reader, seal(typeAlert, bytes(0)), 'ERR_TLS_RECORD_EMPTY_ALERT', 'unexpected_message')
  })

  test.each([1, 3, 4])('with an alert of %d bytes inside are refused', (length) => {
    const { reader, seal } = protectedReader()
    refusedBy(reader, seal(typeAlert, bytes(length)), 'ERR_TLS_ALERT_LENGTH', 'decode_error')
  })

  test('under a short tag, as that of CCM_8, are as good', () => {
    const reader = new RecordReader()
    reader.setKey(recordKey(new FakeAead(1, 8)))
    reader.push(sealer(new FakeAead(1, 8))(typeApplicationData, bytes(2)))
    expect(shown(reader)).toEqual([[typeApplicationData, '0001']])
  })

  test('end with the sequence numbers', () => {
    const reader = new RecordReader()
    const last = protectionBy(recordKey(new FakeAead()))
    last.sequence = Number.MAX_SAFE_INTEGER
    reader.setKey(last)
    const seal = sealer(new FakeAead(), typeApplicationData, 0x1f_ffff_ffff_ffffn)
    reader.push(seal(typeApplicationData, bytes(1)))
    expect(shown(reader)).toEqual([[typeApplicationData, '00']])
    refusedBy(reader, seal(typeApplicationData, bytes(1)), 'ERR_TLS_SEQUENCE_EXHAUSTED', 'internal_error')
  })
})

describe('lengths of protected records', () => {
  test('content of 2^14 bytes is the largest, and so is content and padding together', () => {
    const { reader, seal } = protectedReader()
    reader.push(concat(seal(typeApplicationData, bytes(16384)), seal(typeApplicationData, bytes(8192), 8192)))
    expect(shown(reader).map(([, content]) => content.length / 2)).toEqual([16384, 8192])
  })

  test.each([
    [16385, 0],
    [16384, 1],
    [8193, 8192],
    [0, 16385],
  ])('content of %d and padding of %d bytes are refused', (content, padding) => {
    const { reader, seal } = protectedReader()
    refusedBy(reader, seal(typeApplicationData, bytes(content), padding), 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
  })

  test('2^14 + 256 bytes may be announced', () => {
    const { reader } = protectedReader()
    reader.push(record(typeApplicationData, new Uint8Array(0), { length: 16384 + 256 }))
    expect(reader.next()).toBeUndefined()
  })

  test('one more is refused at the header', () => {
    const { reader } = protectedReader()
    refusedBy(
      reader,
      record(typeApplicationData, new Uint8Array(0), { length: 16384 + 257 }),
      'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW',
      'record_overflow',
    )
  })

  // https://www.rfc-editor.org/rfc/rfc8449#section-4: 64 announced, so 63 bytes of content and the type
  test('a smaller limit holds for content, padding and type together', () => {
    const { reader, seal } = protectedReader()
    reader.limit = 63
    reader.push(concat(seal(typeApplicationData, bytes(63)), seal(typeApplicationData, bytes(3), 60)))
    expect(shown(reader).map(([, content]) => content.length / 2)).toEqual([63, 3])
    refusedBy(reader, seal(typeApplicationData, bytes(63), 1), 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
  })

  test('a smaller limit bounds what is buffered', () => {
    const { reader } = protectedReader()
    reader.limit = 63
    refusedBy(
      reader,
      record(typeApplicationData, new Uint8Array(0), { length: 63 + 257 }),
      'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW',
      'record_overflow',
    )
  })

  test.each([1, 16385, 2.5, Number.NaN])('a limit of %s is refused', (limit) => {
    const reader = new RecordReader()
    expect(() => (reader.limit = limit)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
    expect(reader.limit).toBe(16384)
  })
})

describe('records that carry nothing', () => {
  test('32 in a row are given out empty, the 33rd is refused', () => {
    const { reader, seal } = protectedReader()
    for (let i = 0; i < 32; i++) reader.push(seal(typeApplicationData, bytes(0)))
    expect(shown(reader)).toHaveLength(32)
    refusedBy(reader, seal(typeApplicationData, bytes(0)), 'ERR_TLS_TOO_MANY_EMPTY_RECORDS', 'unexpected_message')
  })

  test.each([typeApplicationData, typeHandshake])('a record of type %d with content starts the count anew', (type) => {
    const { reader, seal } = protectedReader()
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 32; i++) reader.push(seal(typeApplicationData, bytes(0)))
      reader.push(seal(type, bytes(2)))
    }
    expect(shown(reader)).toHaveLength(99)
  })

  test('an alert does not', () => {
    const { reader, seal } = protectedReader()
    for (let i = 0; i < 32; i++) reader.push(seal(typeApplicationData, bytes(0)))
    reader.push(seal(typeAlert, bytes(2)))
    shown(reader)
    refusedBy(reader, seal(typeApplicationData, bytes(0)), 'ERR_TLS_TOO_MANY_EMPTY_RECORDS', 'unexpected_message')
  })

  test('dropped ChangeCipherSpecs count with them', () => {
    const { reader, seal } = protectedReader()
    reader.changeCipherSpec = 'drop'
    for (let i = 0; i < 16; i++) {
      reader.push(concat(seal(typeApplicationData, bytes(0)), record(typeChangeCipherSpec, Uint8Array.of(1))))
    }
    shown(reader)
    refusedBy(
      reader,
      record(typeChangeCipherSpec, Uint8Array.of(1)),
      'ERR_TLS_TOO_MANY_EMPTY_RECORDS',
      'unexpected_message',
    )
  })
})

describe('an alert in plaintext where protection is due', () => {
  test('is given out as long as nothing was decrypted: the peer may have failed before it had keys', () => {
    const { reader } = protectedReader()
    reader.push(record(typeAlert, Uint8Array.of(2, 40)))
    expect(reader.next()).toEqual({ type: typeAlert, content: Uint8Array.of(2, 40) })
  })

  test('is not authentic after the first record that was', () => {
    const { reader, seal } = protectedReader()
    reader.push(seal(typeHandshake, bytes(1)))
    reader.next()
    refusedBy(reader, record(typeAlert, Uint8Array.of(2, 40)), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('is not authentic under a later key either', () => {
    const { reader, seal } = protectedReader()
    reader.push(seal(typeHandshake, bytes(1)))
    reader.next()
    reader.setKey(recordKey(new FakeAead(3)))
    refusedBy(reader, record(typeAlert, Uint8Array.of(2, 40)), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('must be of exactly two bytes', () => {
    const { reader } = protectedReader()
    refusedBy(reader, record(typeAlert, bytes(4)), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

describe('the first error', () => {
  test('is thrown again by every later call, whatever comes', () => {
    const { reader, seal } = protectedReader()
    const good = seal(typeApplicationData, bytes(3))
    reader.push(record(typeHandshake, bytes(40)))
    const first = errorOf(() => reader.next())
    reader.push(good)
    expect(errorOf(() => reader.next())).toBe(first)
    expect(reader.buffered).toBe(0)
  })

  test('of an AEAD that throws something else is a TlsError that names it as the cause', () => {
    const cause = new Error('broken')
    const aead = new FakeAead()
    aead.open = () => {
      throw cause
    }
    const reader = new RecordReader()
    reader.setKey(recordKey(aead))
    reader.push(sealer(new FakeAead())(typeApplicationData, bytes(3)))
    const error = errorOf(() => reader.next())
    expect(error).toMatchObject({ code: 'ERR_TLS_CRYPTO', alert: 'internal_error', cause })
    expect(errorOf(() => reader.next())).toBe(error)
  })
})

describe('an asynchronous AEAD', () => {
  test('makes next() a promise of the record', async () => {
    const { reader, aead, seal } = lateReader()
    reader.push(concat(seal(typeHandshake, bytes(2)), seal(typeApplicationData, bytes(1))))
    const first = reader.next()
    await aead.release()
    expect(await first).toEqual({ type: typeHandshake, content: bytes(2) })
    const second = reader.next()
    await aead.release()
    expect(await second).toEqual({ type: typeApplicationData, content: bytes(1) })
    expect(reader.next()).toBeUndefined()
  })

  test('may be pushed to while it works', async () => {
    const { reader, aead, seal } = lateReader()
    const wire = concat(seal(typeHandshake, bytes(2)), seal(typeHandshake, bytes(3)))
    reader.push(wire.subarray(0, 10))
    expect(reader.next()).toBeUndefined()
    reader.push(wire.subarray(10, 30))
    const first = reader.next()
    reader.push(wire.subarray(30, 31))
    reader.push(wire.subarray(31))
    await aead.release()
    expect(await first).toEqual({ type: typeHandshake, content: bytes(2) })
    const second = reader.next()
    await aead.release()
    expect(await second).toEqual({ type: typeHandshake, content: bytes(3) })
  })

  test('refuses a second next() and a key until the first is settled, without harm', async () => {
    const { reader, aead, seal } = lateReader()
    reader.push(seal(typeHandshake, bytes(2)))
    const first = reader.next()
    expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    expect(() => reader.setKey(recordKey(new FakeAead()))).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    await aead.release()
    expect(await first).toMatchObject({ type: typeHandshake })
  })

  test('rejects with the error that later calls throw', async () => {
    const { reader, aead, seal } = lateReader()
    const wire = seal(typeHandshake, bytes(2))
    wire[7]! ^= 1
    reader.push(wire)
    const first = Promise.resolve(reader.next()).catch((error: unknown) => error)
    await aead.release()
    const error = await first
    expect(error).toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC', alert: 'bad_record_mac' })
    expect(errorOf(() => reader.next())).toBe(error)
  })

  test('that rejects ends in a TlsError that names the cause', async () => {
    const { reader, aead, seal } = lateReader()
    reader.push(seal(typeHandshake, bytes(2)))
    const first = Promise.resolve(reader.next()).catch((error: unknown) => error)
    const cause = new Error('the HSM is gone')
    await aead.fail(cause)
    expect(await first).toMatchObject({ code: 'ERR_TLS_CRYPTO', cause })
  })

  test('of a disposed reader ends in nothing, and only then is its key disposed of', async () => {
    const { reader, aead, seal } = lateReader()
    reader.push(seal(typeHandshake, bytes(2)))
    const first = reader.next()
    reader.dispose()
    expect(aead.inner.disposed).toBe(0)
    await aead.release()
    expect(await first).toBeUndefined()
    expect(aead.inner.disposed).toBe(1)
  })
})

describe('disposing', () => {
  test('wipes the key, forgets the bytes, and makes later ones nothing', () => {
    const { reader, seal, aead, key } = protectedReader()
    const wire = seal(typeApplicationData, bytes(3))
    reader.push(wire.subarray(0, 9))
    reader.next()
    reader.dispose()
    expect(aead.disposed).toBe(1)
    expect(toHex(key.iv)).toBe('00'.repeat(12))
    reader.push(wire.subarray(9))
    expect(reader.buffered).toBe(0)
    expect(reader.next()).toBeUndefined()
    expect(() => reader.setKey(recordKey(new FakeAead()))).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    reader.dispose()
    expect(aead.disposed).toBe(1)
  })
})

test('a listener is told of every record, without its content', () => {
  const told: RecordTraceInfo[] = []
  const reader = new RecordReader({ onRecord: (info) => told.push(info) })
  reader.changeCipherSpec = 'drop'
  reader.push(concat(record(typeHandshake, bytes(9)), record(typeChangeCipherSpec, Uint8Array.of(1))))
  shown(reader)
  reader.setKey(recordKey(new FakeAead()))
  const seal = sealer(new FakeAead())
  reader.push(concat(seal(typeHandshake, bytes(4)), seal(typeApplicationData, bytes(2), 10)))
  shown(reader)
  expect(told).toEqual([
    { outerType: 22, type: 22, length: 14, contentLength: 9, padding: 0, sequence: undefined },
    { outerType: 20, type: 20, length: 6, contentLength: 1, padding: 0, sequence: undefined },
    { outerType: 23, type: 22, length: 26, contentLength: 4, padding: 0, sequence: 0 },
    { outerType: 23, type: 23, length: 34, contentLength: 2, padding: 10, sequence: 1 },
  ])
})

type Seal = (type: number, content: Uint8Array, padding?: number) => Uint8Array

function bytes(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => i)
}

function shown(reader: RecordReader): [number, string][] {
  const records: [number, string][] = []
  for (;;) {
    const opened = reader.next() as OpenedRecord | undefined
    if (opened === undefined) return records
    records.push([opened.type, toHex(opened.content)])
  }
}

function protectedReader(): {
  reader: RecordReader
  seal: Seal
  aead: FakeAead
  key: ReturnType<typeof recordKey>
} {
  const reader = new RecordReader()
  const aead = new FakeAead()
  const key = recordKey(aead)
  reader.setKey(key)
  return { reader, seal: sealer(new FakeAead()), aead, key }
}

function lateReader(): { reader: RecordReader; aead: LateAead; seal: Seal } {
  const reader = new RecordReader()
  const aead = new LateAead()
  reader.setKey(recordKey(aead))
  return { reader, aead, seal: sealer(new FakeAead()) }
}

/** Records as a peer may make them, wrong ones included; written apart from `RecordWriter`. */
function sealer(aead: FakeAead, outerType = typeApplicationData, first = 0n): Seal {
  let sequence = first
  return (type, content, padding = 0) => {
    return sealInner(aead, concat(content, Uint8Array.of(type), new Uint8Array(padding)), outerType, sequence++)
  }
}

function sealInner(
  aead: FakeAead,
  inner: Uint8Array,
  outerType = typeApplicationData,
  sequence = 0n,
  version = 0x0303,
): Uint8Array {
  const nonce = Uint8Array.from({ length: 12 }, (_, i) => {
    return (0xa0 + i) ^ (i < 4 ? 0 : Number((sequence >> BigInt(8 * (11 - i))) & 0xffn))
  })
  const wire = record(outerType, new Uint8Array(inner.length + aead.tagLength), { version })
  aead.seal(nonce, wire.slice(0, 5), inner, new Uint8Array(0), wire, 5)
  return wire
}

function errorOf(act: () => unknown): TlsError {
  try {
    act()
  } catch (error) {
    if (error instanceof TlsError) return error
    throw error
  }
  throw new Error('no error')
}

function failureOf(role: 'client' | 'server', wire: Uint8Array): TlsError {
  const reader = new RecordReader({ notTls: role === 'server' ? httpRequest : undefined })
  reader.push(wire)
  return errorOf(() => shown(reader))
}

function refused(wire: Uint8Array, code: TlsErrorCode, alert: AlertName): void {
  expect(failureOf('server', wire)).toMatchObject({ code, alert })
}

function refusedBy(reader: RecordReader, wire: Uint8Array, code: TlsErrorCode, alert: AlertName): void {
  reader.push(wire)
  expect(errorOf(() => reader.next())).toMatchObject({ code, alert })
}
