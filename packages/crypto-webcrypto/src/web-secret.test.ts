import type { Hkdf } from '@typetls/crypto-provider'
import { ascii } from '@typetls/wire'
import { expect, test } from 'vitest'
import { changedPlatform } from '../test/changed-platform.ts'
import { webCrypto } from './index.ts'

test('a secret is imported once for all that is derived from it, and not after its end', async () => {
  let imports = 0
  const crypto = changedPlatform((real) => ({
    importKey(...args) {
      imports++
      return real.importKey(...args)
    },
  }))
  const hkdf = (await webCrypto({ crypto })).hkdf['sha256'] as Hkdf<'async'>
  const secret = await hkdf.extract(ascii('salt'), ascii('input'))
  imports = 0
  const [one, other, again] = await Promise.all([
    hkdf.expand(secret, ascii('one'), 32),
    hkdf.expand(secret, ascii('other'), 32),
    hkdf.expand(secret, ascii('one'), 32),
  ])
  expect(imports).toBe(1)
  expect(again.reveal()).toEqual(one.reveal())
  expect(other.reveal()).not.toEqual(one.reveal())
  secret.dispose()
  await expect(hkdf.expand(secret, ascii('one'), 32)).rejects.toMatchObject({ code: 'ERR_TLS_SECRET_DISPOSED' })
})
