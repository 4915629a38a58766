import type { CryptoProvider, KeyType, Mode, PrivateKey, Secret, SignatureScheme } from '@typetls/crypto-provider'
import { defaultSignatureSchemes, isPromiseLike } from '@typetls/crypto-provider'
import type { Codec } from '@typetls/wire'
import { decode, equalBytes, opaqueVector, TlsError, vector } from '@typetls/wire'
import { PathCertificate } from './path-certificate.ts'
import { pemText } from './pem.ts'
import { pemCertificates } from './pem-certificates.ts'
import { readPrivateKey } from './private-key.ts'
import type { SubjectPublicKey } from './public-key.ts'
import { readPublicKey } from './public-key.ts'

/**
 * A certificate chain with the key that speaks for it, checked to belong together (where the provider can tell the
 * public key of a private one). With a synchronous provider it is there at once, otherwise promised.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error), `ERR_TLS_KEY_PARSE` (internal_error), or
 *   `ERR_TLS_OPTIONS` (internal_error): no certificate, a key that is not the certificate's, or one that no signature
 *   scheme of the provider fits; as a rejection where the provider answers later
 */
export function createCredential<M extends Mode>(options: CredentialOptions<M>): CredentialAnswer<M> {
  const certificates = [options.certificates].flat().flatMap(certificatesOf)
  const [leaf] = certificates
  if (leaf === undefined) throw new TlsError('ERR_TLS_OPTIONS', 'a credential needs a certificate')
  const key = importedKey(options)
  const answer = isPromiseLike(key)
    ? Promise.resolve(key).then((one) => credentialOf(certificates, leaf, one, options))
    : credentialOf(certificates, leaf, key, options)
  return answer as CredentialAnswer<M>
}

export type CredentialAnswer<M extends Mode> = M extends 'sync' ? Credential : Credential | Promise<Credential>

export interface CredentialOptions<M extends Mode = Mode> {
  /** DER or PEM (text, or bytes of a file), the leaf first, then intermediates; the root may be left out. */
  readonly certificates: Uint8Array | string | readonly (Uint8Array | string)[]
  /** PEM, DER (PKCS#8, SEC1, PKCS#1), or a key of the provider. Encrypted keys are not supported yet. */
  readonly privateKey: Uint8Array | string | PrivateKey
  readonly provider: CryptoProvider<M>
  /**
   * What to sign with, most wanted first. Default: every scheme of `defaultSignatureSchemes` that fits the key and the
   * provider has; in TLS 1.2 first those of its curve.
   */
  readonly schemes?: readonly SignatureScheme[]
  /** OCSPResponse to staple to the leaf, DER. Default none. */
  readonly ocspResponse?: Uint8Array
  /** SignedCertificateTimestampList to send with the leaf. Default none. */
  readonly signedCertificateTimestamps?: Uint8Array
}

/** What a handshake authenticates with. */
export interface Credential {
  /** DER, leaf first, at least one. */
  readonly certificates: readonly Uint8Array[]
  readonly signer: Signer
  /** There if the key is of RSA, the provider decrypts, and keyUsage allows it. */
  readonly decrypter?: Decrypter | undefined
  readonly ocspResponse?: Uint8Array | undefined
  readonly signedCertificateTimestamps?: Uint8Array | undefined
}

export interface Signer {
  /** Most wanted first. */
  readonly schemes: readonly SignatureScheme[]
  /** The same for TLS 1.2, where a scheme with ECDSA names a hash and no curve. Default `schemes`. */
  readonly tls12Schemes?: readonly SignatureScheme[] | undefined
  readonly keyType?: KeyType | undefined
  sign(scheme: SignatureScheme, data: Uint8Array): Uint8Array | PromiseLike<Uint8Array>
}

/** For static RSA in TLS 1.2. */
export interface Decrypter {
  decrypt(ciphertext: Uint8Array, fallback: Secret): Secret | PromiseLike<Secret>
}

function certificatesOf(input: Uint8Array | string): PathCertificate[] {
  const text = pemText(input)
  const ders = text === undefined ? [input as Uint8Array] : pemCertificates(text)
  return ders.map((der) => PathCertificate.parse(der))
}

