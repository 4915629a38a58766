import type { KeyObject } from 'node:crypto'
import { createPrivateKey, createPublicKey, X509Certificate } from 'node:crypto'
import { nodePasswordCrypto } from '@typetls/crypto-node'
import { TlsError } from '@typetls/wire'
import { pemBlocks, toPem } from '@typetls/x509'
import { decryptPrivateKey } from '@typetls/x509/encrypted-key'
import { legacyEncryption } from '@typetls/x509/legacy-encryption'
import { readPkcs12 } from '@typetls/x509/pkcs12'

/** A private key: PEM (PKCS#8, PKCS#1 or SEC 1, also encrypted), PKCS#8 DER, or a KeyObject. */
export type KeyInput =
  string | Uint8Array | KeyObject | { readonly pem: string | Uint8Array; readonly passphrase?: string | undefined }

/** Certificates: PEM with any number of them, leaf first, or one as DER. */
export type CertificateInput = string | Uint8Array

/** A PKCS#12 file: bytes, or text that holds one byte in each character, as node:tls has it. */
export type Pkcs12Input =
  string | Uint8Array | { readonly buf: string | Uint8Array; readonly passphrase?: string | undefined }

export interface KeyMaterialOptions {
  /** A chain, or several, each for one of the keys. */
  readonly cert?: CertificateInput | readonly CertificateInput[] | undefined
  readonly key?: KeyInput | readonly KeyInput[] | undefined
  /**
   * PKCS#12 files, in place of or beside `cert` and `key`: each key in them with its chain. Their authorities are sent
   * along, not trusted: that is `ca`.
   */
  readonly pfx?: Pkcs12Input | readonly Pkcs12Input[] | undefined
  /** Of keys and files that have none of their own. */
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
 * The chains of `cert`, each with its own key out of `key`, in the order of the chains; then those of `pfx`.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) when one is given without the other or no key fits a chain,
 *   `ERR_TLS_KEY_PARSE` (internal_error) for a key that cannot be read, `ERR_TLS_PASSPHRASE` (internal_error) for a wrong
 *   passphrase, `ERR_TLS_PASSPHRASE_REQUIRED` (internal_error) for none, `ERR_TLS_UNSUPPORTED` (internal_error) for a
 *   cipher that OpenSSL 3 has not, `ERR_TLS_CERTIFICATE_PARSE`
 */
export function readKeyMaterial(options: KeyMaterialOptions): KeyMaterial[] {
  // Most clients have none.
  if (options.cert == null && options.key == null && options.pfx == null) return []
  return [...separateMaterial(options), ...listOf(options.pfx).flatMap((file) => pkcs12Of(file, options.passphrase))]
}

function separateMaterial(options: KeyMaterialOptions): KeyMaterial[] {
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

/** @throws TlsError as `readKeyMaterial` */
export function keyObjectOf(input: KeyInput, defaultPassphrase: string | undefined): KeyObject {
  if (isKeyObject(input)) return input
  const own = typeof input === 'string' || input instanceof Uint8Array ? { pem: input } : input
  const passphrase = ('passphrase' in own ? own.passphrase : undefined) ?? defaultPassphrase
  const { pem } = own
  const text = typeof pem === 'string' ? pem : pemTextOf(pem)
  if (text === undefined ? passphrase !== undefined : /^-----BEGIN ENCRYPTED|^Proc-Type:.*ENCRYPTED/m.test(text)) {
    const pkcs8 = decryptPrivateKey(text ?? pem, { passphrase, ...opening })
    return imported({ key: Buffer.from(pkcs8), format: 'der', type: 'pkcs8' })
  }
  return imported(
    text === undefined
      ? { key: Buffer.from(pem as Uint8Array), format: 'der', type: 'pkcs8' }
      : { key: text, format: 'pem' },
  )
}

function imported(key: Parameters<typeof createPrivateKey>[0]): KeyObject {
  try {
    return createPrivateKey(key)
  } catch (cause) {
    if ((cause as { code?: string }).code === 'ERR_MISSING_PASSPHRASE') {
      throw new TlsError('ERR_TLS_PASSPHRASE_REQUIRED', 'the private key is encrypted: give its passphrase', { cause })
    }
    throw new TlsError('ERR_TLS_KEY_PARSE', 'the private key cannot be read', { cause })
  }
}

function pkcs12Of(input: Pkcs12Input, defaultPassphrase: string | undefined): KeyMaterial[] {
  const own = typeof input === 'string' || input instanceof Uint8Array ? { buf: input } : input
  const { buf, passphrase = defaultPassphrase } = own
  const bytes = typeof buf === 'string' ? Buffer.from(buf, 'latin1') : buf
  return readPfx(bytes, passphrase).flatMap(({ key, chain }) =>
    separateMaterial({ cert: chain.map((der) => toPem('CERTIFICATE', der)).join(''), key }),
  )
}

/**
 * The keys of a PKCS#12 file, each with its chain, DER, leaf first.
 *
 * @throws TlsError as `readKeyMaterial`
 */
export function readPfx(file: Uint8Array, passphrase: string | undefined): { key: KeyObject; chain: Uint8Array[] }[] {
  const { keys, identities } = readPkcs12(file, { passphrase, ...opening })
  if (identities.length < Math.max(keys.length, 1)) {
    const problem = keys.length === 0 ? 'no private key' : 'a private key without its certificate'
    throw new TlsError('ERR_TLS_OPTIONS', `a PKCS#12 file (pfx) has ${problem}`)
  }
  return identities.map(({ key, certificates }) => ({
    key: imported({ key: Buffer.from(key.pkcs8), format: 'der', type: 'pkcs8' }),
    chain: certificates.map(({ der }) => der),
  }))
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

/** As node:tls opens files, by 3DES too: they are one's own, and refusing them would not make them better. */
const opening = { crypto: nodePasswordCrypto, dangerouslyAllow: legacyEncryption } as const

const certificateLabels: ReadonlySet<string> = /* @__PURE__ */ new Set([
  'CERTIFICATE',
  'X509 CERTIFICATE',
  'TRUSTED CERTIFICATE',
])
