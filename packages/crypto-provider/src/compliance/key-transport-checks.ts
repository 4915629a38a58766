import { concat, equalBytes, fromHex, toHex } from '@typetls/wire'
import type { CryptoProvider, KeyTransport, KeyType, PrivateKey, PublicKey } from '../provider.ts'
import { Secret } from '../secret.ts'
import { flipped, made, plain, same, sameNumber, shown } from './bytes-in-words.ts'
import { discloses } from './disclosure.ts'
import { describeError, refused } from './probe.ts'
import type { Probe } from './probe.ts'
import type { TestKey } from './test-keys.ts'

/** What is looked at of a key transport. */
export interface KeyTransportCheck {
  readonly provider: CryptoProvider
  readonly name: string
  readonly algorithm: KeyTransport
  readonly reference: KeyTransport | undefined
  /** Its private keys are another backend's. */
  readonly encryptsOnly: boolean
  readonly keys: readonly TestKey[]
  /** Kinds of keys that `importPrivateKey` takes. */
  readonly importable: ReadonlySet<KeyType>
}

export async function checkKeyTransport(probe: Probe, check: KeyTransportCheck): Promise<void> {
  const { name, algorithm } = check
  await probe.check('the row says its name', name, () =>
    algorithm.name === name ? undefined : `its name is ${algorithm.name}`,
  )
  const key = check.keys.find((one) => one.keyType === 'rsa')
  // Of others we do not know what keys they take.
  if (name !== 'rsa-pkcs1' || key === undefined) return
  await checkEncryption(probe, check, key)
  if (!check.encryptsOnly && check.importable.has('rsa')) await checkDecryption(probe, check, key)
}

async function checkEncryption(probe: Probe, { algorithm, keys }: KeyTransportCheck, key: TestKey): Promise<void> {
  const { keyType, spki } = key
  const encrypt = (own: PublicKey, secret: Secret): Promise<Uint8Array> =>
    probe.answer('encrypt', algorithm.encrypt(own, secret))

  await probe.check('a ciphertext is as long as the modulus, and another each time', '48 bytes, twice', async () => {
    const secret = new Secret(made(48, 1))
    const [one, other] = [await encrypt({ keyType, spki }, secret), await encrypt({ keyType, spki }, secret)]
    if (equalBytes(one, other)) return 'the same ciphertext twice'
    return plain(one) ?? sameNumber('the length of the ciphertext', one.length, 256)
  })
  await probe.check('encrypt() leaves its inputs alone', '48 bytes', async () => {
    const [bytes, ownSpki] = [made(48, 1), spki.slice()]
    const secret = new Secret(bytes)
    await encrypt({ keyType, spki: ownSpki }, secret)
    return secret.disposed ? 'the secret was disposed of' : (same(bytes, made(48, 1)) ?? same(ownSpki, spki))
  })
  await probe.check('a disposed secret is refused', '48 bytes', () => {
    const secret = new Secret(made(48, 1))
    secret.dispose()
    return refused('ERR_TLS_SECRET_DISPOSED', () => algorithm.encrypt({ keyType, spki }, secret))
  })
  await probe.check('a secret is refused that the key is too small for', '246 bytes', () =>
    refused('ERR_TLS_CRYPTO', () => algorithm.encrypt({ keyType, spki }, new Secret(made(246, 1)))),
  )
  const strange: PublicKey[] = [
    ...keys.filter((one) => one.keyType !== 'rsa').map((one) => ({ keyType: one.keyType, spki: one.spki })),
    ...keys.filter((one) => one.keyType !== 'rsa').map((one) => ({ keyType: 'rsa', spki: one.spki })),
    ...[new Uint8Array(), spki.subarray(1), spki.subarray(0, -1), concat(spki, Uint8Array.of(0)), flipped(spki, 0)].map(
      (malformed) => ({ keyType: 'rsa', spki: malformed }),
    ),
  ]
  for (const other of strange) {
    await probe.check('a key that is malformed or does not fit is refused', shownKey(other), () =>
      refused('ERR_TLS_CRYPTO', () => algorithm.encrypt(other, new Secret(made(48, 1)))),
    )
  }
}

