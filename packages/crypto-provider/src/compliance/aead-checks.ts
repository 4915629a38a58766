import { ascii, concat, equalBytes, fromHex } from '@typetls/wire'
import type { Aead, AeadKey } from '../provider.ts'
import { Secret } from '../secret.ts'
import { flipped, made, plain, same, sameNumber, shown } from './bytes-in-words.ts'
import { discloses } from './disclosure.ts'
import { refused } from './probe.ts'
import type { Probe, Verdict } from './probe.ts'

export async function checkAead(probe: Probe, name: string, aead: Aead): Promise<void> {
  const { keyLength, nonceLength, tagLength } = aead
  const known = knownAnswers[name]
  const keyBytes = made(keyLength, 1)
  const nonce = made(nonceLength, 2)
  const header = made(5, 3)
  const newKey = (bytes: Uint8Array = keyBytes): Promise<AeadKey> => probe.answer('key', aead.key(Secret.copyOf(bytes)))

  await probe.check('the row says its name and sizes', name, () => {
    if (aead.name !== name) return `its name is ${aead.name}`
    if (known === undefined) return undefined
    return (
      sameNumber('keyLength', keyLength, known.key.length / 2) ??
      sameNumber('nonceLength', nonceLength, known.nonce.length / 2) ??
      sameNumber('tagLength', tagLength, (known.sealed.length - known.content.length) / 2)
    )
  })

  if (known !== undefined) {
    const [content, sealed] = [fromHex(known.content), fromHex(known.sealed)]
    const [knownNonce, data] = [fromHex(known.nonce), fromHex(known.additionalData)]
    await probe.check('seal() gives the known answer', known.origin, async () => {
      const key = await newKey(fromHex(known.key))
      return same(await seal(key, knownNonce, data, content, new Uint8Array()), sealed)
    })
    await probe.check('open() gives the known answer', known.origin, async () => {
      const opened = await open(await newKey(fromHex(known.key)), knownNonce, data, sealed)
      return opened === undefined ? 'not authentic' : (same(opened, content) ?? plain(opened))
    })
  }

  // Nothing, around the blocks of the ciphers, and a full record.
  for (const length of [0, 1, 15, 16, 17, 63, 64, 65, 255, 256, 1000, 16_384]) {
    const content = made(length, 4)
    await probe.check(
      'what was sealed opens to content and trailer',
      `${length} bytes and a trailer of one`,
      async () => {
        const key = await newKey()
        const sealed = await seal(key, nonce, header, content, Uint8Array.of(23))
        const opened = await open(key, nonce, header, sealed)
        return opened === undefined ? 'not authentic' : same(opened, concat(content, Uint8Array.of(23)))
      },
    )
  }

  await probe.check('nothing is a content too', 'no content, no trailer', async () => {
    const key = await newKey()
    const sealed = await seal(key, nonce, header, new Uint8Array(), new Uint8Array())
    const opened = await open(key, nonce, header, sealed)
    return opened === undefined ? 'not authentic' : sameNumber('the length of the plaintext', opened.length, 0)
  })

  for (const length of [0, 5, 13, 300]) {
    await probe.check('additional data may have any length', `${length} bytes of it`, async () => {
      const [key, data] = [await newKey(), made(length, 5)]
      const opened = await open(key, nonce, data, await seal(key, nonce, data, ascii('content'), ascii('t')))
      return opened === undefined ? 'not authentic' : same(opened, ascii('contentt'))
    })
  }

  await probe.check('content and trailer are one plaintext, wherever they meet', '20 bytes, cut anywhere', async () => {
    const [key, content] = [await newKey(), made(20, 6)]
    const whole = await seal(key, nonce, header, content, new Uint8Array())
    for (const cut of [0, 1, 15, 16, 19, 20]) {
      const wrong = same(await seal(key, nonce, header, content.subarray(0, cut), content.subarray(cut)), whole)
      if (wrong !== undefined) return `cut at ${cut}: ${wrong}`
    }
    return undefined
  })

  for (const offset of [0, 1, 5, 16]) {
    await probe.check('seal() writes where it is told and nowhere else', `at ${offset} of ${offset + 40}`, async () => {
      const [key, content] = [await newKey(), made(10, 7)]
      const into = new Uint8Array(offset + 40).fill(untouched)
      const view = into.subarray(0, offset + 10 + tagLength)
      await probe.answer('seal', key.seal(nonce, header, content, new Uint8Array(), view, offset))
      const end = offset + 10 + tagLength
      if ([...into.subarray(0, offset), ...into.subarray(end)].some((byte) => byte !== untouched)) {
        return 'bytes before or behind it changed'
      }
      return same(into.subarray(offset, end), await seal(key, nonce, header, content, new Uint8Array()))
    })
  }

  await probe.check('seal() and open() do not write to their inputs', '10 bytes', async () => {
    const key = await newKey()
    const inputs = [made(nonceLength, 2), made(5, 3), made(10, 7), made(1, 8)] as const
    const sealed = new Uint8Array(11 + tagLength)
    await probe.answer('seal', key.seal(...inputs, sealed, 0))
    const before = sealed.slice()
    await probe.answer('open', key.open(inputs[0], inputs[1], sealed))
    const all = concat(made(nonceLength, 2), made(5, 3), made(10, 7), made(1, 8), before)
    return same(concat(...inputs, sealed), all)
  })

  await probe.check(
    'nonce and additional data are only valid during the call: seal() must not read them later',
    'both overwritten when seal() returned',
    async () => {
      const key = await newKey()
      const expected = await seal(key, nonce, header, ascii('content'), new Uint8Array())
      return same(await seal(key, nonce, header, ascii('content'), new Uint8Array(), true), expected)
    },
  )

  await probe.check(
    'nonce and additional data are only valid during the call: open() must not read them later',
    'both overwritten when open() returned',
    async () => {
      const key = await newKey()
      const sealed = await seal(key, nonce, header, ascii('content'), new Uint8Array())
      const opened = await open(key, nonce, header, sealed, true)
      return opened === undefined ? 'not authentic' : same(opened, ascii('content'))
    },
  )

  await probe.check(
    'several records may be under way at once',
    'eight, all asked for before the first answer',
    async () => {
      const key = await newKey()
      const numbers = [0, 1, 2, 3, 4, 5, 6, 7]
      const nonceOf = (i: number): Uint8Array => flipped(nonce, nonceLength - 1, i)
      const rooms = numbers.map((i) => new Uint8Array(100 * i + tagLength))
      const answers = numbers.map((i) =>
        key.seal(nonceOf(i), header, made(100 * i, i), new Uint8Array(), rooms[i] as Uint8Array, 0),
      )
      for (const answer of answers) await probe.answer('seal', answer)
      const opening = numbers.map((i) => key.open(nonceOf(i), header, rooms[i] as Uint8Array))
      for (const i of numbers) {
        const opened = await probe.answer('open', opening[i])
        const wrong = opened === undefined ? 'not authentic' : same(opened, made(100 * i, i))
        if (wrong !== undefined) return `number ${i}: ${wrong}`
      }
      return undefined
    },
  )

  await checkForgeries(probe, await sample())
  await checkKeys(probe, aead, newKey)

  async function sample(): Promise<Sample> {
    const key = await newKey()
    return { key, nonce, header, sealed: await seal(key, nonce, header, made(9, 9), new Uint8Array()), open, tagLength }
  }

  async function seal(
    key: AeadKey,
    ownNonce: Uint8Array,
    data: Uint8Array,
    content: Uint8Array,
    trailer: Uint8Array,
    poison = false,
  ): Promise<Uint8Array> {
    const into = new Uint8Array(content.length + trailer.length + tagLength)
    const borrowed = [ownNonce.slice(), data.slice()] as const
    const answer = key.seal(...borrowed, content, trailer, into, 0)
    if (poison) for (const bytes of borrowed) bytes.fill(untouched)
    await probe.answer('seal', answer)
    return into
  }

  async function open(
    key: AeadKey,
    ownNonce: Uint8Array,
    data: Uint8Array,
    sealed: Uint8Array,
    poison = false,
  ): Promise<Uint8Array | undefined> {
    const borrowed = [ownNonce.slice(), data.slice()] as const
    const answer = key.open(...borrowed, sealed)
    if (poison) for (const bytes of borrowed) bytes.fill(untouched)
    return await probe.answer('open', answer)
  }
}

