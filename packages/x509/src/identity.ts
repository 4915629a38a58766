import { equalBytes } from '@typetls/wire'
import type { Certificate } from './certificate.ts'
import { DistinguishedName } from './distinguished-name.ts'
import { formatIpAddress } from './ip-address.ts'
import { matchesHost } from './name-match.ts'
import type { MatchOptions } from './name-match.ts'

export type { MatchOptions } from './name-match.ts'

/**
 * Whom a certificate must be for, RFC 9525's reference identifier: a host name in A-labels or an IP address as text, or
 * one of the other kinds of names.
 */
export type Identity =
  | string
  | { readonly type: 'dns' | 'email' | 'uri'; readonly value: string }
  /** 4 or 16 bytes. */
  | { readonly type: 'ip'; readonly value: Uint8Array }
  | { readonly type: 'directory'; readonly value: DistinguishedName }

/**
 * The subjectAltName entry that is for the identity, as it stands in the certificate, or `undefined`. A directory name
 * is also looked for in the subject; no other name is.
 *
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) for a malformed subjectAltName
 */
export function matchIdentity(
  certificate: Certificate,
  identity: Identity,
  options: MatchOptions = {},
): string | undefined {
  if (typeof identity === 'string') return matchesHost(certificate, identity, options)
  if (identity.type === 'dns') return matchesHost(certificate, identity.value, options)
  const names = certificate.subjectAltName ?? []
  switch (identity.type) {
    case 'ip':
      return names.some(({ type, value }) => type === 'ip' && equalBytes(value, identity.value))
        ? formatIpAddress(identity.value)
        : undefined
    case 'email':
      return textOf(names.find((name) => name.type === 'email' && isSameMailbox(name.value, identity.value)))
    case 'uri':
      // "URIs … are compared" as RFC 3986 section 6.2.1 does it: letter for letter.
      return textOf(names.find((name) => name.type === 'uri' && name.value === identity.value))
    case 'directory': {
      const all = [certificate.subject, ...names.map(({ value }) => value)]
      const found = all.find((one) => one instanceof DistinguishedName && one.equals(identity.value))
      return found?.toString()
    }
  }
}

/** For people. */
export function identityText(identity: Identity): string {
  if (typeof identity === 'string') return identity
  return identity.type === 'ip' ? formatIpAddress(identity.value) : String(identity.value)
}

function textOf(name: { readonly value: unknown } | undefined): string | undefined {
  return name === undefined ? undefined : String(name.value)
}

/** "The local-part … is case-sensitive" and the host is not. RFC 5280 section 7.5 */
function isSameMailbox(one: string, other: string): boolean {
  const at = one.lastIndexOf('@')
  return (
    at > 0 &&
    at === other.lastIndexOf('@') &&
    one.slice(0, at) === other.slice(0, at) &&
    one.slice(at).toLowerCase() === other.slice(at).toLowerCase()
  )
}
