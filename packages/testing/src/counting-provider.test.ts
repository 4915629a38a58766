import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import { expect, test } from 'vitest'
import { countingProvider } from './counting-provider.ts'

test('calls are counted by function, by algorithm and by list', () => {
  const counting = countingProvider(nodeCrypto)
  const { provider } = counting
  provider.random(8)
  const running = provider.hash['sha256']?.start()
  running?.update(new Uint8Array(3))
  running?.digest()
  running?.digest()
  const key = provider.aead['aes-128-gcm']?.key(new Secret(new Uint8Array(16)))
  key?.seal(new Uint8Array(12), new Uint8Array(), new Uint8Array(5), new Uint8Array(), new Uint8Array(21), 0)
  key?.dispose()
  expect(counting.counts()).toEqual({
    'aead.aes-128-gcm.dispose': 1,
    'aead.aes-128-gcm.key': 1,
    'aead.aes-128-gcm.seal': 1,
    'hash.sha256.runningDigest': 2,
    'hash.sha256.start': 1,
    'hash.sha256.update': 1,
    random: 1,
  })
  expect(counting.count('aead')).toBe(3)
  expect(counting.count('hash.sha256')).toBe(4)
  // A name is a whole name: sha25 is not the beginning of an algorithm.
  expect(counting.count('hash.sha25')).toBe(0)
  counting.reset()
  expect(counting.counts()).toEqual({})
})
