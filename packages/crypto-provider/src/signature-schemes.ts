import type { KeyType } from './provider.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3 */
export interface SignatureScheme {
  /** IANA number. */
  readonly id: number
  /** IANA name. */
  readonly name: string
  /** Name in `CryptoProvider.signature`. */
  readonly algorithm: string
  /** The kind of key that makes such signatures; `undefined`: an ECDSA scheme of TLS 1.2 that names no curve. */
  readonly keyType: KeyType | undefined
  /** Whether TLS 1.3 allows it in CertificateVerify; the others are for certificates only. */
  readonly handshake: boolean
  /** TLS 1.2 does not have it. */
  readonly tls13Only?: true
  /** Only a client may sign with it, and only if the server offers it. RFC 9963 */
  readonly clientOnly?: true
}

export const ecdsa_secp256r1_sha256: SignatureScheme = /* @__PURE__ */ ecdsa(0x0403, 'secp256r1', 'sha256')
export const ecdsa_secp384r1_sha384: SignatureScheme = /* @__PURE__ */ ecdsa(0x0503, 'secp384r1', 'sha384')
export const ecdsa_secp521r1_sha512: SignatureScheme = /* @__PURE__ */ ecdsa(0x0603, 'secp521r1', 'sha512')
export const rsa_pss_rsae_sha256: SignatureScheme = /* @__PURE__ */ rsaPss(0x0804, 'rsae', 'sha256')
export const rsa_pss_rsae_sha384: SignatureScheme = /* @__PURE__ */ rsaPss(0x0805, 'rsae', 'sha384')
export const rsa_pss_rsae_sha512: SignatureScheme = /* @__PURE__ */ rsaPss(0x0806, 'rsae', 'sha512')
export const ed25519: SignatureScheme = /* @__PURE__ */ row(0x0807, 'ed25519', 'ed25519', 'ed25519')
export const ed448: SignatureScheme = /* @__PURE__ */ row(0x0808, 'ed448', 'ed448', 'ed448')
export const rsa_pss_pss_sha256: SignatureScheme = /* @__PURE__ */ rsaPss(0x0809, 'pss', 'sha256')
export const rsa_pss_pss_sha384: SignatureScheme = /* @__PURE__ */ rsaPss(0x080a, 'pss', 'sha384')
export const rsa_pss_pss_sha512: SignatureScheme = /* @__PURE__ */ rsaPss(0x080b, 'pss', 'sha512')
export const rsa_pkcs1_sha256: SignatureScheme = /* @__PURE__ */ rsaPkcs1(0x0401, 'sha256')
export const rsa_pkcs1_sha384: SignatureScheme = /* @__PURE__ */ rsaPkcs1(0x0501, 'sha384')
export const rsa_pkcs1_sha512: SignatureScheme = /* @__PURE__ */ rsaPkcs1(0x0601, 'sha512')

/** For client keys that can do no better, such as those of older smart cards. https://www.rfc-editor.org/rfc/rfc9963 */
export const rsa_pkcs1_sha256_legacy: SignatureScheme = /* @__PURE__ */ legacy(0x0420, 'sha256')
export const rsa_pkcs1_sha384_legacy: SignatureScheme = /* @__PURE__ */ legacy(0x0520, 'sha384')
export const rsa_pkcs1_sha512_legacy: SignatureScheme = /* @__PURE__ */ legacy(0x0620, 'sha512')

/** https://datatracker.ietf.org/doc/html/draft-ietf-tls-mldsa */
export const mldsa44: SignatureScheme = /* @__PURE__ */ lattice(0x0904, 'mldsa44', 'ml-dsa-44')
export const mldsa65: SignatureScheme = /* @__PURE__ */ lattice(0x0905, 'mldsa65', 'ml-dsa-65')
export const mldsa87: SignatureScheme = /* @__PURE__ */ lattice(0x0906, 'mldsa87', 'ml-dsa-87')

/** Offered and accepted without being asked for, most wanted first. SHA-1 is in none of our lists. */
export const defaultSignatureSchemes: readonly SignatureScheme[] = [
  ecdsa_secp256r1_sha256,
  ecdsa_secp384r1_sha384,
  ecdsa_secp521r1_sha512,
  ed25519,
  ed448,
  rsa_pss_rsae_sha256,
  rsa_pss_rsae_sha384,
  rsa_pss_rsae_sha512,
  rsa_pss_pss_sha256,
  rsa_pss_pss_sha384,
  rsa_pss_pss_sha512,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
]

/**
 * Every scheme we have a row for. ML-DSA is to be asked for: its signatures and certificates are large. So are the legacy
 * ones: RFC 9963 leaves them to those who need them. Written out, since bundlers keep what is spread.
 */
export const signatureSchemes: readonly SignatureScheme[] = [
  ecdsa_secp256r1_sha256,
  ecdsa_secp384r1_sha384,
  ecdsa_secp521r1_sha512,
  ed25519,
  ed448,
  rsa_pss_rsae_sha256,
  rsa_pss_rsae_sha384,
  rsa_pss_rsae_sha512,
  rsa_pss_pss_sha256,
  rsa_pss_pss_sha384,
  rsa_pss_pss_sha512,
  rsa_pkcs1_sha256,
  rsa_pkcs1_sha384,
  rsa_pkcs1_sha512,
  mldsa44,
  mldsa65,
  mldsa87,
  rsa_pkcs1_sha256_legacy,
  rsa_pkcs1_sha384_legacy,
  rsa_pkcs1_sha512_legacy,
]

function row(id: number, name: string, algorithm: string, keyType: KeyType, handshake = true): SignatureScheme {
  return { id, name, algorithm, keyType, handshake }
}

function ecdsa(id: number, curve: string, hash: string): SignatureScheme {
  return row(id, `ecdsa_${curve}_${hash}`, `ecdsa-${hash}`, `ec-${curve}`)
}

function rsaPss(id: number, keys: 'rsae' | 'pss', hash: string): SignatureScheme {
  return row(id, `rsa_pss_${keys}_${hash}`, `rsa-pss-${hash}`, keys === 'pss' ? 'rsa-pss' : 'rsa')
}

function rsaPkcs1(id: number, hash: string): SignatureScheme {
  return row(id, `rsa_pkcs1_${hash}`, `rsa-pkcs1-${hash}`, 'rsa', false)
}

function legacy(id: number, hash: string): SignatureScheme {
  const name = `rsa_pkcs1_${hash}_legacy`
  return { ...row(id, name, `rsa-pkcs1-${hash}`, 'rsa'), tls13Only: true, clientOnly: true }
}

function lattice(id: number, name: string, algorithm: 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87'): SignatureScheme {
  return { ...row(id, name, algorithm, algorithm), tls13Only: true }
}
