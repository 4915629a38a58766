import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { TlsError } from '@typetls/wire'
import { pemBlocks } from '@typetls/x509'

/** A private key: PEM (PKCS#8, PKCS#1 or SEC 1, also encrypted), PKCS#8 DER, or a KeyObject. */
export type KeyInput =
  string | Uint8Array | KeyObject | { readonly pem: string | Uint8Array; readonly passphrase?: string }

/** Certificates: PEM with any number of them, leaf first, or one as DER. */
export type CertificateInput = string | Uint8Array

export interface KeyMaterialOptions {
  /** A chain, or several, each for one of the keys. */
  readonly cert?: CertificateInput | readonly CertificateInput[] | undefined
  readonly key?: KeyInput | readonly KeyInput[] | undefined
  /** Of keys that have none of their own. */
  readonly passphrase?: string | undefined
}

/** A chain and the key that speaks for its leaf. */
export interface KeyMaterial {
  /** DER, leaf first. */
  readonly certificates: readonly Uint8Array[]
  /** DER. */
  readonly pkcs8: Uint8Array
}

/**
 * The chains of `cert`, each with its own key out of `key`, in the order of the chains.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) when one is given without the other or no key fits a chain,
 *   `ERR_TLS_KEY_PARSE` (internal_error) for a key that cannot be read or decrypted, `ERR_TLS_CERTIFICATE_PARSE`
 */
export function readKeyMaterial(options: KeyMaterialOptions): KeyMaterial[] {
  const chains = listOf(options.cert).map(chainOf)
  const keys = listOf(options.key).map((key) => keyObjectOf(key, options.passphrase))
  if (chains.length === 0 && keys.length === 0) return []
  if (chains.length === 0) throw new TlsError('ERR_TLS_OPTIONS', 'there is a key without its certificate (cert)')
  if (keys.length === 0) throw new TlsError('ERR_TLS_OPTIONS', 'there is a certificate without its private key (key)')
  const spkis = keys.map((key) => createPublicKey(key).export({ format: 'der', type: 'spki' }))
  return chains.map((certificates, i) => {
    const leaf = parsed(certificates[0] as Uint8Array)
    const spki = leaf.publicKey.export({ format: 'der', type: 'spki' })
    const found = spkis.findIndex((one) => one.equals(spki))
    if (found < 0) throw new TlsError('ERR_TLS_OPTIONS', `no key fits certificate ${i}: ${leaf.subject}`)
    const pkcs8 = (keys[found] as KeyObject).export({ format: 'der', type: 'pkcs8' })
    return { certificates, pkcs8 }
  })
}

/** DER of all certificates of one input. @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) */
export function chainOf(input: CertificateInput): Uint8Array[] {
  const text = typeof input === 'string' ? input : pemTextOf(input)
  if (text === undefined) return [Uint8Array.from(input as Uint8Array)]
  const chain = pemBlocks(text, 'ERR_TLS_CERTIFICATE_PARSE')
    .filter(({ label }) => certificateLabels.has(label))
    .map(({ bytes }) => bytes)
  if (chain.length === 0) throw new TlsError('ERR_TLS_CERTIFICATE_PARSE', 'the PEM text has no CERTIFICATE block')
  return chain
}

function keyObjectOf(input: KeyInput, defaultPassphrase: string | undefined): KeyObject {
  if (isKeyObject(input)) return input
  const own = typeof input === 'string' || input instanceof Uint8Array ? { pem: input } : input
  const passphrase = ('passphrase' in own ? own.passphrase : undefined) ?? defaultPassphrase
  const { pem } = own
  const isPem = typeof pem === 'string' || pemTextOf(pem) !== undefined
  try {
    const secret = passphrase === undefined ? {} : { passphrase }
    if (isPem)
      return createPrivateKey({ key: typeof pem === 'string' ? pem : Buffer.from(pem), format: 'pem', ...secret })
    return createPrivateKey({ key: Buffer.from(pem), format: 'der', type: 'pkcs8', ...secret })
  } catch (cause) {
    const encrypted = (cause as { code?: string }).code === 'ERR_MISSING_PASSPHRASE'
    const problem = encrypted ? 'is encrypted: give its passphrase' : 'cannot be read'
    throw new TlsError('ERR_TLS_KEY_PARSE', `the private key ${problem}`, { cause })
  }
}

function isKeyObject(input: KeyInput): input is KeyObject {
  return typeof input === 'object' && 'asymmetricKeyType' in input
}

function parsed(der: Uint8Array): X509Certificate {
  try {
    return new X509Certificate(der)
  } catch (cause) {
    throw new TlsError('ERR_TLS_CERTIFICATE_PARSE', 'the certificate cannot be read', { cause })
  }
}

function pemTextOf(bytes: Uint8Array): string | undefined {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString('latin1')
  return text.includes('-----BEGIN ') ? text : undefined
}

function listOf<T>(input: T | readonly T[] | undefined): readonly T[] {
  return input === undefined || input === null ? [] : Array.isArray(input) ? input : [input as T]
}

const certificateLabels: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'CERTIFICATE',
  'X509 CERTIFICATE',
  'TRUSTED CERTIFICATE',
])
