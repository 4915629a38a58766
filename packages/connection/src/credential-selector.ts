import type { CertificateAnswer, Credential, CredentialRequest, CredentialSelector, Signer } from '@typetls/handshake'

/** What a client shows a server that asks for a certificate, and the code that does it: see `clientCredentials`. */
export interface ClientCredentials {
  readonly select: CredentialSelector
  readonly answer: CertificateAnswer
}

/** Of a list the first that fits, in a server otherwise the first. */
export function selectorOf(
  credentials: Credential | readonly Credential[] | CredentialSelector | ClientCredentials | undefined,
): CredentialSelector | undefined {
  if (credentials === undefined || typeof credentials === 'function') return credentials
  if ('select' in credentials) return credentials.select
  const list = 'certificates' in credentials ? [credentials] : credentials
  return (request) =>
    list.find(({ signer }) => signsFor(signer, request)) ?? (request.role === 'server' ? list[0] : undefined)
}

function signsFor(
  { schemes, tls12Schemes = schemes, keyType }: Signer,
  { version, signatureSchemes, groups }: CredentialRequest,
): boolean {
  const own = version === 'TLSv1.2' ? tls12Schemes : schemes
  const curveListed = keyType?.startsWith('ec-') !== true || (groups?.includes(keyType.slice(3)) ?? true)
  return curveListed && own.some(({ id }) => signatureSchemes.some((one) => one.id === id))
}