interface Sample {
  readonly key: AeadKey
  readonly nonce: Uint8Array
  readonly header: Uint8Array
  readonly sealed: Uint8Array
  readonly tagLength: number
  open(key: AeadKey, nonce: Uint8Array, data: Uint8Array, sealed: Uint8Array): Promise<Uint8Array | undefined>
}

async function checkForgeries(probe: Probe, { key, nonce, header, sealed, open, tagLength }: Sample): Promise<void> {
  const forged = async (...[ownNonce, data, bytes]: [Uint8Array, Uint8Array, Uint8Array]): Promise<Verdict> => {
    const opened = await open(key, ownNonce, data, bytes)
    return opened === undefined ? undefined : `${shown(opened)}, where undefined is due`
  }
  for (const at of sealed.keys()) {
    const what = at < sealed.length - tagLength ? 'ciphertext' : 'tag'
    const rule = `a changed ${what} opens to undefined`
    for (const bits of [1, 0x80]) {
      await probe.check(rule, `byte ${at} of ${sealed.length} changed by ${bits}`, () =>
        forged(nonce, header, flipped(sealed, at, bits)),
      )
    }
  }
  for (const at of nonce.keys()) {
    await probe.check('another nonce opens to undefined', `byte ${at} changed`, () =>
      forged(flipped(nonce, at), header, sealed),
    )
  }
  for (const data of [flipped(header, 0), header.subarray(1), concat(header, Uint8Array.of(0)), new Uint8Array()]) {
    await probe.check('other additional data opens to undefined', shown(data), () => forged(nonce, data, sealed))
  }
  for (let length = 0; length < sealed.length; length++) {
    const rule =
      length < tagLength ? 'what is shorter than a tag opens to undefined' : 'what was cut opens to undefined'
    await probe.check(rule, `the first ${length} bytes of ${sealed.length}`, () =>
      forged(nonce, header, sealed.subarray(0, length)),
    )
  }
  await probe.check('what has bytes behind it opens to undefined', 'one byte more', () =>
    forged(nonce, header, concat(sealed, Uint8Array.of(0))),
  )
  await probe.check('after all that, what is authentic still opens', 'the same key', async () => {
    return (await open(key, nonce, header, sealed)) === undefined ? 'not authentic' : undefined
  })
}

