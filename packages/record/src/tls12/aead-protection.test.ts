import { createCipheriv } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import { compose, Secret } from '@typetls/crypto-provider'
import type { Aead } from '@typetls/crypto-provider'
import { concat, fromHex, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { FakeAead } from '../../test/fake-aead.ts'
import { directionKeys, pair, readAll } from '../../test/tls12-peers.ts'
import { typeApplicationData, typeHandshake } from '../content-type.ts'
import { explicitNonceAead, implicitNonceAead } from './aead-protection.ts'
import { splitKeyBlock } from './key-block.ts'

const gcm = explicitNonceAead('aes-128-gcm')
const chacha = implicitNonceAead('chacha20-poly1305')

test('a GCM record is a header with its type, the nonce, the ciphertext and the tag, as RFC 5288 says', async () => {
  const { writer, wire } = await pair(gcm, nodeCrypto)
  const keys = directionKeys(gcm, nodeCrypto)
  writer.handshake(fromHex('1400000c000102030405060708090a0b'))
  writer.flush()
  writer.applicationData(fromHex('616263'))
  const expected = [
    ['16', '0000000000000000', '1400000c000102030405060708090a0b'],
    ['17', '0000000000000001', '616263'],
  ].map(([type = '', sequence = '', content = '']) => {
    const length = content.length / 2
    const cipher = createCipheriv('aes-128-gcm', keys.key.reveal(), concat(keys.iv.reveal(), fromHex(sequence)))
    cipher.setAAD(fromHex(`${sequence}${type}0303${hex16(length)}`))
    const sealed = cipher.update(content, 'hex', 'hex') + cipher.final('hex') + cipher.getAuthTag().toString('hex')
    return `${type}0303${hex16(8 + length + 16)}${sequence}${sealed}`
  })
  expect(wire.map((bytes) => toHex(bytes))).toEqual(expected)
})

test('a ChaCha20-Poly1305 record has no nonce in it: that is the IV XOR the sequence number, as RFC 7905 says', async () => {
  const { writer, wire } = await pair(chacha, nodeCrypto)
  const keys = directionKeys(chacha, nodeCrypto)
  writer.handshake(fromHex('14000000'))
  writer.flush()
  writer.applicationData(fromHex('616263'))
  const nonce = new Uint8Array(keys.iv.reveal())
  nonce[11] = (nonce[11] as number) ^ 1
  const cipher = createCipheriv('chacha20-poly1305', keys.key.reveal(), nonce, { authTagLength: 16 })
  cipher.setAAD(fromHex('0000000000000001' + '17' + '0303' + '0003'), { plaintextLength: 3 })
  const sealed = cipher.update('616263', 'hex', 'hex') + cipher.final('hex') + cipher.getAuthTag().toString('hex')
  expect(toHex(wire[1] ?? new Uint8Array())).toBe(`1703030013${sealed}`)
})

test.each([
  [0, '0000000000000000', 'f0f1f2f3f4f5f6f7f8f9fafb'],
  [0xffff_ffff, '00000000ffffffff', 'f0f1f2f3f4f5f6f707060504'],
  [0x1_0000_0000, '0000000100000000', 'f0f1f2f3f4f5f6f6f8f9fafb'],
  [Number.MAX_SAFE_INTEGER, '001fffffffffffff', 'f0f1f2f3f4ea090807060504'],
])('all 64 bits of sequence number %d are in the nonces', async (firstSequence, explicit, implicit) => {
  for (const [make, ivLength, nonce] of [
    [explicitNonceAead, 4, `f0f1f2f3${explicit}`],
    [implicitNonceAead, 12, implicit],
  ] as const) {
    const fake = new FakeAead()
    const crypto = compose(nodeCrypto, { aead: { fake: row(fake) } })
    const cipher = make('fake')
    const lengths = { macKey: 0, key: 1, iv: ivLength }
    const bytes = [0, 0, ...Array.from({ length: 2 * ivLength }, (_, i) => 0xf0 + i)]
    const { client } = splitKeyBlock(secretOf(bytes), lengths)
    const protection = await cipher.protect(crypto, client)
    protection.sequence = firstSequence
    const into = new Uint8Array(100)
    await protection.seal(typeApplicationData, fromHex('00'), 0, into, 5)
    expect(fake.nonces).toEqual([nonce])
  }
})

describe.each([
  ['aes-128-gcm', gcm, 24],
  ['aes-256-gcm', explicitNonceAead('aes-256-gcm'), 24],
  ['aes-128-ccm', explicitNonceAead('aes-128-ccm'), 24],
  ['aes-128-ccm-8', explicitNonceAead('aes-128-ccm-8'), 16],
  ['chacha20-poly1305', chacha, 16],
])('%s', (name, cipher, expansion) => {
  test('gives back what was given, and adds so many bytes', async () => {
    const { writer, reader, wire } = await pair(cipher, nodeCrypto)
    writer.handshake(new Uint8Array(16).fill(1))
    writer.applicationData(new Uint8Array(40_000).fill(2))
    expect(wire.map((bytes) => bytes.length)).toEqual([5 + expansion + 16, 3 * (5 + expansion) + 40_000])
    for (const bytes of wire) reader.push(bytes)
    expect((await readAll(reader)).map(({ type, content }) => [type, content.length, content[0]])).toEqual([
      [typeHandshake, 16, 1],
      [typeApplicationData, 16384, 2],
      [typeApplicationData, 16384, 2],
      [typeApplicationData, 40_000 - 2 * 16384, 2],
    ])
  })

  test('a record changed in any one bit is not authentic, or is refused for its header', async () => {
    const { writer, wire } = await pair(cipher, nodeCrypto)
    writer.handshake(new Uint8Array(1))
    writer.flush()
    const record = wire[0] as Uint8Array
    for (let bit = 0; bit < 8 * record.length; bit++) {
      const { reader } = await pair(cipher, nodeCrypto)
      const changed = record.slice()
      changed[bit >> 3] = (changed[bit >> 3] as number) ^ (1 << (bit & 7))
      reader.push(changed)
      const code = bit < 8 ? undefined : bit < 16 ? 'NOT_TLS' : bit < 24 ? 'RECORD_VERSION' : 'BAD_RECORD_MAC'
      // In the length, a bit may make it a record that goes on.
      if (code === undefined || (bit >= 24 && bit < 40)) continue
      expect(() => reader.next(), `bit ${bit}`).toThrow(expect.objectContaining({ code: `ERR_TLS_${code}` }))
    }
  })

  test('its provider is asked whether it has the AEAD', async () => {
    const without = { ...nodeCrypto, aead: {} }
    expect(cipher.supportedBy(nodeCrypto)).toBe(true)
    expect(cipher.supportedBy(without)).toBe(false)
    const unsupported = expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED' })
    expect(() => cipher.keyLengths(without)).toThrow(unsupported)
    expect(() => cipher.protect(without, directionKeys(cipher, nodeCrypto))).toThrow(unsupported)
    expect(cipher.keyLengths(nodeCrypto).key).toBe(nodeCrypto.aead[name]?.keyLength)
  })
})

test('keys of another length are refused', () => {
  const keys = directionKeys(gcm, nodeCrypto)
  const crypto = expect.objectContaining({ code: 'ERR_TLS_CRYPTO' })
  expect(() => gcm.protect(nodeCrypto, { ...keys, iv: secretOf([1, 2, 3]) })).toThrow(crypto)
  expect(() => gcm.protect(nodeCrypto, { ...keys, key: secretOf([1, 2, 3]) })).toThrow(crypto)
  expect(() => splitKeyBlock(secretOf([1, 2, 3]), gcm.keyLengths(nodeCrypto))).toThrow(crypto)
})

test('a key block is cut in the order of RFC 5246, and its secrets are their own', () => {
  const block = secretOf([0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11])
  const { client, server } = splitKeyBlock(block, { macKey: 3, key: 2, iv: 1 })
  block.dispose()
  expect(
    [client.macKey, server.macKey, client.key, server.key, client.iv, server.iv].map((s) => toHex(s.reveal())),
  ).toEqual(['000102', '030405', '0607', '0809', '0a', '0b'])
})

test('the key is disposed of with its protection, and what was given is not', async () => {
  const fake = new FakeAead()
  const crypto = compose(nodeCrypto, { aead: { fake: row(fake) } })
  const cipher = explicitNonceAead('fake')
  const keys = directionKeys(cipher, crypto)
  const protection = await cipher.protect(crypto, keys)
  protection.dispose()
  expect(fake.disposed).toBe(1)
  expect([keys.key.disposed, keys.iv.disposed]).toEqual([false, false])
})

function row(fake: FakeAead): Aead<'sync'> {
  return { name: 'fake', keyLength: 1, nonceLength: 12, tagLength: fake.tagLength, key: () => fake }
}

function hex16(number: number): string {
  return number.toString(16).padStart(4, '0')
}

function secretOf(bytes: readonly number[]): Secret {
  return new Secret(Uint8Array.from(bytes))
}
