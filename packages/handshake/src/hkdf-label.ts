import type { Answer, Hkdf, Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'

/**
 * HKDF-Expand-Label(Secret, Label, Context, Length).
 * https://www.rfc-editor.org/rfc/rfc9846#section-7.1
 *
 * @param label without the `tls13 ` that is put before it; 0 to 249 characters
 * @param length bytes. Default as many as the hash has
 */
export function expandLabel(
  hkdf: Hkdf,
  secret: Secret,
  label: string,
  context: Uint8Array = none,
  length: number = hkdf.outputLength,
): Answer<'async', Secret> {
  return hkdf.expand(secret, hkdfLabel(label, context, length), length)
}

/** The HkdfLabel struct. */
export function hkdfLabel(label: string, context: Uint8Array, length: number): Uint8Array {
  const whole = `tls13 ${label}`
  if (whole.length > 255 || context.length > 255) {
    throw new TlsError('ERR_TLS_ENCODE_RANGE', 'an HKDF label or its context is too long')
  }
  const info = new Uint8Array(4 + whole.length + context.length)
  info[0] = length >>> 8
  info[1] = length
  info[2] = whole.length
  for (let i = 0; i < whole.length; i++) info[3 + i] = whole.charCodeAt(i)
  info[3 + whole.length] = context.length
  info.set(context, 4 + whole.length)
  return info
}

const none = /* @__PURE__ */ new Uint8Array(0)