async function checkDecryption(probe: Probe, check: KeyTransportCheck, key: TestKey): Promise<void> {
  const { provider, algorithm, reference } = check
  const { keyType, spki } = key
  const { modulus, exponent } = numbersOf(spki)
  const imported = async (): Promise<PrivateKey> =>
    await probe.answer('importPrivateKey', provider.importPrivateKey(key.pkcs8))
  const own = await imported()
  const decrypt = (ciphertext: Uint8Array, fallback: Secret): Promise<Secret> =>
    probe.answer('decrypt', algorithm.decrypt(own, ciphertext, fallback))
  const raw = (encoded: Uint8Array): Uint8Array => bytesOf(power(numberOf(encoded), exponent, modulus))

  for (const length of [1, 46, 48, 245]) {
    const [message, inputs] = [made(length, 1), `${length} bytes`]
    for (const by of reference === undefined ? [algorithm] : [algorithm, reference]) {
      const who = by === algorithm ? 'what was encrypted comes back' : 'what the reference encrypted comes back'
      await probe.check(who, inputs, async () => {
        const ciphertext = await by.encrypt({ keyType, spki }, new Secret(message))
        return same((await decrypt(ciphertext, new Secret(made(length, 2)))).reveal(), message)
      })
    }
  }
  await probe.check('the shortest padding there may be is taken', '245 bytes', async () => {
    const found = await decrypt(raw(encodedMessage(made(245, 1))), new Secret(made(245, 2)))
    return same(found.reveal(), made(245, 1))
  })

  for (const [label, ciphertext] of wrong(raw, modulus)) {
    await probe.check('what is wrong gives a copy of the fallback, and no error', label, async () => {
      const [input, fallback] = [ciphertext.slice(), new Secret(made(48, 2))]
      const found = await orError(() => decrypt(input, fallback))
      if (typeof found === 'string') return found
      if (found === fallback) return 'the fallback itself, not a copy'
      const kept = fallback.disposed ? 'the fallback was disposed of' : same(fallback.reveal(), made(48, 2))
      const given = kept ?? same(found.reveal(), made(48, 2)) ?? same(input, ciphertext)
      found.dispose()
      return given ?? same(fallback.reveal(), made(48, 2))
    })
  }
  for (const length of [0, 47, 49, 245, 300]) {
    await probe.check('a secret of another length gives a copy of the fallback', `48 and ${length} bytes`, async () => {
      const found = await decrypt(raw(encodedMessage(made(48, 1))), new Secret(made(length, 2)))
      return same(found.reveal(), made(length, 2))
    })
  }

  await probe.check('secrets do not show', '48 bytes', async () =>
    discloses(await decrypt(raw(encodedMessage(made(48, 1))), new Secret(made(48, 2))), made(48, 1)),
  )
  await probe.check('a disposed fallback is refused', '48 bytes', () => {
    const fallback = new Secret(made(48, 2))
    fallback.dispose()
    return refused('ERR_TLS_SECRET_DISPOSED', () => algorithm.decrypt(own, raw(encodedMessage(made(48, 1))), fallback))
  })
  await probe.check('a disposed key decrypts nothing', '48 bytes', async () => {
    const disposed = await imported()
    disposed.dispose()
    const ciphertext = raw(encodedMessage(made(48, 1)))
    return await refused('ERR_TLS_SECRET_DISPOSED', () =>
      algorithm.decrypt(disposed, ciphertext, new Secret(made(48, 2))),
    )
  })
  await probe.check('decrypting with a key of another provider is refused', 'an object that is no key', () => {
    const foreign: PrivateKey = { keyType: 'rsa', spki: undefined, dispose() {} }
    return refused('ERR_TLS_CRYPTO', () => algorithm.decrypt(foreign, new Uint8Array(256), new Secret(made(48, 2))))
  })
  for (const other of check.keys.filter((one) => one.keyType !== 'rsa' && check.importable.has(one.keyType))) {
    await probe.check('decrypting with a key of a kind that does not fit is refused', other.keyType, async () => {
      const unfit = await provider.importPrivateKey(other.pkcs8)
      return await refused('ERR_TLS_CRYPTO', () =>
        algorithm.decrypt(unfit, new Uint8Array(256), new Secret(made(48, 2))),
      )
    })
  }
}

/** Ciphertexts that hold no secret of 48 bytes for a key of 2048 bits. */
function wrong(raw: (encoded: Uint8Array) => Uint8Array, modulus: bigint): readonly (readonly [string, Uint8Array])[] {
  const right = encodedMessage(made(48, 1))
  const put = (at: number, byte: number): Uint8Array => raw(concat(right).fill(byte, at, at + 1))
  return [
    ['1 in front', put(0, 1)],
    ['padding of type 0', put(1, 0)],
    ['padding of type 1', put(1, 1)],
    ['padding of type 3', put(1, 3)],
    ['a zero at the start of the padding', put(2, 0)],
    ['a zero in the eighth byte of the padding', put(9, 0)],
    ['a zero in the middle of the padding', put(100, 0)],
    ['a zero at the end of the padding', put(206, 0)],
    ['no zero behind the padding', put(207, 1)],
    ['no padding', raw(concat(new Uint8Array(208), made(48, 1)))],
    ['padding of 7 bytes', raw(concat(Uint8Array.of(0, 2), new Uint8Array(7).fill(1), new Uint8Array(247)))],
    ['the number 0', new Uint8Array(256)],
    ['the number 1', new Uint8Array(256).fill(1, -1)],
    ['the modulus less 1', bytesOf(modulus - 1n)],
    ['the modulus', bytesOf(modulus)],
    ['a number above the modulus', new Uint8Array(256).fill(0xff)],
    ['a byte before it', concat(Uint8Array.of(0), raw(right))],
    ['a byte behind it', concat(raw(right), Uint8Array.of(0))],
    ['the last byte missing', raw(right).subarray(0, -1)],
    ['no bytes', new Uint8Array()],
    ['made-up bytes', made(256, 3).fill(1, 0, 1)],
  ]
}

/** EME-PKCS1-v1_5 for a key of 2048 bits. https://www.rfc-editor.org/rfc/rfc8017#section-7.2.1 */
function encodedMessage(message: Uint8Array): Uint8Array {
  const padding = new Uint8Array(256 - 3 - message.length).fill(0x5a)
  return concat(Uint8Array.of(0, 2), padding, Uint8Array.of(0), message)
}

/** Of the SPKI of a test key: the modulus ends it but for the exponent 65537: 02 03 01 00 01. */
function numbersOf(spki: Uint8Array): { modulus: bigint; exponent: bigint } {
  return { modulus: numberOf(spki.subarray(-261, -5)), exponent: 65537n }
}

/** Of numbers that everybody knows. */
function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
  let result = 1n
  for (let square = base, left = exponent; left > 0n; left >>= 1n, square = (square * square) % modulus) {
    if (left & 1n) result = (result * square) % modulus
  }
  return result
}

function numberOf(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

function bytesOf(number: bigint): Uint8Array {
  return fromHex(number.toString(16).padStart(512, '0'))
}

async function orError(call: () => Promise<Secret>): Promise<Secret | string> {
  try {
    return await call()
  } catch (error) {
    return `threw ${describeError(error)}`
  }
}

function shownKey({ keyType, spki }: PublicKey): string {
  return `'${keyType}' ${shown(spki)}`
}