async function checkKeys(probe: Probe, aead: Aead, newKey: (bytes?: Uint8Array) => Promise<AeadKey>): Promise<void> {
  const { keyLength, nonceLength, tagLength } = aead
  const sealWith = async (key: AeadKey): Promise<Uint8Array> => {
    const into = new Uint8Array(7 + tagLength)
    await probe.answer('seal', key.seal(made(nonceLength, 2), made(5, 3), ascii('content'), new Uint8Array(), into, 0))
    return into
  }

  for (const length of [0, keyLength - 1, keyLength + 1]) {
    await probe.check('a key of another length is refused', `${length} bytes`, () =>
      refused('ERR_TLS_CRYPTO', () => aead.key(new Secret(made(length, 1)))),
    )
  }

  await probe.check('the secret of a key is not kept: it may be wiped', 'wiped when key() answered', async () => {
    const secret = new Secret(made(keyLength, 1))
    const key = await probe.answer('key', aead.key(secret))
    if (secret.disposed) return 'key() disposed of the caller’s secret'
    const before = await sealWith(key)
    secret.dispose()
    return same(await sealWith(key), before)
  })

  await probe.check('another key makes another ciphertext', 'two keys', async () => {
    const [one, other] = [await newKey(), await newKey(made(keyLength, 2))]
    return equalBytes(await sealWith(one), await sealWith(other)) ? 'the same' : undefined
  })

  await probe.check('a key does not show', 'a key', async () => discloses(await newKey(), made(keyLength, 1)))

  await probe.check('a key ends with dispose(), which may be called twice', 'seal() and open() after it', async () => {
    const [key, other] = [await newKey(), await newKey()]
    const sealed = await sealWith(key)
    key.dispose()
    key.dispose()
    return (
      (await refused('ERR_TLS_SECRET_DISPOSED', () => sealWith(key))) ??
      (await refused('ERR_TLS_SECRET_DISPOSED', () => key.open(made(nonceLength, 2), made(5, 3), sealed))) ??
      same(await sealWith(other), sealed)
    )
  })
}

const untouched = 0xee

interface KnownAnswer {
  readonly origin: string
  readonly key: string
  readonly nonce: string
  readonly additionalData: string
  readonly content: string
  /** Ciphertext and tag. */
  readonly sealed: string
}

const gcm = {
  nonce: 'cafebabefacedbaddecaf888',
  additionalData: 'feedfacedeadbeeffeedfacedeadbeefabaddad2',
  content:
    'd9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72' +
    '1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b39',
}

const ccm = {
  key: '404142434445464748494a4b4c4d4e4f',
  nonce: '101112131415161718191a1b',
  additionalData: '000102030405060708090a0b0c0d0e0f10111213',
  content: '202122232425262728292a2b2c2d2e2f3031323334353637',
}

const knownAnswers: Readonly<Record<string, KnownAnswer>> = {
  'aes-128-gcm': {
    ...gcm,
    origin: 'test case 4 of the specification of GCM (McGrew and Viega)',
    key: 'feffe9928665731c6d6a8f9467308308',
    sealed:
      '42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e' +
      '21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e0915bc94fbc3221a5db94fae95ae7121a47',
  },
  'aes-256-gcm': {
    ...gcm,
    origin: 'test case 16 of the specification of GCM (McGrew and Viega)',
    key: 'feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308',
    sealed:
      '522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa' +
      '8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f66276fc6ece0f4e1768cddf8853bb2d551b',
  },
  'chacha20-poly1305': {
    origin: 'RFC 8439 section 2.8.2',
    key: '808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f',
    nonce: '070000004041424344454647',
    additionalData: '50515253c0c1c2c3c4c5c6c7',
    content:
      '4c616469657320616e642047656e746c656d656e206f662074686520636c6173' +
      '73206f66202739393a204966204920636f756c64206f6666657220796f75206f' +
      '6e6c79206f6e652074697020666f7220746865206675747572652c2073756e73' +
      '637265656e20776f756c642062652069742e',
    sealed:
      'd31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6' +
      '3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36' +
      '92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc' +
      '3ff4def08e4b7a9de576d26586cec64b61161ae10b594f09e26a7e902ecbd0600691',
  },
  'aes-128-ccm': {
    ...ccm,
    origin: 'example 3 of NIST SP 800-38C with a tag of 16 bytes, as OpenSSL has it',
    sealed: 'e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5c87ae488918de93f17dd3e4934347f44',
  },
  'aes-128-ccm-8': {
    ...ccm,
    origin: 'example 3 of NIST SP 800-38C',
    sealed: 'e3b201a9f5b71a7a9b1ceaeccd97e70b6176aad9a4428aa5484392fbc1b09951',
  },
}
