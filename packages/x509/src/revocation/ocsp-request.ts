import type { CryptoProvider, Hash } from '@typetls/crypto-provider'
import { required } from '@typetls/crypto-provider'
import { equalBytes, TlsError } from '@typetls/wire'
import type { Certificate } from '../certificate.ts'
import { derElement, explicit, integer, objectIdentifier, octetString, sequence } from '@typetls/wire/der'
import type { NamedKey } from '../named-key.ts'
import type { OcspCertId } from './ocsp-response.ts'
import type { Program } from '../program.ts'
import { run, wait } from '../program.ts'

/** A request for the status of one certificate. */
export interface OcspRequest {
  /** OCSPRequest, DER: the body of a POST with the type `application/ocsp-request`. */
  readonly der: Uint8Array
  /** What the response must repeat, if it repeats anything. */
  readonly nonce: Uint8Array | undefined
}

export interface OcspRequestOptions {
  readonly certificate: Certificate
  /** Who issued it. */
  readonly issuer: Certificate | NamedKey
  readonly crypto: CryptoProvider
  /**
   * Hash of the issuer's name and key, which only tell the responder what is asked about. Default `sha1`: the one that all
   * responders know (RFC 5019 section 2.1.1); `sha256` where the provider has no SHA-1.
   */
  readonly hash?: 'sha1' | 'sha256' | 'sha384' | 'sha512'
  /**
   * Bytes that make the response unusable for any other request; many responders sign in advance and leave it out.
   * Default: 32 random bytes. `false`: none.
   */
  readonly nonce?: Uint8Array | false
}

/**
 * An OCSP request, unsigned. At once if the provider's hash answers at once.
 *
 * https://www.rfc-editor.org/rfc/rfc6960#section-4.1.1
 *
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) for a nonce that has not 1 to 128 bytes; `ERR_TLS_UNSUPPORTED`
 *   (internal_error) for a hash that the provider lacks
 */
export function createOcspRequest(options: OcspRequestOptions): OcspRequest | Promise<OcspRequest> {
  return run(requestProgram(options))
}

function* requestProgram(options: OcspRequestOptions): Program<OcspRequest> {
  const { certificate, issuer, crypto } = options
  const nonce = options.nonce === false ? undefined : (options.nonce ?? crypto.random(32))
  // "Nonce ::= OCTET STRING (SIZE(1..128))" RFC 9654 section 2.1
  if (nonce !== undefined && (nonce.length === 0 || nonce.length > 128)) {
    throw new TlsError('ERR_TLS_OPTIONS', 'an OCSP nonce has 1 to 128 bytes', { received: nonce.length })
  }
  const name = options.hash ?? (crypto.hash['sha1'] === undefined ? 'sha256' : 'sha1')
  const hash = required(crypto, 'hash', name)
  const hashes = yield* issuerHashes(certificate, issuer, hash)
  const certId = derElement(
    sequence,
    derElement(sequence, derElement(objectIdentifier, hashIds[name]), Uint8Array.of(0x05, 0)),
    derElement(octetString, hashes.name),
    derElement(octetString, hashes.key),
    derElement(integer, certificate.serialNumber),
  )
  const requests = derElement(sequence, derElement(sequence, certId))
  const extensions = nonce === undefined ? [] : [derElement(explicit(2), derElement(sequence, nonceExtension(nonce)))]
  return { der: derElement(sequence, derElement(sequence, requests, ...extensions)), nonce }
}

/** Whether a CertID is that of the certificate. Unknown hashes identify nothing. */
export function* isCertIdOf(
  certId: OcspCertId,
  certificate: Certificate,
  issuer: Certificate | NamedKey,
  crypto: CryptoProvider,
): Program<boolean> {
  if (!equalBytes(certId.serialNumber, certificate.serialNumber)) return false
  const name = hashNames[certId.hashAlgorithm]
  const hash = name === undefined ? undefined : crypto.hash[name]
  if (hash === undefined) return false
  const hashes = yield* issuerHashes(certificate, issuer, hash)
  return equalBytes(certId.issuerNameHash, hashes.name) && equalBytes(certId.issuerKeyHash, hashes.key)
}

/**
 * "issuerNameHash is the hash of the issuer's distinguished name (DN) … calculated over the DER encoding of the issuer's
 * name field in the certificate being checked. issuerKeyHash is … calculated over the value (excluding tag and length) of
 * the subject public key field in the issuer's certificate."
 */
function* issuerHashes(
  certificate: Certificate,
  issuer: Certificate | NamedKey,
  hash: Hash,
): Program<{ readonly name: Uint8Array; readonly key: Uint8Array }> {
  const name = yield* wait(hash.digest(certificate.issuer.der))
  const key = yield* wait(hash.digest(issuer.publicKey.keyBytes))
  return { name, key }
}

function nonceExtension(nonce: Uint8Array): Uint8Array {
  const value = derElement(octetString, derElement(octetString, nonce))
  return derElement(sequence, derElement(objectIdentifier, nonceIdBytes), value)
}

/** Contents of OBJECT IDENTIFIERs. */
const hashIds = {
  sha1: /* @__PURE__ */ Uint8Array.of(0x2b, 0x0e, 0x03, 0x02, 0x1a),
  sha256: /* @__PURE__ */ Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x01),
  sha384: /* @__PURE__ */ Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x02),
  sha512: /* @__PURE__ */ Uint8Array.of(0x60, 0x86, 0x48, 0x01, 0x65, 0x03, 0x04, 0x02, 0x03),
} as const

const hashNames: Readonly<Record<string, keyof typeof hashIds>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}

/** id-pkix-ocsp-nonce */
const nonceIdBytes: Uint8Array = /* @__PURE__ */ Uint8Array.of(0x2b, 0x06, 0x01, 0x05, 0x05, 0x07, 0x30, 0x01, 0x02)