function importedKey({ privateKey, provider }: CredentialOptions): PrivateKey | PromiseLike<PrivateKey> {
  if (typeof privateKey !== 'string' && !(privateKey instanceof Uint8Array)) return privateKey
  const pkcs8 = readPrivateKey(privateKey)
  const key = provider.importPrivateKey(pkcs8)
  if (!isPromiseLike(key)) {
    pkcs8.fill(0)
    return key
  }
  return Promise.resolve(key).finally(() => pkcs8.fill(0))
}

function credentialOf(
  certificates: readonly PathCertificate[],
  leaf: PathCertificate,
  key: PrivateKey,
  options: CredentialOptions,
): Credential {
  const { publicKey } = leaf
  // The encodings of one key may differ in their parameters, the key itself may not.
  const sameKey = key.spki === undefined || equalBytes(readPublicKey(key.spki).keyBytes, publicKey.keyBytes)
  if (!sameKey || key.keyType !== publicKey.keyType) {
    throw new TlsError('ERR_TLS_OPTIONS', `the private key (${key.keyType}) is not that of the certificate ${leaf}`)
  }
  checkTimestamps(options.signedCertificateTimestamps)
  const { signature } = options.provider
  const { onlyAlgorithm } = publicKey
  const wanted = options.schemes ?? defaultSignatureSchemes
  const possible = wanted.filter(
    ({ algorithm }) =>
      signature[algorithm] !== undefined &&
      isLongEnough(publicKey, algorithm) &&
      (onlyAlgorithm === undefined || onlyAlgorithm === algorithm),
  )
  const schemes = possible.filter(({ keyType }) => keyType === key.keyType)
  const combined = possible.filter(
    ({ algorithm, keyType, tls13Only }) =>
      tls13Only === undefined &&
      (algorithm.startsWith('ecdsa-') ? key.keyType.startsWith('ec-') : keyType === key.keyType),
  )
  // Where nobody said otherwise, the hash that goes with the curve comes first.
  const tls12Schemes = options.schemes === undefined ? [...new Set([...schemes, ...combined])] : combined
  if (schemes.length === 0 && tls12Schemes.length === 0) {
    throw new TlsError(
      'ERR_TLS_OPTIONS',
      `no signature scheme of ${options.provider.name} fits a key of the kind ${key.keyType}`,
      { received: 'schemes' },
    )
  }
  const decrypts = key.keyType === 'rsa' && leaf.keyUsage?.has('keyEncipherment') !== false
  const transport = decrypts ? options.provider.keyTransport['rsa-pkcs1'] : undefined
  return {
    certificates: certificates.map(({ der }) => der),
    signer: { schemes, tls12Schemes, keyType: key.keyType, sign },
    ...(transport !== undefined && {
      decrypter: { decrypt: (ciphertext, fallback) => transport.decrypt(key, ciphertext, fallback) },
    }),
    ...(options.ocspResponse !== undefined && { ocspResponse: options.ocspResponse }),
    ...(options.signedCertificateTimestamps !== undefined && {
      signedCertificateTimestamps: options.signedCertificateTimestamps,
    }),
  }

  function sign(scheme: SignatureScheme, data: Uint8Array): Uint8Array | PromiseLike<Uint8Array> {
    const algorithm = signature[scheme.algorithm]
    if (algorithm === undefined || ![...schemes, ...tls12Schemes].some(({ id }) => id === scheme.id)) {
      throw new TlsError('ERR_TLS_SIGNER', `this key does not sign with ${scheme.name}`)
    }
    return algorithm.sign(key, data)
  }
}

/** PSS needs room for two hashes: an RSA key of 1024 bits cannot sign with SHA-512. RFC 8017 section 9.1.1 */
function isLongEnough({ rsa }: SubjectPublicKey, algorithm: string): boolean {
  const hash = /^rsa-pss-sha(\d+)$/.exec(algorithm)
  if (rsa === undefined || hash === null) return true
  return Math.ceil((rsa.modulusBits - 1) / 8) >= (2 * Number(hash[1])) / 8 + 2
}

/** Clients refuse a list that they cannot read. RFC 6962 section 3.3 */
function checkTimestamps(list: Uint8Array | undefined): void {
  if (list === undefined) return
  try {
    decode(timestampList, list)
  } catch (cause) {
    throw new TlsError('ERR_TLS_OPTIONS', 'signedCertificateTimestamps is not a SignedCertificateTimestampList', {
      received: 'signedCertificateTimestamps',
      cause,
    })
  }
}

const timestampList: Codec<readonly Uint8Array[]> = /* @__PURE__ */ vector(opaqueVector(1, 0xffff), 1, 0xffff)
