import { ascii, fromHex } from '@typetls/wire'
import type { Hmac } from '../provider.ts'
import { Secret } from '../secret.ts'
import { made, plain, same, sameNumber, shown } from './bytes-in-words.ts'
import { refused } from './probe.ts'
import type { Probe } from './probe.ts'

export async function checkHmac(probe: Probe, name: string, hmac: Hmac): Promise<void> {
  const sign = (key: Secret, data: Uint8Array): Promise<Uint8Array> => probe.answer('sign', hmac.sign(key, data))
  const answers = knownAnswers[name] ?? []

  await probe.check('the row says its hash and length', name, () => {
    if (hmac.hash !== name) return `its hash is ${hmac.hash}`
    const first = answers[0]
    return first === undefined ? undefined : sameNumber('outputLength', hmac.outputLength, first.length / 2)
  })

  for (const [i, expected] of answers.entries()) {
    const { key, data } = cases[i] as (typeof cases)[number]
    const inputs = `key ${shown(fromHex(key))}, data '${data}'`
    await probe.check('sign() gives the known answers of RFC 4231', inputs, async () => {
      const found = await sign(new Secret(fromHex(key)), ascii(data))
      return same(found, fromHex(expected)) ?? plain(found)
    })
  }

  await probe.check(
    'the key stays the caller’s: not wiped, not kept',
    'one key, used twice, then changed',
    async () => {
      const bytes = made(32, 1)
      const key = new Secret(bytes)
      const first = await sign(key, ascii('data'))
      if (key.disposed) return 'the key was disposed of'
      const wrong = same(bytes, made(32, 1)) ?? same(await sign(key, ascii('data')), first)
      bytes.set(made(32, 2))
      return wrong ?? same(await sign(key, ascii('data')), await sign(new Secret(made(32, 2)), ascii('data')))
    },
  )

  await probe.check('a disposed key is refused', 'a key of 32 bytes', async () => {
    const key = new Secret(made(32, 1))
    key.dispose()
    return await refused('ERR_TLS_SECRET_DISPOSED', () => sign(key, ascii('data')))
  })
}

// https://www.rfc-editor.org/rfc/rfc4231#section-4.2, 4.3 and 4.7
const cases: readonly { readonly key: string; readonly data: string }[] = [
  { key: '0b'.repeat(20), data: 'Hi There' },
  { key: '4a656665', data: 'what do ya want for nothing?' },
  { key: 'aa'.repeat(131), data: 'Test Using Larger Than Block-Size Key - Hash Key First' },
]

const knownAnswers: Readonly<Record<string, readonly string[]>> = {
  // https://www.rfc-editor.org/rfc/rfc2202#section-3, test cases 1 and 2
  sha1: [
    'b617318655057264e28bc0b6fb378c8ef146be00',
    'effcdf6ae5eb2fa2d27416d5f184df9c259a7c79',
    '90d0dace1c1bdc957339307803160335bde6df2b',
  ],
  sha256: [
    'b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7',
    '5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843',
    '60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54',
  ],
  sha384: [
    'afd03944d84895626b0825f4ab46907f15f9dadbe4101ec682aa034c7cebc59cfaea9ea9076ede7f4af152e8b2fa9cb6',
    'af45d2e376484031617f78d2b58a6b1b9c7ef464f5a01b47e42ec3736322445e8e2240ca5e69e2c78b3239ecfab21649',
    '4ece084485813e9088d2c63a041bc5b44f9ef1012a2b588f3cd11f05033ac4c60c2ef6ab4030fe8296248df163f44952',
  ],
  sha512: [
    '87aa7cdea5ef619d4ff0b4241a1d6cb02379f4e2ce4ec2787ad0b30545e17cde' +
      'daa833b7d6b8a702038b274eaea3f4e4be9d914eeb61f1702e696c203a126854',
    '164b7a7bfcf819e2e395fbe73b56e0a387bd64222e831fd610270cd7ea250554' +
      '9758bf75c05a994a6d034f65f8f0e6fdcaeab1a34d4a6b4b636e070a38bce737',
    '80b24263c7c1a3ebb71493c1dd7be8b49b46d1f41b4aeec1121b013783f8f352' +
      '6b56d037e05f2598bd0fd2215d6a1e5295e64f73f63f0aec8b915a985d786598',
  ],
}
