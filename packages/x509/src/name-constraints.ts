import type { PathCertificate } from './path-certificate.ts'
import type { NameConstraints } from './extensions.ts'
import type { DistinguishedName } from './distinguished-name.ts'
import type { GeneralName } from './general-name.ts'
import { isDnsName } from './name-match.ts'

/** A name that an authority above it has no right to. */
export interface NameConstraintViolation {
  readonly name: string
  readonly rule: 'name-constraints.permitted' | 'name-constraints.excluded' | 'name-constraints.unsupported'
}

/**
 * The first name of `certificate` that the name constraints of an authority forbid, or `undefined`.
 * DNS, IP, email, URI and directory names are understood; a name of another form under a constraint of its form is
 * refused, since it cannot be compared. The common name is not a name for TLS and is not looked at.
 *
 * https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.10
 *
 * @param spend called with the number of comparisons before they are made; throws when they are too many
 * @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) for malformed names
 */
export function violatedNameConstraint(
  constraints: NameConstraints,
  certificate: PathCertificate,
  spend: (comparisons: number) => void,
): NameConstraintViolation | undefined {
  const names = namesOf(certificate)
  spend(names.length * (constraints.permitted.length + constraints.excluded.length))
  for (const name of names) {
    const permitted = constraints.permitted.filter(({ type }) => type === name.type)
    const excluded = constraints.excluded.filter(({ type }) => type === name.type)
    if (permitted.length + excluded.length === 0) continue
    const isWithin = comparison(name)
    const rule =
      isWithin === undefined
        ? 'name-constraints.unsupported'
        : excluded.some(({ value }) => isWithin(value, false))
          ? 'name-constraints.excluded'
          : permitted.length > 0 && !permitted.some(({ value }) => isWithin(value, true))
            ? 'name-constraints.permitted'
            : undefined
    if (rule !== undefined) return { name: textOf(name), rule }
  }
  return undefined
}

/**
 * "the subject field … (if it is non-empty) and … subjectAltName extension", and email addresses of the subject
 * "when … the certificate does not include a subject alternative name".
 */
function namesOf(certificate: PathCertificate): GeneralName[] {
  const names: GeneralName[] = [...(certificate.subjectAltName ?? [])]
  if (!certificate.subject.isEmpty) names.push({ type: 'directory', value: certificate.subject })
  if (certificate.subjectAltName === undefined) {
    for (const { type, text } of certificate.subject.relativeNames.flat()) {
      if (type === emailAddress && text !== undefined) names.push({ type: 'email', value: text })
    }
  }
  return names
}

/**
 * What says whether the name is within a base of its form: all of it, or some of the hosts that a wildcard stands for.
 * `undefined`: it does not have the form that comparing needs, and what cannot be understood cannot be allowed.
 */
function comparison({ type, value }: GeneralName): ((base: GeneralName['value'], all: boolean) => boolean) | undefined {
  switch (type) {
    case 'dns':
      return isDnsName(value.replace(/^\*\./, '')) ? (base, all) => isSubdomain(value, base as string, all) : undefined
    case 'email': {
      const address = mailbox(value)
      return address && ((base) => isMailboxWithin(address, base as string))
    }
    case 'uri': {
      const host = hostOf(value)
      return host === undefined ? undefined : (base) => isHostWithin(host, base as string)
    }
    case 'ip':
      return (base) => isInRange(value, base as Uint8Array)
    case 'directory':
      return (base) => value.isWithin(base as DistinguishedName)
    default:
      return undefined
  }
}

/** "Any DNS name that can be constructed by simply adding zero or more labels to the left-hand side of the name" */
function isSubdomain(name: string, base: string, all: boolean): boolean {
  const host = name.toLowerCase()
  // A leading dot is not RFC 5280's for DNS names, but what those who write it mean is clear: one label at least.
  const domain = base.toLowerCase()
  if (domain === '') return true
  const dotted = domain.startsWith('.') ? domain : `.${domain}`
  if (host === domain || host.endsWith(dotted)) return true
  if (!host.startsWith('*.') || all) return false
  // `*.example.org` may stand for `a.example.org`.
  const parent = host.slice(1)
  return dotted.endsWith(parent) && !dotted.slice(1, -parent.length).includes('.')
}

/** A whole mailbox, all of a host, or with a leading dot all hosts below a domain. */
function isMailboxWithin({ local, host }: Mailbox, base: string): boolean {
  if (!base.includes('@')) return isHostWithin(host, base)
  const exact = mailbox(base)
  return exact?.local === local && exact.host === host
}

function isHostWithin(host: string, base: string): boolean {
  const domain = base.toLowerCase()
  return domain === '' || (domain.startsWith('.') ? host.endsWith(domain) : host === domain)
}

interface Mailbox {
  readonly local: string
  /** Lower case. */
  readonly host: string
}

function mailbox(address: string): Mailbox | undefined {
  const at = address.lastIndexOf('@')
  const host = address.slice(at + 1).toLowerCase()
  const local = address.slice(0, at)
  // An unquoted local part has no @ of its own; whether a quoted one equals another is not for us to decide.
  return at < 1 || local.includes('@') || local.includes('"') || !isDnsName(host) ? undefined : { local, host }
}

/** The host of a URI with an authority part; "a URI that … does not include an authority component" is refused. */
function hostOf(uri: string): string | undefined {
  const match = /^[A-Za-z][A-Za-z0-9+.-]*:\/\/(?:[^/?#@]*@)?([^/?#:@[\]]+)(?::\d*)?(?:[/?#]|$)/.exec(uri)
  const host = match?.[1]?.toLowerCase()
  return host !== undefined && isDnsName(host) ? host : undefined
}

/** @param range address and mask of the same length */
function isInRange(address: Uint8Array, range: Uint8Array): boolean {
  const width = range.length / 2
  if (address.length !== width) return false
  return address.every((byte, i) => ((byte ^ (range[i] as number)) & (range[width + i] as number)) === 0)
}

function textOf(name: GeneralName): string {
  return name.value instanceof Uint8Array ? `${name.type} ${name.value.join('.')}` : `${name.type} ${name.value}`
}

const emailAddress = '1.2.840.113549.1.9.1'
