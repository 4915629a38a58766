import type { Answer, CryptoProvider, Hkdf, Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'

/**
 * HKDF-Expand-Label(Secret, Label, Context, Length).
 * https://www.rfc-editor.org/rfc/rfc9846#section-7.1
 *
 * @param label without the `tls13 ` that is put before it; 0 to 249 characters
 * @param length bytes
 */
export function expandLabel(
  hkdf: Hkdf,
  secret: Secret,
  label: string,
  context: Uint8Array,
  length: number,
): Answer<'async', Secret> {
  return hkdf.expand(secret, hkdfLabel(label, context, length), length)
}

/** The HkdfLabel struct. */
export function hkdfLabel(label: string, context: Uint8Array, length: number): Uint8Array {
  const labelLength = prefix.length + label.length
  if (labelLength > 255 || context.length > 255) {
    throw new TlsError(
      'ERR_TLS_ENCODE_RANGE',
      'an HKDF label has at most 249 characters and at most 255 bytes of context',
    )
  }
  const info = new Uint8Array(4 + labelLength + context.length)
  info[0] = length >>> 8
  info[1] = length
  info[2] = labelLength
  for (let i = 0; i < prefix.length; i++) info[3 + i] = prefix.charCodeAt(i)
  for (let i = 0; i < label.length; i++) info[3 + prefix.length + i] = label.charCodeAt(i)
  info[3 + labelLength] = context.length
  info.set(context, 4 + labelLength)
  return info
}

/** @throws TlsError `ERR_TLS_UNSUPPORTED` (internal_error) when the provider does not have `name` in `list` */
export function required<List extends ProviderList>(
  crypto: CryptoProvider,
  list: List,
  name: string,
): NonNullable<CryptoProvider[List][string]> {
  const found = crypto[list][name]
  if (found === undefined)
    throw new TlsError('ERR_TLS_UNSUPPORTED', `the provider ${crypto.name} has no ${list} ${name}`)
  return found as NonNullable<CryptoProvider[List][string]>
}

type ProviderList = 'hash' | 'hmac' | 'hkdf' | 'aead' | 'cbc' | 'signature' | 'keyExchange' | 'keyTransport'

const prefix = 'tls13 '
