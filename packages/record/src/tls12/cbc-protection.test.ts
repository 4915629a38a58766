import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider, Hmac } from '@typetls/crypto-provider'
import { asyncProvider } from '@typetls/testing'
import { concat, toHex } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { directionKeys, pair, readAll } from '../../test/tls12-peers.ts'
import { typeApplicationData, typeHandshake } from '../content-type.ts'
import { cbcWithHmac } from './cbc-protection.ts'
import type { RecordCipher } from './record-cipher.ts'

const suites = [
  ['aes-128-cbc', 'sha1'],
  ['aes-256-cbc', 'sha256'],
  ['aes-256-cbc', 'sha384'],
] as const

const kinds = suites.flatMap(([cbc, hash]) =>
  [false, true].map((encryptThenMac) => ({ cbc, hash, encryptThenMac, cipher: cbcWithHmac(cbc, hash) })),
)

const notAuthentic = expect.objectContaining({ code: 'ERR_TLS_BAD_RECORD_MAC', alert: 'bad_record_mac' })

describe.each(kinds)('$cbc with $hash, encrypt-then-MAC: $encryptThenMac', ({ cbc, hash, encryptThenMac, cipher }) => {
  test('a record is as RFC 5246 or RFC 7366 says', async () => {
    const { writer, wire } = await pair(cipher, nodeCrypto, { encryptThenMac, firstSequence: 7 })
    const content = Uint8Array.from({ length: 100 }, (_, i) => i)
    writer.applicationData(content)
    const { key, macKey } = directionKeys(cipher, nodeCrypto)
    const [record] = wire as [Uint8Array]
    const macLength = macKey.length
    const end = record.length - (encryptThenMac ? macLength : 0)
    const decipher = createDecipheriv(cbc, key.reveal(), record.subarray(5, 21)).setAutoPadding(false)
    const plaintext = new Uint8Array(decipher.update(record.subarray(21, end)))
    const authentic = encryptThenMac ? record.subarray(5, end) : content
    const mac = createHmac(hash, macKey.reveal())
      .update(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 7, 23, 3, 3, 0, authentic.length))
      .update(authentic)
      .digest()
    const unpadded = encryptThenMac ? content : concat(content, new Uint8Array(mac))
    const padding = 15 - (unpadded.length % 16)
    expect(toHex(plaintext)).toBe(toHex(concat(unpadded, new Uint8Array(padding + 1).fill(padding))))
    if (encryptThenMac) expect(toHex(record.subarray(end))).toBe(toHex(new Uint8Array(mac)))
    expect(toHex(record.subarray(0, 5))).toBe(`17030300${(record.length - 5).toString(16)}`)
  })

  test.each([nodeCrypto, asyncProvider(nodeCrypto, { seed: 5 })])(
    'content of any length comes back: $name',
    async (crypto) => {
      const { writer, reader, wire } = await pair(cipher, crypto, { encryptThenMac })
      writer.handshake(new Uint8Array(16))
      const lengths = [...Array.from({ length: 40 }, (_, i) => i + 1), 255, 256, 16_384, 40_000]
      for (const length of lengths) writer.applicationData(new Uint8Array(length).fill(length))
      await writer.idle()
      for (const bytes of wire) reader.push(bytes)
      const records = (await readAll(reader)).slice(1)
      expect(concat(...records.map(({ content }) => content))).toEqual(
        concat(...lengths.map((length) => new Uint8Array(length).fill(length))),
      )
      expect(records.every(({ type }) => type === typeApplicationData)).toBe(true)
    },
  )

  test('no two records have the same IV', async () => {
    const { writer, wire } = await pair(cipher, nodeCrypto, { encryptThenMac })
    for (let i = 0; i < 50; i++) writer.applicationData(Uint8Array.of(1))
    expect(new Set(wire.map((record) => toHex(record.subarray(5, 21)))).size).toBe(50)
  })

  test('whatever is changed behind the header is one error, sync or async', async () => {
    const { writer, wire } = await pair(cipher, nodeCrypto, { encryptThenMac })
    writer.handshake(new Uint8Array(20))
    writer.flush()
    const record = wire[0] as Uint8Array
    const later = asyncProvider(nodeCrypto)
    for (let at = 5; at < record.length; at++) {
      const changed = record.slice()
      changed[at] = (changed[at] as number) ^ (1 << (at % 8))
      const { reader } = await pair(cipher, nodeCrypto, { encryptThenMac })
      reader.push(changed)
      expect(() => reader.next(), `byte ${at}`).toThrow(notAuthentic)
      const other = await pair(cipher, later, { encryptThenMac })
      other.reader.push(changed)
      await expect((async () => await other.reader.next())(), `byte ${at}`).rejects.toThrow(notAuthentic)
    }
  })

  test('any bytes at all behind a header are one error', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 400 }), fc.nat(25), async (bytes, blocks) => {
        const body = concat(bytes, new Uint8Array(blocks * 16)).subarray(0, blocks * 16 + (bytes.length % 3 ? 0 : 1))
        const { reader } = await pair(cipher, nodeCrypto, { encryptThenMac })
        reader.push(concat(Uint8Array.of(22, 3, 3, body.length >> 8, body.length & 0xff), body))
        expect(() => reader.next()).toThrow(notAuthentic)
      }),
      { numRuns: 100 },
    )
  })

  test('its keys end with it, and are not those given', async () => {
    const keys = directionKeys(cipher, nodeCrypto)
    const protection = await cipher.protect(nodeCrypto, keys, { encryptThenMac })
    protection.dispose()
    expect([keys.key.disposed, keys.macKey.disposed]).toEqual([false, false])
    const disposed = expect.objectContaining({ code: 'ERR_TLS_SECRET_DISPOSED' })
    expect(() => protection.seal(23, Uint8Array.of(1), 0, new Uint8Array(200), 5)).toThrow(disposed)
  })
})

