import { nodeCrypto } from '@typetls/crypto-node'
import { fromHex, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { deterministicProvider } from './deterministic-provider.ts'
import { rfc8448 } from './rfc8448.ts'

describe('random bytes', () => {
  test('come as they are written down, then from the seed', () => {
    const script = { random: [Uint8Array.of(1, 2), Uint8Array.of(3)], seed: 1 }
    const [a, b] = [deterministicProvider(nodeCrypto, script), deterministicProvider(nodeCrypto, script)]
    expect([...a.random(2), ...a.random(1)]).toEqual([1, 2, 3])
    b.random(2)
    b.random(1)
    const more = a.random(32)
    expect(more).toHaveLength(32)
    expect(b.random(32)).toEqual(more)
    expect(a.random(32)).not.toEqual(more)
  })

  test('of another length than the script has, or beyond its end, are refused', () => {
    const provider = deterministicProvider(nodeCrypto, { random: [Uint8Array.of(1, 2)] })
    expect(() => provider.random(3)).toThrow('next random bytes are 2, but 3 were asked for')
    expect(() => deterministicProvider(nodeCrypto, {}).random(1)).toThrow('no random bytes left')
  })
})

describe('key exchange', () => {
  test.each([
    ['Simple 1-RTT Handshake', 'x25519', 'create an ephemeral x25519 key pair', 0],
    ['HelloRetryRequest', 'secp256r1', 'create an ephemeral P-256 key pair', 0],
    ['Resumed 0-RTT Handshake', 'x25519', 'create an ephemeral x25519 key pair', 0],
  ] as const)('repeats RFC 8448, %s', (title, group, what, nth) => {
    const trace = rfc8448()[title]
    const key = (who: 'client' | 'server', name: string): Uint8Array => trace.bytes(who, what, name, nth)
    const provider = deterministicProvider(nodeCrypto, {
      keyExchange: { [group]: [key('client', 'private key'), key('server', 'private key')] },
    })
    const exchange = provider.keyExchange[group]
    const start = exchange?.start()
    expect(toHex(start?.share as Uint8Array)).toBe(toHex(key('client', 'public key')))
    const answer = exchange?.respond(key('client', 'public key'))
    expect(toHex(answer?.share as Uint8Array)).toBe(toHex(key('server', 'public key')))
    const shared = trace.bytes('server', 'extract secret "handshake"', 'IKM')
    expect(toHex(answer?.secret.reveal() as Uint8Array)).toBe(toHex(shared))
    expect(toHex(start?.finish(key('server', 'public key')).reveal() as Uint8Array)).toBe(toHex(shared))
    expect(provider.unused()).toEqual({ random: 0, keyExchange: { [group]: 0 } })
    expect(() => exchange?.start()).toThrow(`no private key left for ${group}`)
  })

  test('agrees with the backend on every group it can script', () => {
    const scalars = {
      x25519: '77076d0a7318a57d3c16c17251b26645ef4ce93c4a4ef7b4b8c0a8a9a3c4a1b2',
      x448: '9a8f4925d1519f5775cf46971028b71b'.repeat(4).slice(0, 112),
      secp256r1: '11'.repeat(32),
      secp384r1: '22'.repeat(48),
      secp521r1: `00${'33'.repeat(65)}`,
    } as const
    for (const [group, scalar] of Object.entries(scalars)) {
      const scripted = deterministicProvider(nodeCrypto, { keyExchange: { [group]: [fromHex(scalar)] } })
      const own = nodeCrypto.keyExchange[group]
      const theirs = scripted.keyExchange[group]
      expect(theirs).toMatchObject({ id: own?.id, clientShareLength: own?.clientShareLength })
      const start = theirs?.start()
      const answer = own?.respond(start?.share as Uint8Array)
      const secret = start?.finish(answer?.share as Uint8Array)
      expect(toHex(secret?.reveal() as Uint8Array)).toBe(toHex(answer?.secret.reveal() as Uint8Array))
    }
  })

  test('leaves groups alone that the script does not name', () => {
    const provider = deterministicProvider(nodeCrypto, { keyExchange: { x25519: [] } })
    expect(provider.keyExchange['secp256r1']).toBe(nodeCrypto.keyExchange['secp256r1'])
  })
})
