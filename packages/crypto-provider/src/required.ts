import { TlsError } from '@typetls/wire'
import type { CryptoProvider } from './provider.ts'

/** @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) when the provider does not have `name` in `list` */
export function required<List extends ProviderList>(
  crypto: CryptoProvider,
  list: List,
  name: string,
): NonNullable<CryptoProvider[List][string]> {
  const found = crypto[list][name]
  if (found === undefined) throw new TlsError('ERR_TLS_UNSUPPORTED', `${crypto.name} has no ${list} ${name}`)
  return found as NonNullable<CryptoProvider[List][string]>
}

type ProviderList = 'hash' | 'hmac' | 'hkdf' | 'aead' | 'cbc' | 'signature' | 'keyExchange' | 'keyTransport'
