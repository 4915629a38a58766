import { ascii, fromHex } from '@typetls/wire'
import type { Hkdf } from '../provider.ts'
import { Secret } from '../secret.ts'
import { made, same, sameNumber } from './bytes-in-words.ts'
import { discloses } from './disclosure.ts'
import { refused } from './probe.ts'
import type { Probe, Verdict } from './probe.ts'

export async function checkHkdf(probe: Probe, name: string, hkdf: Hkdf): Promise<void> {
  const extract = (salt: Secret | Uint8Array, input: Secret | Uint8Array): Promise<Secret> =>
    probe.answer('extract', hkdf.extract(salt, input))
  const expand = (key: Secret, info: Uint8Array, length: number): Promise<Secret> =>
    probe.answer('expand', hkdf.expand(key, info, length))
  const { outputLength } = hkdf
  const answer = knownAnswers[name]

  await probe.check('the row says its hash and length', name, () => {
    if (hkdf.hash !== name) return `its hash is ${hkdf.hash}`
    return answer && sameNumber('outputLength', outputLength, answer.pseudorandomKey.length / 2)
  })

  if (answer !== undefined) {
    await probe.check('extract() gives the known answer', 'test case 1 of RFC 5869', async () => {
      const found = await extract(fromHex(salt), fromHex(inputKeyingMaterial))
      return aSecret(found) ?? same(found.reveal(), fromHex(answer.pseudorandomKey))
    })
    for (const length of [1, 16, outputLength, outputLength + 1, 82]) {
      await probe.check('expand() gives the known answer', `test case 1 of RFC 5869, ${length} bytes`, async () => {
        const found = await expand(new Secret(fromHex(answer.pseudorandomKey)), fromHex(info), length)
        return aSecret(found) ?? same(found.reveal(), fromHex(answer.output).subarray(0, length))
      })
    }
  }

  await probe.check('salt and input may be secrets or bytes', 'all four mixtures', async () => {
    const forms = [(bytes: Uint8Array) => bytes, (bytes: Uint8Array) => new Secret(bytes)]
    const expected = (await extract(made(32, 1), made(48, 2))).reveal()
    for (const first of forms) {
      for (const second of forms) {
        const wrong = same((await extract(first(made(32, 1)), second(made(48, 2)))).reveal(), expected)
        if (wrong !== undefined) return wrong
      }
    }
    return undefined
  })

  await probe.check('an empty salt is one of zeros', 'no salt, 32 bytes of input', async () => {
    const found = await extract(new Uint8Array(), made(32, 1))
    return same(found.reveal(), (await extract(new Uint8Array(outputLength), made(32, 1))).reveal())
  })

  await probe.check('secrets that come in stay the caller’s: not wiped, not kept', 'one key, used twice', async () => {
    const [saltSecret, key] = [new Secret(made(32, 1)), new Secret(made(outputLength, 2))]
    const extracted = await extract(saltSecret, key)
    const expanded = await expand(key, ascii('info'), outputLength)
    const wrong =
      same(saltSecret.reveal(), made(32, 1)) ??
      same(key.reveal(), made(outputLength, 2)) ??
      same((await expand(key, ascii('info'), outputLength)).reveal(), expanded.reveal())
    if (wrong !== undefined) return wrong
    const before = new Uint8Array(expanded.reveal())
    const extractedBefore = new Uint8Array(extracted.reveal())
    saltSecret.dispose()
    key.dispose()
    return same(expanded.reveal(), before) ?? same(extracted.reveal(), extractedBefore)
  })

  await probe.check('every answer is a secret of its own', 'the same input twice, the first disposed of', async () => {
    const key = new Secret(made(outputLength, 1))
    const [first, second] = [await expand(key, ascii('info'), 16), await expand(key, ascii('info'), 16)]
    const before = new Uint8Array(second.reveal())
    first.dispose()
    return same(second.reveal(), before)
  })

  await probe.check('secrets do not show', 'an extracted and an expanded one', async () => {
    const extracted = await extract(made(32, 1), made(32, 2))
    const expanded = await expand(extracted, ascii('info'), 32)
    return (
      discloses(extracted, new Uint8Array(extracted.reveal())) ?? discloses(expanded, new Uint8Array(expanded.reveal()))
    )
  })

  await probe.check('expand() makes up to 255 blocks', `${255 * outputLength} bytes`, async () => {
    const key = new Secret(made(outputLength, 1))
    const longest = await expand(key, ascii('info'), 255 * outputLength)
    const start = longest.reveal().subarray(0, 2 * outputLength)
    return (
      sameNumber('the length', longest.length, 255 * outputLength) ??
      same(start, (await expand(key, ascii('info'), 2 * outputLength)).reveal())
    )
  })

  await probe.check('expand() refuses to make more', `${255 * outputLength + 1} bytes`, async () => {
    const key = new Secret(made(outputLength, 1))
    return await refused('ERR_TLS_CRYPTO', () => expand(key, ascii('info'), 255 * outputLength + 1))
  })
}

function aSecret(found: unknown): Verdict {
  return found instanceof Secret ? undefined : 'not a Secret of @typetls/crypto-provider'
}

// https://www.rfc-editor.org/rfc/rfc5869#appendix-A.1
const inputKeyingMaterial = '0b'.repeat(22)
const salt = '000102030405060708090a0b0c'
const info = 'f0f1f2f3f4f5f6f7f8f9'

interface KnownAnswer {
  readonly pseudorandomKey: string
  /** 82 bytes; the RFC gives the first 42. */
  readonly output: string
}

// SHA-256 is the RFC's; the others are its inputs with another hash, on which OpenSSL and noble agree.
const knownAnswers: Readonly<Record<string, KnownAnswer>> = {
  sha256: {
    pseudorandomKey: '077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5',
    output:
      '3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865' +
      'b4b0a85a993b89b9b65683d60f0106d28fff039d0b6f3408900c0f2a9d4463de83622056be50a881',
  },
  sha384: {
    pseudorandomKey: '704b39990779ce1dc548052c7dc39f303570dd13fb39f7acc564680bef80e8dec70ee9a7e1f3e293ef68eceb072a5ade',
    output:
      '9b5097a86038b805309076a44b3a9f38063e25b516dcbf369f394cfab43685f748b6457763e4f0204fc5' +
      'd95d1da3e62587b22eb8943d0fab6bb631a2fe9df1a68c6ce5d56116a52005b3f122b88b39b7251f',
  },
  sha512: {
    pseudorandomKey:
      '665799823737ded04a88e47e54a5890bb2c3d247c7a4254a8e61350723590a26' +
      'c36238127d8661b88cf80ef802d57e2f7cebcf1e00e083848be19929c61b4237',
    output:
      '832390086cda71fb47625bb5ceb168e4c8e26a1a16ed34d9fc7fe92c1481579338da362cb8d9f925d7cb' +
      'cce0dff7098769cf15959867d571c1715450cb530137be3fb62f3cf32b84feba8f1eb1b563e20d97',
  },
}
