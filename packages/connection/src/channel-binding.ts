import type { CryptoProvider } from '@typetls/crypto-provider'

/**
 * What ties something said inside of a connection to it, such as a password by SCRAM.
 * https://www.iana.org/assignments/channel-binding-types
 */
export type ChannelBindingType = 'tls-exporter' | 'tls-server-end-point' | 'tls-unique'

/**
 * The hash of a certificate's signature algorithm, by the name it has in `CryptoProvider.hash`; `undefined` if there is not
 * just one. `signatureHash` of `@typetls/x509` is such a function.
 */
export type SignatureHash = (certificate: Uint8Array) => string | undefined

/** https://www.rfc-editor.org/rfc/rfc5929#section-4 */
export function serverEndPoint(
  { hash }: CryptoProvider,
  certificate: Uint8Array | undefined,
  signatureHash: SignatureHash | undefined,
): Uint8Array | PromiseLike<Uint8Array> | undefined {
  if (certificate === undefined) return undefined
  const name = signatureHash?.(certificate)
  // "If the certificate's signatureAlgorithm uses a single hash function, and that hash function is either MD5 or SHA-1,
  // then use SHA-256"
  return name === undefined ? undefined : hash[name === 'md5' || name === 'sha1' ? 'sha256' : name]?.digest(certificate)
}

/** https://www.rfc-editor.org/rfc/rfc9266#section-2 */
export const exporterBinding = { label: 'EXPORTER-Channel-Binding', length: 32 } as const
