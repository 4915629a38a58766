import { equalBytes } from '@typetls/wire'
import type { PathCertificate } from './path-certificate.ts'
import type { GeneralName } from './general-name.ts'
import { formatIpAddress, parseIpAddress } from './ip-address.ts'

/**
 * The subjectAltName entry that speaks for `host`, as it stands in the certificate (an IP address as text), or
 * `undefined`. `host` is a DNS name in A-labels or an IP address; brackets around an IPv6 address are taken off.
 *
 * The common name is not looked at: "clients MUST NOT" RFC 9525 section 2. A wildcard is the whole leftmost label,
 * stands for exactly one label, and needs two labels behind it.
 *
 * https://www.rfc-editor.org/rfc/rfc9525#section-6
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) for a malformed subjectAltName
 */
export function matchesHost(
  certificate: PathCertificate,
  host: string,
  options: MatchOptions = {},
): string | undefined {
  const reference = referenceIdentity(host)
  const found = reference && certificate.subjectAltName?.find((name) => matches(name, reference, options))
  return found && nameText(found)
}

export interface MatchOptions {
  /**
   * Whether a domain in lower case is a public suffix, such as `co.uk`: `*.co.uk` then speaks for nobody. To be answered
   * from the list at publicsuffix.org, which is not carried here. Default: only top-level domains are.
   */
  readonly isPublicSuffix?: (domain: string) => boolean
}

/** The DNS names and IP addresses that a certificate is for, as text. */
export function hostNames(certificate: PathCertificate): string[] {
  return (certificate.subjectAltName ?? []).filter(({ type }) => type === 'dns' || type === 'ip').map(nameText)
}

/**
 * What a peer's certificate is compared to, which RFC 9525 section 1.8 calls the reference identifier: a DNS name in lower
 * case or the bytes of an IP address. `undefined`: the text is neither a DNS name in A-labels nor an IP address, so no
 * certificate can be for it.
 */
export function referenceIdentity(host: string): string | Uint8Array | undefined {
  const address = parseIpAddress(host.replace(/^\[(.*)\]$/, '$1'))
  if (address !== undefined) return address
  // A trailing dot only says that the name is absolute, and names in certificates are.
  const name = host.replace(/\.$/, '').toLowerCase()
  return isDnsName(name) ? name : undefined
}

/**
 * Whether the text is a host name: letters, digits, hyphens and (as seen in practice) underscores, labels of 1 to 63
 * characters, 253 in all. A last label of digits only would be an IPv4 address of some notation, so it is not a name.
 */
export function isDnsName(name: string): boolean {
  return name.length <= 253 && hostNameForm.test(name)
}

function matches({ type, value }: GeneralName, reference: string | Uint8Array, options: MatchOptions): boolean {
  return typeof reference === 'string'
    ? type === 'dns' && matchesDns(value.toLowerCase(), reference, options)
    : type === 'ip' && equalBytes(value, reference)
}

function matchesDns(presented: string, reference: string, { isPublicSuffix }: MatchOptions): boolean {
  if (!presented.startsWith('*.')) return presented === reference
  const parent = presented.slice(2)
  // `*.com` would speak for everybody.
  if (!parent.includes('.') || !isDnsName(parent) || isPublicSuffix?.(parent) === true) return false
  const dot = reference.indexOf('.')
  return dot > 0 && reference.slice(dot + 1) === parent
}

function nameText(name: GeneralName): string {
  return name.type === 'ip' ? formatIpAddress(name.value) : (name.value as string)
}

/** Labels with dots between them, of which the last one is not a number. */
const hostNameForm = /^((?!-)[\w-]{1,63}(?<!-)\.)*(?!\d+$)(?!-)[\w-]{1,63}(?<!-)$/
