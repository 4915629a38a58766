import { equalBytes, TlsError } from '@typetls/wire'
import { explicit, implicit, octetString, sequence } from '@typetls/wire/der'
import { KeyReader, version } from './der.ts'
import type { SpkiForm } from './spki-form.ts'

export interface Pkcs8 {
  /** AlgorithmIdentifier. */
  readonly algorithm: Uint8Array
  /** In the form that the algorithm has for it. */
  readonly privateKey: Uint8Array
}

/**
 * PKCS#8 DER. https://www.rfc-editor.org/rfc/rfc5958#section-2
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function readPkcs8(pkcs8: Uint8Array): Pkcs8 {
  const info = KeyReader.ofSequence(pkcs8)
  if (version(info) > 1) throw unusableKey('its version is neither 0 nor 1')
  const algorithm = info.element(sequence)
  const privateKey = info.content(octetString)
  // Attributes, and the public key that PKCS#8 may carry behind any kind.
  info.optional(explicit(0))
  info.optional(implicit(1))
  info.finish()
  return { algorithm, privateKey }
}

export interface EcPrivateKey {
  readonly scalar: Uint8Array
  /** The public half, where it is there. */
  readonly point: Uint8Array | undefined
}

/**
 * ECPrivateKey of a curve. https://www.rfc-editor.org/rfc/rfc5915#section-3
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function readEcPrivateKey(der: Uint8Array, { algorithm }: SpkiForm): EcPrivateKey {
  const fields = KeyReader.ofSequence(der)
  if (version(fields) !== 1) throw unusableKey('its ECPrivateKey is not of version 1')
  const scalar = fields.content(octetString)
  const curve = fields.optional(explicit(0))
  const publicKey = fields.optional(explicit(1))
  fields.finish()
  if (curve !== undefined && !equalBytes(curve, algorithm.subarray(ecPublicKeyLength))) {
    throw unusableKey('it names two curves')
  }
  if (publicKey === undefined) return { scalar, point: undefined }
  const bits = new KeyReader(publicKey)
  const point = bits.bitString()
  bits.finish()
  return { scalar, point }
}

/** CurvePrivateKey: the seed of `length` bytes. https://www.rfc-editor.org/rfc/rfc8410#section-7 */
export function readEdwardsSeed(der: Uint8Array, length: number): Uint8Array {
  const outer = new KeyReader(der)
  const seed = outer.content(octetString)
  outer.finish()
  if (seed.length !== length) throw unusableKey('its seed has the wrong length')
  return seed
}

export function unusableKey(why: string, cause?: unknown): TlsError {
  return new TlsError('ERR_TLS_KEY_PARSE', `the private key cannot be used: ${why}`, { cause })
}

/** Bytes of an AlgorithmIdentifier up to the curve: the SEQUENCE's header and id-ecPublicKey. */
const ecPublicKeyLength = 11