describe.each(suites)('padding under %s with %s', (cbc, hash) => {
  const cipher = cbcWithHmac(cbc, hash)

  test.each([0, 16, 240])('%d bytes more than the least are accepted', async (more) => {
    for (const length of [1, 12, 300]) {
      const { reader } = await pair(cipher, nodeCrypto)
      const content = new Uint8Array(length).fill(9)
      reader.push(
        handmade(cipher, cbc, hash, content, (padding) => new Uint8Array(padding + more + 1).fill(padding + more)),
      )
      expect(reader.next()).toEqual({ type: typeHandshake, content })
    }
  })

  test('a wrong byte anywhere in it looks like a wrong MAC, also in the longest', async () => {
    for (const more of [0, 240]) {
      const size = leastPadding(cipher, 1) + more
      for (let at = 0; at < size; at++) {
        const { reader } = await pair(cipher, nodeCrypto)
        const wrong = (padding: number): Uint8Array => {
          const bytes = new Uint8Array(padding + more + 1).fill(padding + more)
          bytes[at] = (bytes[at] as number) ^ 1
          return bytes
        }
        reader.push(handmade(cipher, cbc, hash, Uint8Array.of(1), wrong))
        expect(() => reader.next(), `byte ${at} of ${size}`).toThrow(notAuthentic)
      }
    }
  })

  test('the hash works as hard whatever the padding says', async () => {
    const work = new Map<number, Set<string>>()
    for (const length of [8, 64, 120, 400, 1000]) {
      for (const more of [0, 16, 64, 128, 240, 'wrong'] as const) {
        const { crypto, blocks } = blockCounting(hash)
        const { reader } = await pair(cipher, crypto)
        const total = length + 256
        const grown = more === 'wrong' ? 0 : more
        const content = new Uint8Array(total - grown)
        const record = handmade(cipher, cbc, hash, content, (padding) =>
          new Uint8Array(padding + grown + 1).fill(more === 'wrong' ? 77 : padding + grown),
        )
        reader.push(record)
        if (more === 'wrong') expect(() => reader.next()).toThrow(notAuthentic)
        else expect(reader.next()).toMatchObject({ content })
        const seen = work.get(record.length) ?? new Set()
        work.set(record.length, seen.add(`${blocks().length} calls, ${blocks().reduce((a, b) => a + b, 0)} blocks`))
      }
    }
    expect(work.size).toBe(5)
    for (const seen of work.values()) expect([...seen]).toHaveLength(1)
  })
})

test('its provider is asked for both algorithms', () => {
  const cipher = cbcWithHmac('aes-128-cbc', 'sha1')
  expect(cipher.supportedBy(nodeCrypto)).toBe(true)
  for (const without of [
    { ...nodeCrypto, cbc: {} },
    { ...nodeCrypto, hmac: {} },
  ]) {
    expect(cipher.supportedBy(without)).toBe(false)
    const unsupported = expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' })
    expect(() => cipher.keyLengths(without)).toThrow(unsupported)
    expect(() => cipher.protect(without, directionKeys(cipher, nodeCrypto))).toThrow(unsupported)
  }
  expect(cipher.keyLengths(nodeCrypto)).toEqual({ macKey: 20, key: 16, iv: 0 })
})

test('keys of another length are refused', () => {
  const cipher = cbcWithHmac('aes-128-cbc', 'sha1')
  const keys = directionKeys(cipher, nodeCrypto)
  const refused = expect.objectContaining({ code: 'ERR_TLS_CRYPTO' })
  expect(() => cipher.protect(nodeCrypto, { ...keys, macKey: keys.key })).toThrow(refused)
  expect(() => cipher.protect(nodeCrypto, { ...keys, key: keys.macKey })).toThrow(refused)
})

/** Bytes of padding, its length not counted. */
function leastPadding(cipher: RecordCipher, length: number): number {
  return 15 - ((length + cipher.keyLengths(nodeCrypto).macKey) % 16)
}

/** A record of handshake content whose padding, its length byte at the end, is made by `pad`. */
function handmade(
  cipher: RecordCipher,
  cbc: string,
  hash: string,
  content: Uint8Array,
  pad: (least: number) => Uint8Array,
): Uint8Array {
  const { key, macKey } = directionKeys(cipher, nodeCrypto)
  const header = [0, 0, 0, 0, 0, 0, 0, 0, 22, 3, 3, content.length >> 8, content.length & 0xff]
  const mac = createHmac(hash, macKey.reveal()).update(Uint8Array.from(header)).update(content).digest()
  const iv = new Uint8Array(16).fill(5)
  const encryption = createCipheriv(cbc, key.reveal(), iv).setAutoPadding(false)
  const padding = pad(leastPadding(cipher, content.length))
  const encrypted = encryption.update(concat(content, new Uint8Array(mac), padding))
  const length = 16 + encrypted.length
  return concat(Uint8Array.of(22, 3, 3, length >> 8, length & 0xff), iv, new Uint8Array(encrypted))
}

/** node:crypto, and how many blocks the hash in each HMAC went through. */
function blockCounting(hash: string): { crypto: CryptoProvider<'sync'>; blocks(): number[] } {
  const own = nodeCrypto.hmac[hash] as Hmac<'sync'>
  const [block, count] = own.outputLength > 32 ? [128, 17] : [64, 9]
  const blocks: number[] = []
  const counted: Hmac<'sync'> = {
    ...own,
    sign(key, data) {
      blocks.push(Math.ceil((data.length + count) / block))
      return own.sign(key, data)
    },
  }
  return { crypto: { ...nodeCrypto, hmac: { [hash]: counted } }, blocks: () => blocks }
}
