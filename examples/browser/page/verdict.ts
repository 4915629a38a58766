import type { ConnectionFacts } from '@typetls/connection'
import type { SocketError } from '@typetls/web-adapter'
import type { CertificateFailure, PathCertificate } from '@typetls/x509'
import { Certificate } from '@typetls/x509'
import { element, facts } from './elements.ts'

/** That the peer is who it should be. */
export function accepted(name: string | undefined, wasOpen = false): HTMLElement {
  const open = wasOpen ? ' The connection of an earlier request was still open.' : ''
  const what = `The certificate is for ${name ?? 'this server'} and leads to the root that this page trusts.${open}`
  return element('p', { class: 'verdict' }, element('strong', {}, 'Verified'), what)
}

/** Why there is no connection. */
export function refused(error: unknown): HTMLElement {
  const { code, alert, cause, message } = error as Partial<SocketError> & { readonly message: string }
  const failure = cause?.details as Partial<CertificateFailure> | undefined
  const details = facts({
    Error: code,
    'Alert sent': alert,
    Rule: failure?.rule && `${failure.rule} (${failure.reference ?? ''})`,
    Certificate: failure?.certificate?.subject,
  })
  const text = failure?.message ?? cause?.message ?? message
  return element('div', { class: 'verdict refused', role: 'alert' }, element('strong', {}, 'Refused'), text, details)
}

export function negotiated(tls: ConnectionFacts, remoteAddress: string | null): HTMLElement {
  return facts({
    Version: tls.version,
    'Cipher suite': tls.cipherSuite,
    'Key exchange': tls.group,
    Signature: tls.signatureScheme,
    Protocol: tls.applicationProtocol,
    Resumed: tls.resumed ? 'yes, with a ticket of an earlier connection' : 'no',
    Address: remoteAddress ?? undefined,
  })
}

/** The path that was verified, each certificate to open. */
export async function certificatePath(tls: ConnectionFacts): Promise<HTMLElement> {
  const { path = [] } = (tls.peer?.facts ?? {}) as { readonly path?: readonly (PathCertificate | Uint8Array)[] }
  const certificates = path.map((one) => (one instanceof Uint8Array ? Certificate.parse(one) : one))
  if (certificates.length === 0)
    return element('p', { class: 'quiet' }, 'Known from the first handshake of this session.')
  const places = certificates.map(async (certificate, i) => {
    const { subject, issuer, notBefore, notAfter, der, publicKey } = certificate
    const role = i === 0 ? 'server' : i === certificates.length - 1 ? 'trusted root' : 'intermediate'
    const about = facts({
      Names: certificate.subjectAltName?.map(nameText).join(', '),
      'Issued by': String(issuer),
      'Valid from': day(notBefore),
      'Valid until': day(notAfter),
      Key: publicKey.keyType,
      'SHA-256': await fingerprint(der),
    })
    return element(
      'details',
      {},
      element('summary', {}, `${String(subject)} `, element('span', { class: 'quiet' }, role)),
      about,
    )
  })
  return element('div', { class: 'path' }, ...(await Promise.all(places)))
}

function nameText({ type, value }: NonNullable<Certificate['subjectAltName']>[number]): string {
  if (!(value instanceof Uint8Array)) return String(value)
  return type === 'ip' && value.length === 4 ? value.join('.') : type
}

function day(time: number): string {
  return new Date(time).toISOString().slice(0, 10)
}

async function fingerprint(der: Uint8Array): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest('SHA-256', new Uint8Array(der)))
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, '0')).join(':')
}
