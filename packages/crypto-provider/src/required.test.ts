import { expect, test } from 'vitest'
import type { CryptoProvider } from './provider.ts'
import { required } from './required.ts'

test('what a provider lacks is named', () => {
  const crypto = { name: 'bare', hkdf: {} } as CryptoProvider
  expect(() => required(crypto, 'hkdf', 'md5')).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED', message: 'bare has no hkdf md5' }),
  )
})
