import { concat, equalBytes, fromHex } from '@typetls/wire'
import type { CryptoProvider, PrivateKey } from '../provider.ts'
import { flipped, made, same, shown } from './bytes-in-words.ts'
import { discloses } from './disclosure.ts'
import { refused } from './probe.ts'
import type { Probe } from './probe.ts'
import type { TestKey } from './test-keys.ts'

/** A kind of key that the provider has signature algorithms for. */
export async function checkPrivateKey(probe: Probe, provider: CryptoProvider, key: TestKey): Promise<void> {
  const { keyType, spki, pkcs8 } = key
  const imported = (bytes: Uint8Array): Promise<PrivateKey> =>
    probe.answer('importPrivateKey', provider.importPrivateKey(bytes))

  await probe.check('a key is known as what it is, with its public key', key.origin, async () => {
    const own = await imported(pkcs8)
    if (own.keyType !== keyType) return `its type is ${own.keyType}, not ${keyType}`
    if (own.spki === undefined) return undefined
    if (key.spkiDigest !== undefined) {
      const digest = await provider.hash['sha256']?.digest(own.spki)
      return digest && same(digest, fromHex(key.spkiDigest))
    }
    if (equalBytes(own.spki, spki)) return undefined
    return `its public key is ${shown(own.spki)}, not ${shown(spki)}`
  })
  await probe.check('a key does not show', key.origin, async () => {
    const own = await imported(pkcs8)
    // The scalar or the seed; of RSA, numbers of the end: the last is the coefficient.
    return discloses(own, pkcs8.slice(secretStart(key), secretStart(key) + 24))
  })
  await probe.check('importPrivateKey() neither writes to its input nor keeps it', key.origin, async () => {
    const input = pkcs8.slice()
    const own = await imported(input)
    if (!equalBytes(input, pkcs8)) return 'the input was written to'
    input.fill(0)
    const again = await imported(pkcs8)
    return own.spki && again.spki && !equalBytes(own.spki, again.spki) ? 'the key changed with its input' : undefined
  })
  for (const length of [0, 1, 10, pkcs8.length >> 1, pkcs8.length - 1]) {
    await probe.check('a key that was cut is refused', `the first ${length} of ${pkcs8.length} bytes`, () =>
      refused('ERR_TLS_KEY_PARSE', () => provider.importPrivateKey(pkcs8.subarray(0, length))),
    )
  }
  if (spki.length > 0) {
    await probe.check('what is not PKCS#8 is refused', 'a public key', () =>
      refused('ERR_TLS_KEY_PARSE', () => provider.importPrivateKey(spki)),
    )
  }
  await probe.check('what is not PKCS#8 is refused', 'another tag in front', () =>
    refused('ERR_TLS_KEY_PARSE', () => provider.importPrivateKey(flipped(pkcs8, 0))),
  )
}

/** What is no key, or of a kind that makes no TLS signatures. */
export async function checkKeyRefusals(probe: Probe, provider: CryptoProvider): Promise<void> {
  for (const [label, bytes] of [
    ['no bytes', new Uint8Array()],
    ['made-up bytes', made(48, 1)],
    ['an empty SEQUENCE', Uint8Array.of(0x30, 0)],
    ['a key for X25519', concat(fromHex('302e020100300506032b656e04220420'), made(32, 2))],
    ['a key of an algorithm that does not exist', concat(fromHex('302e020100300506032b657f04220420'), made(32, 2))],
  ] as const) {
    await probe.check('importPrivateKey() refuses what is no key for signatures', label, () =>
      refused('ERR_TLS_KEY_PARSE', () => provider.importPrivateKey(bytes)),
    )
  }
}

function secretStart({ keyType, pkcs8 }: TestKey): number {
  if (keyType.startsWith('rsa')) return pkcs8.length - 32
  // ECPrivateKey: the number is behind SEQUENCE, version and its own header.
  const starts: Readonly<Record<string, number>> = { 'ec-secp256r1': 36, 'ec-secp384r1': 35, 'ec-secp521r1': 35 }
  return starts[keyType] ?? pkcs8.length - 24
}
