import { TlsError } from '@typetls/wire'
import { derElement, DerReader, explicit, integer, nullValue, objectIdentifier, octetString, sequence } from './der.ts'
import { pemBlocks, pemText } from './pem.ts'

/**
 * The PKCS#8 DER of a private key, for `CryptoProvider.importPrivateKey`. The result is a copy that the caller owns
 * and should overwrite after use. No error contains bytes of the key.
 *
 * @param input PEM (text, or bytes of a file) with one `PRIVATE KEY`, `EC PRIVATE KEY` or `RSA PRIVATE KEY`, other
 *   blocks are skipped; or DER of PKCS#8 (RFC 5958), SEC1 (RFC 5915) or PKCS#1 (RFC 8017 appendix A.1.2)
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error): none of these, more than one key, or an encrypted one
 */
export function readPrivateKey(input: Uint8Array | string): Uint8Array {
  const text = pemText(input)
  if (text === undefined) return toPkcs8(input as Uint8Array)
  const keys = pemBlocks(text, 'ERR_TLS_KEY_PARSE').filter(({ label }) => label.endsWith('PRIVATE KEY'))
  const [key, ...more] = keys
  if (key === undefined || more.length > 0) {
    throw new TlsError('ERR_TLS_KEY_PARSE', `the PEM text has ${keys.length} private keys, not one`)
  }
  if (key.label === 'ENCRYPTED PRIVATE KEY') throw encrypted()
  const pkcs8 = toPkcs8(key.bytes)
  key.bytes.fill(0)
  return pkcs8
}

function toPkcs8(der: Uint8Array): Uint8Array {
  const document = new DerReader(der, 'ERR_TLS_KEY_PARSE')
  const key = document.enter(sequence, 'PrivateKey')
  document.finish('PrivateKey')
  // EncryptedPrivateKeyInfo starts with its algorithm, as a public key does; all others with a version.
  if (key.peek() === sequence) {
    key.element(sequence, 'encryptionAlgorithm')
    if (key.peek() === octetString) throw encrypted()
    key.fail('is not a private key')
  }
  const version = key.content(integer, 'version')
  if (version.length !== 1) key.fail('is not known', 'version')
  switch (key.peek()) {
    case sequence:
      key.element(sequence, 'privateKeyAlgorithm')
      key.content(octetString, 'privateKey')
      return der.slice()
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
  return new TlsError('ERR_TLS_KEY_PARSE', 'the private key is encrypted, which is not supported yet: decrypt it first')
}

/** INTEGER 0 and 1 */
const zero = /* @__PURE__ */ Uint8Array.of(2, 1, 0)
const one = /* @__PURE__ */ Uint8Array.of(2, 1, 1)

/** 1.2.840.113549.1.1.1 */
const rsaEncryption = /* @__PURE__ */ Uint8Array.of(6, 9, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 1, 1, 1)

/** 1.2.840.10045.2.1 */
const ecPublicKey = /* @__PURE__ */ Uint8Array.of(6, 7, 0x2a, 0x86, 0x48, 0xce, 0x3d, 2, 1)
