import { nodeCrypto } from '@typetls/crypto-node'
import { concat, toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import { directionKeys, pair, readAll } from '../../test/tls12-peers.ts'
import { typeAlert, typeApplicationData, typeChangeCipherSpec, typeHandshake } from '../content-type.ts'
import { padEach } from '../padding.ts'
import { RecordReader } from '../record-reader.ts'
import type { RecordTraceInfo } from '../record-trace.ts'
import { explicitNonceAead } from './aead-protection.ts'

const gcm = explicitNonceAead('aes-128-gcm')
const changeCipherSpec = Uint8Array.of(20, 3, 3, 0, 1, 1)
const finished = new Uint8Array(16).fill(0x14)

test('a ChangeCipherSpec comes out where it is due, and the records after it are under the key set then', async () => {
  const { writer, reader: _, wire } = await pair(gcm, nodeCrypto)
  writer.handshake(finished)
  writer.flush()
  const reader = new RecordReader()
  reader.push(concat(Uint8Array.of(22, 3, 3, 0, 1, 7), changeCipherSpec, ...wire))
  expect(reader.next()).toMatchObject({ type: typeHandshake })
  reader.changeCipherSpec = 'take'
  expect(reader.next()).toEqual({ type: typeChangeCipherSpec, content: Uint8Array.of(1) })
  reader.changeCipherSpec = 'refuse'
  reader.setKey(await gcm.protect(nodeCrypto, directionKeys(gcm, nodeCrypto)))
  expect(reader.next()).toEqual({ type: typeHandshake, content: finished })
})

test('a ChangeCipherSpec that is not due, or says anything but 1, is refused, in plaintext and under a key', async () => {
  const refused = async (rule: RecordReader['changeCipherSpec'], content: number[], code: string, alert: string) => {
    const error = expect.objectContaining({ code, alert })
    const plain = new RecordReader()
    plain.changeCipherSpec = rule
    plain.push(Uint8Array.of(20, 3, 3, 0, content.length, ...content))
    expect(() => plain.next()).toThrow(error)
    const { reader } = await pair(gcm, nodeCrypto)
    reader.changeCipherSpec = rule
    reader.push(await sealed(typeChangeCipherSpec, Uint8Array.from(content)))
    expect(() => reader.next()).toThrow(error)
  }
  await refused('refuse', [1], 'ERR_TLS_CHANGE_CIPHER_SPEC_UNEXPECTED', 'unexpected_message')
  await refused('take', [2], 'ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT', 'illegal_parameter')
  await refused('take', [], 'ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT', 'illegal_parameter')
  await refused('take', [1, 1], 'ERR_TLS_CHANGE_CIPHER_SPEC_CONTENT', 'illegal_parameter')
})

test('a second ChangeCipherSpec is under the key of the first, and is taken like it', async () => {
  const { writer, reader, wire } = await pair(gcm, nodeCrypto)
  writer.handshake(finished)
  writer.changeCipherSpec()
  expect(toHex((wire[1] as Uint8Array).subarray(0, 5))).toBe('1403030019')
  for (const bytes of wire) reader.push(bytes)
  reader.changeCipherSpec = 'take'
  expect((await readAll(reader)).map((record) => record.type)).toEqual([typeHandshake, typeChangeCipherSpec])
})

test('application data between ChangeCipherSpec and Finished is refused, also when it is empty', async () => {
  for (const content of [Uint8Array.of(1), new Uint8Array()]) {
    const { reader } = await pair(gcm, nodeCrypto)
    reader.push(await sealed(typeApplicationData, content))
    expect(() => reader.next()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_RECORD_UNEXPECTED', alert: 'unexpected_message' }),
    )
  }
})

test('a protected record must be of version 1.2, in its header, before it is read or opened', async () => {
  for (const minor of [0, 1, 2, 4]) {
    const { reader } = await pair(gcm, nodeCrypto)
    reader.push(Uint8Array.of(22, 3, minor, 0, 40))
    expect(() => reader.next()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_RECORD_VERSION', alert: 'protocol_version' }),
    )
  }
})

test('a plaintext alert is no alert once keys are on', async () => {
  const { reader } = await pair(gcm, nodeCrypto)
  reader.push(Uint8Array.of(21, 3, 3, 0, 2, 2, 40))
  expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_TLS_BAD_RECORD_MAC' }))
})

test('an alert is protected and has its type in the header', async () => {
  const { writer, reader, wire } = await pair(gcm, nodeCrypto)
  writer.alert(1, 0)
  expect(wire[0]?.[0]).toBe(typeAlert)
  for (const bytes of wire) reader.push(bytes)
  expect(reader.next()).toEqual({ type: typeAlert, content: Uint8Array.of(1, 0) })
})

test('2^14 + 2048 bytes may be announced, and no more', async () => {
  const { reader } = await pair(gcm, nodeCrypto)
  reader.push(header(16384 + 2048))
  expect(reader.next()).toBeUndefined()
  const other = await pair(gcm, nodeCrypto)
  other.reader.push(header(16384 + 2049))
  expect(() => other.reader.next()).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW', alert: 'record_overflow' }),
  )
})

