import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { asyncProvider } from '@typetls/testing'
import { concat, TlsError } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { directionKeys } from '../../test/tls12-peers.ts'
import { typeChangeCipherSpec } from '../content-type.ts'
import { RecordReader } from '../record-reader.ts'
import { RecordWriter } from '../record-writer.ts'
import { explicitNonceAead, implicitNonceAead } from './aead-protection.ts'
import { cbcWithHmac } from './cbc-protection.ts'
import type { RecordCipher } from './record-cipher.ts'

const ciphers: readonly (readonly [string, RecordCipher, boolean])[] = [
  ['aes-128-gcm', explicitNonceAead('aes-128-gcm'), false],
  ['chacha20-poly1305', implicitNonceAead('chacha20-poly1305'), false],
  ['aes-128-cbc, sha1', cbcWithHmac('aes-128-cbc', 'sha1'), false],
  ['aes-256-cbc, sha384, encrypt-then-MAC', cbcWithHmac('aes-256-cbc', 'sha384'), true],
]

type Step =
  { readonly do: 'handshake' | 'data'; readonly content: Uint8Array } | { readonly do: 'alert' | 'changeCipherSpec' }

const content = fc.oneof(
  { weight: 4, arbitrary: fc.uint8Array({ minLength: 1, maxLength: 60 }) },
  { weight: 1, arbitrary: fc.integer({ min: 1, max: 20000 }).map((length) => new Uint8Array(length).fill(7)) },
)
const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ do: fc.constantFrom('handshake', 'data'), content }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('alert', 'changeCipherSpec') }) },
)
const steps = fc.array(step, { maxLength: 12 })
const cuts = fc.array(fc.nat(), { maxLength: 30 })

describe.each(ciphers)('%s', { timeout: 60_000 }, (_, cipher, encryptThenMac) => {
  const later = asyncProvider(nodeCrypto, { seed: 3 })
  const layer = { cipher, encryptThenMac }

  test('what a writer is given, a reader gives back, however the bytes are cut, now or later', async () => {
    await fc.assert(
      fc.asyncProperty(steps, cuts, async (given, where) => {
        const { wire, expected } = await play(layer, nodeCrypto, given)
        const pieces = cutAt(wire, where)
        expect(await readAll(layer, nodeCrypto, pieces)).toEqual(expected)
        expect(await readAll(layer, later, pieces)).toEqual(expected)
      }),
      { numRuns: 10 },
    )
  })

  test('a writer that seals later keeps the order', async () => {
    await fc.assert(
      fc.asyncProperty(steps, async (given) => {
        const { wire, expected } = await play(layer, later, given)
        expect(await readAll(layer, nodeCrypto, [wire])).toEqual(expected)
      }),
      { numRuns: 6 },
    )
  })

  test('a changed byte ends in records, in waiting, or in a TlsError with an alert, the same at each cut', async () => {
    await fc.assert(
      fc.asyncProperty(steps, cuts, fc.nat(), fc.integer({ min: 1, max: 255 }), async (given, where, at, bits) => {
        const { wire } = await play(layer, nodeCrypto, given.slice(0, 5))
        const changed = wire.slice()
        changed[at % wire.length] = (changed[at % wire.length] as number) ^ bits
        const whole = await outcome(layer, nodeCrypto, [changed])
        expect(await outcome(layer, nodeCrypto, cutAt(changed, where))).toEqual(whole)
        expect(await outcome(layer, later, cutAt(changed, where))).toEqual(whole)
      }),
      { numRuns: 20 },
    )
  })
})

interface Layer {
  readonly cipher: RecordCipher
  readonly encryptThenMac: boolean
}

interface Given {
  readonly type: number
  readonly content: Uint8Array
}

/** A handshake in plaintext, and what comes under keys: each ChangeCipherSpec is followed by its Finished. */
async function play(
  { cipher, encryptThenMac }: Layer,
  crypto: CryptoProvider,
  given: readonly Step[],
): Promise<{ wire: Uint8Array; expected: readonly Given[] }> {
  const wire: Uint8Array[] = []
  const expected: Given[] = []
  let epoch = 0
  const writer = new RecordWriter({
    output: (bytes) => void wire.push(bytes),
    failed(error) {
      throw error
    },
  })
  const add = (type: number, bytes: Uint8Array): void => {
    const last = expected.at(-1)
    const joins = last?.type === type && type !== 21
    if (joins) expected[expected.length - 1] = { type, content: concat(last.content, bytes) }
    else expected.push({ type, content: bytes })
  }
  const handshake = (bytes: Uint8Array): void => {
    writer.handshake(bytes)
    writer.flush()
    add(22, bytes)
  }
  const change = async (): Promise<void> => {
    writer.changeCipherSpec()
    add(20, Uint8Array.of(1))
    writer.setKey(await cipher.protect(crypto, directionKeys(cipher, crypto, epoch++), { encryptThenMac }))
    handshake(new Uint8Array(16).fill(0x14))
  }
  handshake(new Uint8Array(50))
  await change()
  for (const one of given) {
    if (one.do === 'handshake') handshake(one.content)
    else if (one.do === 'data') {
      writer.applicationData(one.content)
      add(23, one.content)
    } else if (one.do === 'alert') {
      writer.alert(1, 90)
      add(21, Uint8Array.of(1, 90))
    } else await change()
  }
  await writer.idle()
  return { wire: concat(...wire), expected }
}

async function readAll(
  layer: Layer,
  crypto: CryptoProvider,
  pieces: readonly Uint8Array[],
  records: Given[] = [],
): Promise<readonly Given[]> {
  const { cipher, encryptThenMac } = layer
  const reader = new RecordReader()
  let epoch = 0
  reader.changeCipherSpec = 'take'
  for (const piece of pieces) {
    reader.push(piece)
    for (let record = await reader.next(); record !== undefined; record = await reader.next()) {
      const last = records.at(-1)
      if (last?.type === record.type && record.type !== 21) {
        records[records.length - 1] = { type: record.type, content: concat(last.content, record.content) }
      } else records.push({ type: record.type, content: record.content.slice() })
      if (record.type === typeChangeCipherSpec) {
        reader.setKey(await cipher.protect(crypto, directionKeys(cipher, crypto, epoch++), { encryptThenMac }))
      }
    }
  }
  return records
}

/** What came out before the end, and the end. */
async function outcome(layer: Layer, crypto: CryptoProvider, pieces: readonly Uint8Array[]): Promise<unknown> {
  const records: Given[] = []
  try {
    await readAll(layer, crypto, pieces, records)
    return { records, code: 'waits' }
  } catch (error) {
    expect(error).toBeInstanceOf(TlsError)
    const { code, alert } = error as TlsError
    expect(alert).toBeDefined()
    return { records, code }
  }
}

function cutAt(bytes: Uint8Array, where: readonly number[]): Uint8Array[] {
  const places = [...new Set(where.map((at) => at % (bytes.length + 1)))].sort((a, b) => a - b)
  return [0, ...places].map((start, i) => bytes.subarray(start, places[i] ?? bytes.length))
}
