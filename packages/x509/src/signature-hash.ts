import { PathCertificate } from './path-certificate.ts'

/**
 * The hash that a certificate is signed with, by the name it has in `CryptoProvider.hash`; `undefined`: it has none of its
 * own (Ed25519, Ed448, ML-DSA), or one we do not know. For the channel binding `tls-server-end-point` of a `Connection`.
 * https://www.rfc-editor.org/rfc/rfc5929#section-4.1
 *
 * @param certificate DER
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error)
 */
export function signatureHash(certificate: Uint8Array): string | undefined {
  const { name = '' } = PathCertificate.parse(certificate).signatureAlgorithm
  return /-(md5|sha\d+)$/.exec(name)?.[1]
}