test.each([16384, 512])('content of a record is at most %d bytes when that is the limit', async (limit) => {
  const { reader } = await pair(gcm, nodeCrypto)
  reader.limit = limit
  reader.push(await sealed(typeHandshake, new Uint8Array(limit)))
  expect(reader.next()).toMatchObject({ type: typeHandshake })
  const other = await pair(gcm, nodeCrypto)
  other.reader.limit = limit
  other.reader.push(await sealed(typeHandshake, new Uint8Array(limit + 1)))
  expect(() => other.reader.next()).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_RECORD_OVERFLOW', alert: 'record_overflow' }),
  )
})

test('max_fragment_length holds for handshake records in plaintext too', () => {
  const reader = new RecordReader()
  reader.plaintextLimit = 512
  reader.push(Uint8Array.of(22, 3, 3, 2, 1))
  expect(() => reader.next()).toThrow(expect.objectContaining({ code: 'ERR_TLS_RECORD_OVERFLOW' }))
  expect(() => (reader.plaintextLimit = 1)).toThrow(expect.objectContaining({ code: 'ERR_TLS_OPTIONS' }))
})

test('32 empty records of application data are fine, the 33rd is not', async () => {
  const { reader, writer, wire } = await pair(gcm, nodeCrypto)
  writer.handshake(finished)
  writer.flush()
  const empty = Array.from({ length: 33 }, (_, i) => sealed(typeApplicationData, new Uint8Array(), i + 1))
  reader.push(concat(...wire, ...(await Promise.all(empty.slice(0, 32)))))
  expect(await readAll(reader)).toHaveLength(33)
  reader.push(await (empty[32] as Promise<Uint8Array>))
  expect(() => reader.next()).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_TOO_MANY_EMPTY_RECORDS', alert: 'unexpected_message' }),
  )
})

test.each([
  [typeHandshake, 0, 'ERR_TLS_RECORD_EMPTY_HANDSHAKE', 'unexpected_message'],
  [typeAlert, 0, 'ERR_TLS_RECORD_EMPTY_ALERT', 'unexpected_message'],
  [typeAlert, 1, 'ERR_TLS_ALERT_LENGTH', 'decode_error'],
  [typeAlert, 4, 'ERR_TLS_ALERT_LENGTH', 'decode_error'],
  [24, 1, 'ERR_TLS_RECORD_UNKNOWN_TYPE', 'unexpected_message'],
])('a protected record of type %d and %d bytes is refused', async (type, length, code, alert) => {
  const { reader } = await pair(gcm, nodeCrypto)
  reader.push(await sealed(type, new Uint8Array(length)))
  expect(() => reader.next()).toThrow(expect.objectContaining({ code, alert }))
})

test('no number is used twice: after the last one nothing is written and nothing is read', async () => {
  const firstSequence = Number.MAX_SAFE_INTEGER
  const { writer, reader, wire } = await pair(gcm, nodeCrypto, { firstSequence })
  writer.handshake(finished)
  writer.flush()
  const exhausted = expect.objectContaining({ code: 'ERR_TLS_SEQUENCE_EXHAUSTED' })
  expect(() => writer.applicationData(new Uint8Array(1))).toThrow(exhausted)
  expect(wire).toHaveLength(1)
  reader.push(concat(...wire, ...wire))
  expect(reader.next()).toMatchObject({ type: typeHandshake })
  expect(() => reader.next()).toThrow(exhausted)
})

test('a trace sees the type in the header, the sequence number, and no padding', async () => {
  const seen: RecordTraceInfo[] = []
  const onRecord = (info: RecordTraceInfo): void => void seen.push(info)
  const { writer, reader, wire } = await pair(gcm, nodeCrypto, { onRecord, padding: padEach(() => 9) })
  writer.handshake(finished)
  writer.flush()
  for (const bytes of wire) reader.push(bytes)
  await readAll(reader)
  const info = { outerType: 22, type: 22, length: 5 + 8 + 16 + 16, contentLength: 16, padding: 0, sequence: 0 }
  expect(seen).toEqual([info, info])
})

/** A record as no writer makes it. */
async function sealed(type: number, content: Uint8Array, sequence = 0): Promise<Uint8Array> {
  const protection = await gcm.protect(nodeCrypto, directionKeys(gcm, nodeCrypto))
  protection.sequence = sequence
  const length = protection.bodyLength(content.length)
  const record = new Uint8Array(5 + length)
  record.set([type, 3, 3, length >>> 8, length & 0xff])
  await protection.seal(type, content, 0, record, 5)
  return record
}

function header(length: number): Uint8Array {
  return Uint8Array.of(22, 3, 3, length >>> 8, length & 0xff)
}
