import { ascii, concat, fromHex } from '@typetls/wire'
import type { Hash } from '../provider.ts'
import { made, plain, same, sameNumber, shown } from './bytes-in-words.ts'
import type { Probe } from './probe.ts'

export async function checkHash(probe: Probe, name: string, hash: Hash): Promise<void> {
  const digest = (data: Uint8Array): Promise<Uint8Array> => probe.answer('digest', hash.digest(data))
  const answers = knownAnswers[name] ?? []

  await probe.check('the row says its name and length', name, () => {
    if (hash.name !== name) return `its name is ${hash.name}`
    const first = answers[0]?.[1]
    return first === undefined ? undefined : sameNumber('outputLength', hash.outputLength, first.length / 2)
  })

  for (const [text, expected] of answers) {
    await probe.check('digest() gives the known answers of FIPS 180-4', `'${text}'`, async () => {
      const found = await digest(ascii(text))
      return same(found, fromHex(expected)) ?? plain(found)
    })
  }

  await probe.check('digest() does not write to its input', 'three bytes', async () => {
    const data = made(3, 1)
    await digest(data)
    return same(data, made(3, 1))
  })

  // Around the blocks of 64 and 128 bytes, and more than one of them.
  for (const length of [0, 1, 55, 56, 63, 64, 65, 111, 112, 127, 128, 129, 1000]) {
    const data = made(length, length)
    await probe.check('a running hash gives what digest() gives', `${length} bytes in three updates`, async () => {
      const running = hash.start()
      running.update(data.subarray(0, length >> 2))
      running.update(data.subarray(length >> 2, length >> 1))
      running.update(data.subarray(length >> 1))
      return same(await probe.answer('running digest', running.digest()), await digest(data))
    })
  }

  await probe.check('a running hash may be looked at any number of times, and goes on', 'abc, then def', async () => {
    const running = hash.start()
    const looks: Uint8Array[] = []
    running.update(ascii('abc'))
    for (let i = 0; i < 3; i++) looks.push(await probe.answer('running digest', running.digest()))
    running.update(ascii('def'))
    const whole = await probe.answer('running digest', running.digest())
    for (const look of looks) {
      const wrong = same(look, await digest(ascii('abc'))) ?? plain(look)
      if (wrong !== undefined) return wrong
    }
    return same(whole, await digest(ascii('abcdef')))
  })

  await probe.check('what is added after a look does not count for it', 'abc, digest(), def, then await', async () => {
    const running = hash.start()
    running.update(ascii('abc'))
    const look = running.digest()
    running.update(ascii('def'))
    return same(await probe.answer('running digest', look), await digest(ascii('abc')))
  })

  await probe.check('the data of update() is only valid during the call', 'abc, overwritten after it', async () => {
    const data = ascii('abc')
    const running = hash.start()
    running.update(data)
    data.fill(0)
    return same(await probe.answer('running digest', running.digest()), await digest(ascii('abc')))
  })

  await probe.check('a digest is the caller’s: writing to it changes nothing', 'abc', async () => {
    const running = hash.start()
    running.update(ascii('abc'))
    ;(await probe.answer('running digest', running.digest())).fill(0)
    return same(await probe.answer('running digest', running.digest()), await digest(ascii('abc')))
  })

  await probe.check('two running hashes do not know each other', 'abc and def, in turn', async () => {
    const [one, other] = [hash.start(), hash.start()]
    one.update(ascii('ab'))
    other.update(ascii('de'))
    one.update(ascii('c'))
    other.update(ascii('f'))
    const found = [
      await probe.answer('running digest', one.digest()),
      await probe.answer('running digest', other.digest()),
    ]
    const expected = concat(await digest(ascii('abc')), await digest(ascii('def')))
    return same(concat(...found), expected)
  })

  await probe.check('digests asked for at once come out right', 'four inputs', async () => {
    const inputs = [0, 1, 2, 3].map((seed) => made(100 + seed, seed))
    const asked = inputs.map((data) => hash.digest(data))
    for (const [i, data] of inputs.entries()) {
      const found = await probe.answer('digest', asked[i] as Uint8Array)
      const wrong = same(found, await digest(data))
      if (wrong !== undefined) return `of ${shown(data)}: ${wrong}`
    }
    return undefined
  })
}

const twoBlocks =
  'abcdefghbcdefghicdefghijdefghijkefghijklfghijklmghijklmnhijklmnoijklmnopjklmnopqklmnopqrlmnopqrsmnopqrstnopqrstu'

// The messages of https://csrc.nist.gov/projects/cryptographic-standards-and-guidelines/example-values
const knownAnswers: Readonly<Record<string, readonly (readonly [string, string])[]>> = {
  sha1: [
    ['', 'da39a3ee5e6b4b0d3255bfef95601890afd80709'],
    ['abc', 'a9993e364706816aba3e25717850c26c9cd0d89d'],
    [twoBlocks, 'a49b2446a02c645bf419f995b67091253a04a259'],
  ],
  sha256: [
    ['', 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855'],
    ['abc', 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad'],
    [twoBlocks, 'cf5b16a778af8380036ce59e7b0492370b249b11e8f07a51afac45037afee9d1'],
  ],
  sha384: [
    ['', '38b060a751ac96384cd9327eb1b1e36a21fdb71114be07434c0cc7bf63f6e1da274edebfe76f65fbd51ad2f14898b95b'],
    ['abc', 'cb00753f45a35e8bb5a03d699ac65007272c32ab0eded1631a8b605a43ff5bed8086072ba1e7cc2358baeca134c825a7'],
    [twoBlocks, '09330c33f71147e83d192fc782cd1b4753111b173b3b05d22fa08086e3b0f712fcc7c71a557e2db966c3e9fa91746039'],
  ],
  sha512: [
    [
      '',
      'cf83e1357eefb8bdf1542850d66d8007d620e4050b5715dc83f4a921d36ce9ce' +
        '47d0d13c5d85f2b0ff8318d2877eec2f63b931bd47417a81a538327af927da3e',
    ],
    [
      'abc',
      'ddaf35a193617abacc417349ae20413112e6fa4e89a97ea20a9eeee64b55d39a' +
        '2192992a274fc1a836ba3c23a3feebbd454d4423643ce80e2a9ac94fa54ca49f',
    ],
    [
      twoBlocks,
      '8e959b75dae313da8cf4f72814fc143f8f7779c6eb9f7fa17299aeadb6889018' +
        '501d289e4900f7e4331b99dec4b5433ac7d329eeb6dd26545e96e55b874be909',
    ],
  ],
}
