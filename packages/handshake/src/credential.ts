import type { KeyType, Secret, SignatureScheme } from '@typetls/crypto-provider'
import type { ClientHello } from './messages/client-hello.ts'

/** Signs for us. The key may live in another process, an HSM or a KMS: it may answer later. */
export interface Signer {
  /** What this key can sign with, most wanted first. */
  readonly schemes: readonly SignatureScheme[]
  /**
   * The same for TLS 1.2, where a scheme with ECDSA names a hash and no curve. Default `schemes`.
   * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
   */
  readonly tls12Schemes?: readonly SignatureScheme[] | undefined
  /** Of the key. Default: not known, and a server of TLS 1.2 does not hold its curve against the client's list. */
  readonly keyType?: KeyType | undefined
  /** Signs `data` (already framed for CertificateVerify). Rejection ends the handshake as `ERR_TLS_SIGNER` (internal_error). */
  sign(scheme: SignatureScheme, data: Uint8Array): Uint8Array | PromiseLike<Uint8Array>
}

/**
 * Decrypts for us: static RSA in TLS 1.2. The key may live elsewhere, as that of a `Signer` may; who cannot tell a fault
 * without a trace must not be one.
 */
export interface Decrypter {
  /**
   * The secret within, RSAES-PKCS1-v1_5, if it has as many bytes as `fallback`; otherwise a copy of `fallback`, and
   * nobody learns which: `KeyTransport.decrypt` of a provider. The caller disposes of both. Rejection ends the handshake
   * as `ERR_TLS_SIGNER` (internal_error).
   */
  decrypt(ciphertext: Uint8Array, fallback: Secret): Secret | PromiseLike<Secret>
}

/** What the key of a certificate does in a handshake: `decrypting` only for static RSA in TLS 1.2. */
export type KeyUse = 'signing' | 'decrypting'

/** A certificate chain and the key that speaks for it. */
export interface Credential {
  /** DER, leaf first, at least one. */
  readonly certificates: readonly Uint8Array[]
  readonly signer: Signer
  /** For static RSA in TLS 1.2, in the server role. Default: the key does not decrypt. */
  readonly decrypter?: Decrypter | undefined
  /** OCSPResponse to staple to the leaf, DER. */
  readonly ocspResponse?: Uint8Array | undefined
  /** SignedCertificateTimestampList to send with the leaf. */
  readonly signedCertificateTimestamps?: Uint8Array | undefined
}

/** What the peer told us about the credential it can use. */
export interface CredentialRequest {
  readonly role: 'client' | 'server'
  /** Default `TLSv1.3`. */
  readonly version?: 'TLSv1.2' | 'TLSv1.3' | undefined
  /** `decrypting`: only a credential with a `decrypter` will do. Default `signing`. */
  readonly keyUse?: KeyUse | undefined
  /** The name the client asked for; `undefined` when it named none, and in the client role. */
  readonly serverName: string | undefined
  /** The protocol chosen by ALPN so far, server role. */
  readonly applicationProtocol: string | undefined
  /** The peer's list for CertificateVerify, as rows we know, in its order. */
  readonly signatureSchemes: readonly SignatureScheme[]
  /**
   * TLS 1.2, server role: IANA names of the client's groups that the provider knows, one of which must be the curve of an
   * ECDSA key (RFC 8422 section 5.3). `undefined`: it lists none, and any will do.
   */
  readonly groups?: readonly string[] | undefined
  /** TLS 1.2, client role: ClientCertificateType numbers that the server takes, in its order. */
  readonly certificateTypes?: readonly number[] | undefined
  /** DER DistinguishedNames from certificate_authorities; empty when it named none. */
  readonly certificateAuthorities: readonly Uint8Array[]
  /** The whole ClientHello, server role. */
  readonly clientHello: ClientHello | undefined
}

/**
 * Chooses the credential of one handshake: `undefined` means none fits. A server without one refuses
 * (`ERR_TLS_NO_CREDENTIAL`, handshake_failure); a client sends an empty Certificate.
 */
export type CredentialSelector = (
  request: CredentialRequest,
) => Credential | undefined | PromiseLike<Credential | undefined>
