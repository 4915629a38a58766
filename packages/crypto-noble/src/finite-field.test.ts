import { getDiffieHellman } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import type { KeyExchange } from '@typetls/crypto-provider'
import { compose } from '@typetls/crypto-provider'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { ffdhe2048, ffdhe3072, ffdhe4096, ownFiniteField } from '@typetls/crypto-provider/finite-field'
import { describe, expect, test } from 'vitest'
import { nobleCrypto } from './noble-crypto.ts'

const providers = [nodeCrypto, nobleCrypto]

describe.each(providers)('Diffie-Hellman modulo a prime, on $name', (provider) => {
  const make = provider.finiteField as NonNullable<typeof provider.finiteField>

  test('is a named group that keeps the contract, and agrees with the other backend', async () => {
    const ofBackend = (one: typeof provider): typeof provider => ({
      ...one,
      ...{ hash: {}, hmac: {}, hkdf: {}, aead: {}, cbc: {}, signature: {}, keyTransport: {} },
      keyExchange: { ffdhe2048: one.finiteField?.(ffdhe2048) as KeyExchange<'sync'> },
    })
    const other = provider === nodeCrypto ? nobleCrypto : nodeCrypto
    const report = await checkCompliance(ofBackend(provider), { reference: ofBackend(other) })
    expect(report.passed, formatReport(report)).toBe(true)
    expect(report.algorithms.find((one) => one.name === 'ffdhe2048')?.status).toBe('supported')
  }, 120_000)

  test.each([ffdhe2048, ffdhe3072, ffdhe4096])(
    'has $name with its number, and shares as long as the prime',
    (field) => {
      const group = make(field)
      const { length } = field.prime
      expect(group).toMatchObject({
        name: field.name,
        id: field.id,
        clientShareLength: length,
        serverShareLength: length,
      })
      const start = group.start()
      const { share, secret } = group.respond(start.share)
      expect([start.share.length, share.length, secret.length]).toEqual([length, length, length])
      expect(start.finish(share).reveal()).toEqual(secret.reveal())
    },
    60_000,
  )

  test('takes parameters of somebody’s own, and refuses weak ones', () => {
    const prime = new Uint8Array(getDiffieHellman('modp14').getPrime())
    const group = make(ownFiniteField(prime, Uint8Array.of(2)))
    const start = group.start()
    const { share, secret } = group.respond(start.share)
    expect(start.finish(share).reveal()).toEqual(secret.reveal())
    const short = new Uint8Array(getDiffieHellman('modp5').getPrime())
    expect(() => make({ name: 'dh', id: 0, prime: short, generator: Uint8Array.of(2) })).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_DH_PARAMETERS' }),
    )
  }, 60_000)

  test('refuses shares that would give the secret away', () => {
    const group = make(ffdhe2048)
    const one = new Uint8Array(256).fill(1, 255)
    const lessOne = ffdhe2048.prime.slice().fill(0xfe, 255)
    for (const share of [new Uint8Array(256), one, lessOne, ffdhe2048.prime, Uint8Array.of(4)]) {
      const invalid = expect.objectContaining({ code: 'ERR_TLS_KEY_SHARE_INVALID' })
      expect(() => group.respond(share)).toThrow(invalid)
      expect(() => group.start().finish(share)).toThrow(invalid)
    }
  })
})

test('it comes along when providers are composed', () => {
  const { finiteField: _, ...without } = nodeCrypto
  expect(compose(without).finiteField).toBeUndefined()
  expect(compose(without, nobleCrypto).finiteField).toBe(nobleCrypto.finiteField)
  expect(compose(nodeCrypto, { keyExchange: {} }).finiteField).toBe(nodeCrypto.finiteField)
})
