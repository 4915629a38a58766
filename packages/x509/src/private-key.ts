import { TlsError } from '@typetls/wire'
import {
  derElement,
  DerReader,
  explicit,
  integer,
  nullValue,
  objectIdentifier,
  octetString,
  sequence,
} from '@typetls/wire/der'
import type { PemBlock } from './pem.ts'
import { pemBlocks, pemText } from './pem.ts'

/**
 * The PKCS#8 DER of a private key, for `CryptoProvider.importPrivateKey`. The result is a copy that the caller owns
 * and should overwrite after use. No error contains bytes of the key.
 *
 * @param input PEM (text, or bytes of a file) with one `PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`, other
 *   blocks are skipped; or DER of PKCS#8 (RFC 5958), SEC1 (RFC 5915) or PKCS#1 (RFC 8017 appendix A.1.2)
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error): none of these, or more than one key;
 *   `ERR_TLS_PASSPHRASE_REQUIRED` (internal_error): an encrypted one, see `decryptPrivateKey`
 */
export function readPrivateKey(input: Uint8Array | string): Uint8Array {
  const text = pemText(input)
  if (text === undefined) return toPkcs8(input as Uint8Array)
  const { bytes } = onePrivateKey(pemBlocks(text, 'ERR_TLS_KEY_PARSE'))
  const pkcs8 = toPkcs8(bytes)
  bytes.fill(0)
  return pkcs8
}

/** The private key among the blocks. @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error) unless there is just one */
export function onePrivateKey<Block extends PemBlock>(blocks: readonly Block[]): Block {
  const keys = blocks.filter(({ label }) => label.endsWith('PRIVATE KEY'))
  const [key, ...more] = keys
  if (key !== undefined && more.length === 0) return key
  throw new TlsError('ERR_TLS_KEY_PARSE', `the PEM text has ${keys.length} private keys, not one`)
}

/** Whether this looks like an EncryptedPrivateKeyInfo: it starts with its algorithm, all others with a version. */
export function isEncryptedKey(der: Uint8Array): boolean {
  const key = new DerReader(der, 'ERR_TLS_KEY_PARSE').enter(sequence, 'PrivateKey')
  if (key.peek() !== sequence) return false
  key.element(sequence, 'encryptionAlgorithm')
  return key.peek() === octetString
}

/** @throws TlsError as `readPrivateKey` */
export function toPkcs8(der: Uint8Array): Uint8Array {
  const document = new DerReader(der, 'ERR_TLS_KEY_PARSE')
  const key = document.enter(sequence, 'PrivateKey')
  document.finish('PrivateKey')
  if (key.peek() === sequence) {
    if (isEncryptedKey(der)) throw encrypted()
    key.fail('is not a private key')
  }
  const version = key.content(integer, 'version')
  if (version.length !== 1) key.fail('is not known', 'version')
  switch (key.peek()) {
    case sequence:
      key.element(sequence, 'privateKeyAlgorithm')
      key.content(octetString, 'privateKey')
      // Not der.slice(): a Buffer's slice is a view.
      return Uint8Array.from(der)
    case octetString:
      return ecToPkcs8(key)
    case integer:
      return derElement(
        sequence,
        zero,
        derElement(sequence, rsaEncryption, derElement(nullValue)),
        derElement(octetString, der),
      )
    default:
      return key.fail('is neither PKCS#8, nor SEC1, nor PKCS#1')
  }
}

/** ECPrivateKey behind its version. The curve moves to the algorithm. https://www.rfc-editor.org/rfc/rfc5915#section-3 */
function ecToPkcs8(key: DerReader): Uint8Array {
  const privateKey = key.element(octetString, 'privateKey')
  if (key.peek() !== explicit(0)) key.fail('does not name its curve', 'parameters')
  const parameters = key.enter(explicit(0), 'parameters')
  const curve = parameters.element(objectIdentifier, 'namedCurve')
  parameters.finish()
  const publicKey = key.peek() === explicit(1) ? key.element(explicit(1), 'publicKey') : new Uint8Array(0)
  key.finish()
  const inner = derElement(sequence, one, privateKey, publicKey)
  const pkcs8 = derElement(sequence, zero, derElement(sequence, ecPublicKey, curve), derElement(octetString, inner))
  inner.fill(0)
  return pkcs8
}

function encrypted(): TlsError {
  return new TlsError(
    'ERR_TLS_PASSPHRASE_REQUIRED',
    'the private key is encrypted: decryptPrivateKey of @typetls/x509/encrypted-key reads it',
  )
}

/** INTEGER 0 and 1 */
const zero = /* @__PURE__ */ Uint8Array.of(2, 1, 0)
const one = /* @__PURE__ */ Uint8Array.of(2, 1, 1)

/** 1.2.840.113549.1.1.1 */
const rsaEncryption = /* @__PURE__ */ Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1)

/** 1.2.840.10045.2.1 */
const ecPublicKey = /* @__PURE__ */ Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1)
