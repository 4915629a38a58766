import { equalBytes, fromHex } from '@typetls/wire'
import type { Cbc, CbcKey } from '../provider.ts'
import { Secret } from '../secret.ts'
import { made, plain, same, sameNumber } from './bytes-in-words.ts'
import { discloses } from './disclosure.ts'
import { refused } from './probe.ts'
import type { Probe } from './probe.ts'

export async function checkCbc(probe: Probe, name: string, cbc: Cbc): Promise<void> {
  const { keyLength, blockLength } = cbc
  const known = knownAnswers[name]
  const iv = made(blockLength, 2)
  const newKey = (bytes: Uint8Array = made(keyLength, 1)): Promise<CbcKey> =>
    probe.answer('key', cbc.key(Secret.copyOf(bytes)))

  await probe.check('the row says its name and sizes', name, () => {
    if (cbc.name !== name) return `its name is ${cbc.name}`
    if (known === undefined) return undefined
    return sameNumber('keyLength', keyLength, known.key.length / 2) ?? sameNumber('blockLength', blockLength, 16)
  })

  if (known !== undefined) {
    const [key, vector, encrypted] = [fromHex(known.key), fromHex(knownIv), fromHex(known.encrypted)]
    await probe.check('encrypt() gives the known answer', origin, async () =>
      same(await encrypt(await newKey(key), vector, fromHex(knownPlaintext)), encrypted),
    )
    await probe.check('decrypt() gives the known answer', origin, async () => {
      const found = await decrypt(await newKey(key), vector, encrypted)
      return same(found, fromHex(knownPlaintext)) ?? plain(found)
    })
  }

  for (const blocks of [1, 2, 3, 17, 1025]) {
    await probe.check('what was encrypted decrypts to the same, without padding', `${blocks} blocks`, async () => {
      const [key, plaintext] = [await newKey(), made(blocks * blockLength, 4)]
      const encrypted = await encrypt(key, iv, plaintext)
      return equalBytes(encrypted, plaintext)
        ? 'nothing was encrypted'
        : same(await decrypt(key, iv, encrypted), plaintext)
    })
  }

  await probe.check('encrypt() writes where it is told and nowhere else', 'two blocks at 5', async () => {
    const [key, plaintext] = [await newKey(), made(2 * blockLength, 5)]
    const into = new Uint8Array(2 * blockLength + 9).fill(untouched)
    await probe.answer('encrypt', key.encrypt(iv.slice(), plaintext, into, 5))
    const end = 5 + plaintext.length
    if ([...into.subarray(0, 5), ...into.subarray(end)].some((byte) => byte !== untouched)) {
      return 'bytes before or behind it changed'
    }
    return same(plaintext, made(2 * blockLength, 5)) ?? same(into.subarray(5, end), await encrypt(key, iv, plaintext))
  })

  await probe.check('encrypt() may write over its plaintext', 'two blocks in place', async () => {
    const [key, expected] = [await newKey(), await encrypt(await newKey(), iv, made(2 * blockLength, 6))]
    const into = made(2 * blockLength + 3, 0)
    into.set(made(2 * blockLength, 6), 3)
    await probe.answer('encrypt', key.encrypt(iv.slice(), into.subarray(3), into, 3))
    return same(into.subarray(3), expected)
  })

  await probe.check('decrypt() does not write to its inputs', 'two blocks', async () => {
    const [vector, ciphertext] = [iv.slice(), made(2 * blockLength, 7)]
    await probe.answer('decrypt', (await newKey()).decrypt(vector, ciphertext))
    return same(vector, iv) ?? same(ciphertext, made(2 * blockLength, 7))
  })

  await probe.check('the IV is only valid during the call', 'overwritten when the call returned', async () => {
    const [key, plaintext] = [await newKey(), made(2 * blockLength, 8)]
    const expected = await encrypt(key, iv, plaintext)
    return (
      same(await encrypt(key, iv, plaintext, true), expected) ?? same(await decrypt(key, iv, expected, true), plaintext)
    )
  })

  await probe.check(
    'several calls may be under way at once',
    'eight, all asked for before the first answer',
    async () => {
      const key = await newKey()
      const texts = [1, 2, 3, 4, 5, 6, 7, 8].map((blocks) => made(blocks * blockLength, blocks))
      const encrypted = await Promise.all(texts.map((text) => encrypt(key, iv, text)))
      const decrypted = await Promise.all(encrypted.map((one) => decrypt(key, iv, one)))
      for (const [i, text] of texts.entries()) {
        const wrong = same(decrypted[i] as Uint8Array, text)
        if (wrong !== undefined) return `number ${i}: ${wrong}`
      }
      return undefined
    },
  )

  for (const length of [0, 1, blockLength - 1, blockLength + 1]) {
    await probe.check('what is not whole blocks is refused', `${length} bytes`, async () => {
      const [key, data] = [await newKey(), made(length, 9)]
      return (
        (await refused('ERR_TLS_CRYPTO', () => encrypt(key, iv, data))) ??
        (await refused('ERR_TLS_CRYPTO', () => decrypt(key, iv, data)))
      )
    })
  }
  for (const length of [0, blockLength - 1, blockLength + 1]) {
    await probe.check('an IV that is not a block is refused', `${length} bytes`, async () => {
      const [key, block] = [await newKey(), made(blockLength, 9)]
      return (
        (await refused('ERR_TLS_CRYPTO', () => encrypt(key, made(length, 2), block))) ??
        (await refused('ERR_TLS_CRYPTO', () => decrypt(key, made(length, 2), block)))
      )
    })
  }
  for (const length of [0, keyLength - 1, keyLength + 1]) {
    await probe.check('a key of another length is refused', `${length} bytes`, () =>
      refused('ERR_TLS_CRYPTO', () => cbc.key(new Secret(made(length, 1)))),
    )
  }

  await probe.check('the secret of a key is not kept: it may be wiped', 'wiped when key() answered', async () => {
    const secret = new Secret(made(keyLength, 1))
    const key = await probe.answer('key', cbc.key(secret))
    if (secret.disposed) return 'key() disposed of the caller’s secret'
    const before = await encrypt(key, iv, iv)
    secret.dispose()
    return same(await encrypt(key, iv, iv), before)
  })

  await probe.check('a key does not show', 'a key', async () => discloses(await newKey(), made(keyLength, 1)))

  await probe.check('a key ends with dispose(), which may be called twice', 'both functions after it', async () => {
    const [key, other] = [await newKey(), await newKey()]
    const encrypted = await encrypt(key, iv, iv)
    key.dispose()
    key.dispose()
    return (
      (await refused('ERR_TLS_SECRET_DISPOSED', () => encrypt(key, iv, iv))) ??
      (await refused('ERR_TLS_SECRET_DISPOSED', () => decrypt(key, iv, encrypted))) ??
      same(await encrypt(other, iv, iv), encrypted)
    )
  })

  async function encrypt(key: CbcKey, vector: Uint8Array, plaintext: Uint8Array, poison = false): Promise<Uint8Array> {
    const into = new Uint8Array(plaintext.length)
    const borrowed = vector.slice()
    const answer = key.encrypt(borrowed, plaintext, into, 0)
    if (poison) borrowed.fill(untouched)
    await probe.answer('encrypt', answer)
    return into
  }

  async function decrypt(key: CbcKey, vector: Uint8Array, ciphertext: Uint8Array, poison = false): Promise<Uint8Array> {
    const borrowed = vector.slice()
    const answer = key.decrypt(borrowed, ciphertext)
    if (poison) borrowed.fill(untouched)
    return await probe.answer('decrypt', answer)
  }
}

const untouched = 0xee

const origin = 'NIST SP 800-38A appendix F.2'
const knownIv = '000102030405060708090a0b0c0d0e0f'
const knownPlaintext =
  '6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51' +
  '30c81c46a35ce411e5fbc1191a0a52eff69f2445df4f9b17ad2b417be66c3710'

const knownAnswers: Readonly<Record<string, { readonly key: string; readonly encrypted: string }>> = {
  'aes-128-cbc': {
    key: '2b7e151628aed2a6abf7158809cf4f3c',
    encrypted:
      '7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2' +
      '73bed6b8e3c1743b7116e69e222295163ff1caa1681fac09120eca307586e1a7',
  },
  'aes-256-cbc': {
    key: '603deb1015ca71be2b73aef0857d77811f352c073b6108d72d9810a30914dff4',
    encrypted:
      'f58c4c04d6e5f1ba779eabfb5f7bfbd69cfc4e967edb808d679f777bc6702c7d' +
      '39f23369a9d9bacfa530e26304231461b2eb05e2c39be9fcda6c19078c6a9d1b',
  },
}
