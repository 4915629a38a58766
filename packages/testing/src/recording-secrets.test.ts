import { inspect } from 'node:util'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { asyncProvider } from './async-provider.ts'
import { recordingSecrets } from './recording-secrets.ts'

const psk = Uint8Array.from({ length: 32 }, (_, i) => (i * 37 + 201) & 0xff)

async function use(provider: CryptoProvider): Promise<void> {
  const hkdf = provider.hkdf['sha256']
  const zeros = new Secret(new Uint8Array(32))
  const early = (await hkdf?.extract(zeros, Secret.copyOf(psk))) as Secret
  await hkdf?.expand(early, new Uint8Array(3), 16)
  await provider.keyExchange['x25519']?.respond((await provider.keyExchange['x25519'].start()).share)
}

test.each([
  ['at once', recordingSecrets(nodeCrypto)],
  ['later', recordingSecrets(asyncProvider(nodeCrypto))],
])(
  'secrets given, made, and made beside other values are remembered by a provider that answers %s',
  async (_, recorder) => {
    await use(recorder.provider)
    expect(recorder.secrets().map(({ call, bytes }) => [call, bytes.length])).toEqual([
      ['hkdf.sha256.extract', 32],
      ['hkdf.sha256.extract', 32],
      ['hkdf.sha256.expand', 16],
      ['keyExchange.x25519.respond', 32],
    ])
    expect(recorder.secrets()[0]?.bytes).toEqual(psk)
  },
)

describe('a leak is found', () => {
  const recorder = recordingSecrets(nodeCrypto)
  const secret = Secret.copyOf(psk)
  recorder.provider.hmac['sha256']?.sign(secret, new Uint8Array())
  secret.dispose()
  const part = psk.subarray(5, 20)
  const forms: [string, string | Uint8Array][] = [
    ['raw bytes', Buffer.concat([Buffer.from('before'), psk])],
    ['raw bytes', Buffer.from(part).toString('latin1')],
    ['hex', `x${toHex(psk)}y`],
    ['hex', toHex(part).toUpperCase()],
    ['hex', inspect(Buffer.from(part))],
    ['base64', `k=${Buffer.from(psk).toString('base64')}`],
    ['base64', Buffer.concat([Buffer.from('a'), psk]).toString('base64')],
    ['base64', Buffer.concat([Buffer.from('ab'), part]).toString('base64')],
    ['base64url', Buffer.from(psk).toString('base64url')],
    ['numbers', inspect(psk, { breakLength: Infinity, maxArrayLength: null })],
    ['numbers', JSON.stringify(psk)],
    ['numbers', JSON.stringify([...part])],
  ]

  test.each(forms)('as %s: %j', (form, text) => {
    expect(recorder.leaks(text)).toContain(`${form} of a secret of hmac.sha256.sign`)
  })

  test('and what is no secret is none', () => {
    expect(recorder.leaks(toHex(psk.map((byte) => byte ^ 1)))).toEqual([])
    expect(recorder.leaks(inspect(secret))).toEqual([])
    expect(recorder.leaks(`${toHex(psk.subarray(0, 7))} ${toHex(psk.subarray(8, 15))}`)).toEqual([])
  })
})

test('zeros and crumbs are no secrets', () => {
  const recorder = recordingSecrets(nodeCrypto)
  recorder.provider.hmac['sha256']?.sign(new Secret(new Uint8Array(32)), new Uint8Array())
  recorder.provider.hmac['sha256']?.sign(new Secret(Uint8Array.of(1, 2, 3)), new Uint8Array())
  expect(recorder.secrets()).toEqual([])
})
