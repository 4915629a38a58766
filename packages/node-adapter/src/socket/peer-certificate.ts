import type { PeerCertificate } from 'node:tls'
import { X509Certificate } from 'node:crypto'
import type { CertificateFacts } from '@typetls/x509'

/** The leaf; each certificate has its issuer as `issuerCertificate`, as far as it is among them. */
export function linkedCertificate(certificates: readonly Uint8Array[] | undefined): X509Certificate | undefined {
  const parsed = certificates?.map((der) => new X509Certificate(der)) ?? []
  for (const certificate of parsed) {
    const issuer = parsed.find((other) => other !== certificate && certificate.checkIssued(other))
    if (issuer !== undefined) Object.defineProperty(certificate, 'issuerCertificate', { value: issuer })
  }
  return parsed[0]
}

/** A certificate in the shape of `tlsSocket.getPeerCertificate()`, `raw` included. */
export function legacyCertificate(der: Uint8Array): PeerCertificate {
  return new X509Certificate(der).toLegacyObject()
}

/**
 * The leaf in the shape of `tlsSocket.getPeerCertificate(true)`: each certificate has its issuer as `issuerCertificate`,
 * as far as they were sent; a self-signed one has itself.
 */
export function legacyChain(certificates: readonly Uint8Array[]): PeerCertificate {
  const parsed = certificates.map((der) => new X509Certificate(der))
  const legacy = parsed.map((certificate) => certificate.toLegacyObject() as Linked)
  legacy.forEach((certificate, i) => {
    const own = parsed[i] as X509Certificate
    // Node's own order: what signed it, wherever it stands in the list.
    const issuer = parsed.findIndex((other) => own.checkIssued(other))
    if (issuer >= 0) certificate.issuerCertificate = legacy[issuer] as Linked
  })
  return legacy[0] as PeerCertificate
}

/** DER of what the verifier put above the chain that was sent. */
export function anchorsOf({ facts }: { readonly facts: unknown }): Uint8Array[] {
  const { path } = (facts ?? {}) as Partial<CertificateFacts>
  return path?.slice(1).map(({ der }) => der) ?? []
}

interface Linked extends PeerCertificate {
  issuerCertificate?: Linked
}
