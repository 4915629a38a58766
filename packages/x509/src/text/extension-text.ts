import { childrenOf, parseAsn1, readCount } from '../asn1.ts'
import { readText } from '../asn1-string.ts'
import type { DerReader } from '@typetls/wire/der'
import type { Certificate } from '../certificate.ts'
import { derElement, implicit, octetString, sequence } from '@typetls/wire/der'
import { DistinguishedName } from '../distinguished-name.ts'
import type { AuthorityKeyIdentifier, Extension, KeyUsage } from '../extensions.ts'
import * as ids from '../extension-ids.ts'
import type { AccessDescription } from '../access-extensions.ts'
import type { PolicyInformation, PolicyQualifier } from '../policy-extensions.ts'
import type { DistributionPoint } from '../revocation/distribution-point.ts'
import { readDistributionPoints } from '../revocation/distribution-point.ts'
import type { SignedCertificateTimestamp } from '../transparency/signed-certificate-timestamp.ts'
import { parseTimestampList } from '../transparency/signed-certificate-timestamp.ts'
import { attempted, hexLines, indented, printable, timeText } from './lines.ts'
import { generalNameText, identifierText, relativeNameText, subtreeText } from './name-text.ts'
import { nameOf } from './object-names.ts'

/** Its name, whether it is critical, and what it says. */
export function extensionLines(certificate: Certificate, extension: Extension): string[] {
  const { oid, critical } = extension
  const heading = `${nameOf(oid)}:${critical ? ' critical' : ''}`
  const lines = attempted(() => (readers[oid] ?? otherLines)(certificate, extension))
  return [heading, ...indented(4, lines)]
}

const privateKeyUsagePeriod = '2.5.29.16'

type Reader = (certificate: Certificate, extension: Extension) => readonly string[]

const readers: Readonly<Record<string, Reader>> = {
  [ids.basicConstraints]: ({ basicConstraints }) => {
    const limit = basicConstraints?.pathLength
    const ca = `CA:${basicConstraints?.ca === true ? 'TRUE' : 'FALSE'}`
    return [limit === undefined ? ca : `${ca}, pathlen:${limit}`]
  },
  [ids.keyUsage]: ({ keyUsage }) => [[...(keyUsage ?? [])].map((usage) => usageNames[usage]).join(', ')],
  [ids.extendedKeyUsage]: ({ extendedKeyUsage }) => [[...(extendedKeyUsage ?? [])].map(nameOf).join(', ')],
  [ids.subjectKeyIdentifier]: ({ subjectKeyIdentifier }) => [identifierText(subjectKeyIdentifier ?? new Uint8Array())],
  [ids.authorityKeyIdentifier]: ({ authorityKeyIdentifier }) => authorityLines(authorityKeyIdentifier),
  [ids.subjectAltName]: ({ subjectAltName }) => [(subjectAltName ?? []).map(generalNameText).join(', ')],
  [ids.issuerAltName]: ({ issuerAltName }) => [(issuerAltName ?? []).map(generalNameText).join(', ')],
  [ids.nameConstraints]: ({ nameConstraints }) => [
    ...listLines('Permitted:', nameConstraints?.permitted.map(subtreeText)),
    ...listLines('Excluded:', nameConstraints?.excluded.map(subtreeText)),
  ],
  [ids.certificatePolicies]: ({ certificatePolicies }) => (certificatePolicies ?? []).flatMap(policyLines),
  [ids.policyMappings]: ({ policyMappings }) => [
    (policyMappings ?? [])
      .map((pair) => `${nameOf(pair.issuerDomainPolicy)}:${nameOf(pair.subjectDomainPolicy)}`)
      .join(', '),
  ],
  [ids.policyConstraints]: ({ policyConstraints }) => [
    [
      ['Require Explicit Policy', policyConstraints?.requireExplicitPolicy] as const,
      ['Inhibit Policy Mapping', policyConstraints?.inhibitPolicyMapping] as const,
    ]
      .filter(([, count]) => count !== undefined)
      .map(([name, count]) => `${name}:${count}`)
      .join(', '),
  ],
  [ids.inhibitAnyPolicy]: ({ inhibitAnyPolicy }) => [String(inhibitAnyPolicy)],
  [ids.authorityInfoAccess]: ({ authorityInfoAccess }) => (authorityInfoAccess ?? []).map(accessText),
  [ids.subjectInfoAccess]: ({ subjectInfoAccess }) => (subjectInfoAccess ?? []).map(accessText),
  [ids.tlsFeature]: ({ tlsFeature }) => [(tlsFeature ?? []).map((one) => featureNames[one] ?? one).join(', ')],
  [privateKeyUsagePeriod]: (_, extension) => [periodText(valueOf(extension))],
  [ids.crlDistributionPoints]: (_, extension) => readDistributionPoints(valueOf(extension)).flatMap(pointLines),
  [ids.freshestCrl]: (_, extension) => readDistributionPoints(valueOf(extension)).flatMap(pointLines),
  [ids.signedCertificateTimestamps]: (_, extension) =>
    parseTimestampList(valueOf(extension).content(octetString)).flatMap(timestampLines),
}

/** The octets with a dot for each that is not printable ASCII, unless it is one of the few that are known. */
function otherLines(_: Certificate, extension: Extension): string[] {
  if (extension.oid === netscapeComment) return [printable(readText(valueOf(extension)) ?? '')]
  if (extension.oid === poison) return ['NULL']
  return [extension.oid === noCheck ? '' : dotted(extension.value)]
}

function dotted(bytes: Uint8Array): string {
  return Array.from(bytes, (octet) => (octet >= 0x20 && octet < 0x7f ? String.fromCharCode(octet) : '.')).join('')
}

function valueOf({ value, path }: Extension): DerReader {
  return parseAsn1(value, `${path}.extnValue`)
}

function listLines(heading: string, entries: readonly string[] | undefined): string[] {
  return entries === undefined || entries.length === 0 ? [] : [heading, ...indented(2, entries)]
}

/** The kind of an identifier is named where there is more than the one of the key. */
function authorityLines(identifier: AuthorityKeyIdentifier | undefined): string[] {
  const { keyIdentifier, authorityCertIssuer, authorityCertSerialNumber } = identifier ?? {}
  const key = keyIdentifier === undefined ? undefined : identifierText(keyIdentifier)
  if (authorityCertIssuer === undefined) return key === undefined ? [] : [key]
  const serial = authorityCertSerialNumber ?? new Uint8Array()
  return [
    ...(key === undefined ? [] : [`keyid:${key}`]),
    ...authorityCertIssuer.map(generalNameText),
    `serial:${identifierText(serial[0] === 0 && serial.length > 1 ? serial.subarray(1) : serial)}`,
  ]
}

/** Of RFC 3280 section 4.2.1.4, which RFC 5280 no longer has. */
function periodText(period: DerReader): string {
  return childrenOf(period, sequence)
    .map((time) => {
      const identifier = time.peek() as number
      const label = identifier === implicit(0) ? 'Not Before' : 'Not After'
      const [, year, month, day, hour, minute, second] =
        /^(\d{4})(\d\d)(\d\d)(\d\d)(\d\d)(\d\d)Z$/.exec(dotted(time.content(identifier))) ?? time.fail('is not a time')
      const date = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), Number(second))
      return `${label}: ${timeText(date)}`
    })
    .join(', ')
}

function accessText({ method, location }: AccessDescription): string {
  return `${nameOf(method)} - ${generalNameText(location)}`
}

function policyLines({ policy, qualifiers }: PolicyInformation): string[] {
  return [`Policy: ${nameOf(policy)}`, ...indented(2, qualifiers.flatMap(qualifierLines))]
}

function qualifierLines({ id, der, cps }: PolicyQualifier): readonly string[] {
  if (cps !== undefined) return [`CPS: ${printable(cps)}`]
  if (id !== userNotice) return [`Unknown Qualifier: ${nameOf(id)}`]
  return [
    'User Notice:',
    ...indented(
      2,
      attempted(() => noticeLines(parseAsn1(der, 'UserNotice'))),
    ),
  ]
}

/** https://www.rfc-editor.org/rfc/rfc5280#section-4.2.1.4 */
function noticeLines(notice: DerReader): string[] {
  return childrenOf(notice, sequence).flatMap((field) => {
    if (field.peek() !== sequence) return [`Explicit Text: ${printable(readText(field) ?? '')}`]
    const [organization, numbers] = childrenOf(field, sequence)
    const list = numbers === undefined ? [] : childrenOf(numbers, sequence).map(readCount)
    return [
      `Organization: ${printable((organization && readText(organization)) ?? '')}`,
      `Number${list.length > 1 ? 's' : ''}: ${list.join(', ')}`,
    ]
  })
}

function pointLines({ name, reasons, crlIssuer }: DistributionPoint): string[] {
  return [
    ...(name?.type === 'full' ? listLines('Full Name:', name.names.map(generalNameText)) : []),
    ...(name?.type === 'relative' ? ['Relative Name:', `  ${relativePointText(name.relativeName)}`] : []),
    ...(reasons === undefined
      ? []
      : ['Reasons:', `  ${reasonNames.filter((_, bit) => ((reasons >>> bit) & 1) === 1).join(', ')}`]),
    ...listLines('CRL Issuer:', crlIssuer?.map(generalNameText)),
  ]
}

function relativePointText(relativeName: Uint8Array): string {
  const name = new DistinguishedName(derElement(sequence, relativeName), 'nameRelativeToCRLIssuer')
  return name.relativeNames.map(relativeNameText).join(', ')
}

function timestampLines(sct: SignedCertificateTimestamp): string[] {
  const signed = sct.hash === 4 ? (timestampSignatures[sct.signatureAlgorithm] ?? 'unknown') : 'unknown'
  const capitals = (bytes: Uint8Array): string[] => hexLines(bytes, 16).map((line) => line.toUpperCase())
  const labelled = (label: string, lines: readonly string[]): string[] =>
    lines.map((line, i) => `${i === 0 ? label : ' '.repeat(label.length)}${line}`)
  return [
    'Signed Certificate Timestamp:',
    ...indented(4, [
      `Version   : v${sct.sctVersion + 1} (0x${sct.sctVersion})`,
      ...labelled('Log ID    : ', capitals(sct.logId)),
      `Timestamp : ${timeText(sct.timestamp, true)}`,
      ...labelled('Extensions: ', sct.extensions.length === 0 ? ['none'] : capitals(sct.extensions)),
      `Signature : ${signed}`,
      ...indented(12, capitals(sct.signature)),
    ]),
  ]
}

const userNotice = '1.3.6.1.5.5.7.2.2'
const poison = '1.3.6.1.4.1.11129.2.4.3'
const noCheck = '1.3.6.1.5.5.7.48.1.5'
const netscapeComment = '2.16.840.1.113730.1.13'

const usageNames: Readonly<Record<KeyUsage, string>> = {
  digitalSignature: 'Digital Signature',
  nonRepudiation: 'Non Repudiation',
  keyEncipherment: 'Key Encipherment',
  dataEncipherment: 'Data Encipherment',
  keyAgreement: 'Key Agreement',
  keyCertSign: 'Certificate Sign',
  cRLSign: 'CRL Sign',
  encipherOnly: 'Encipher Only',
  decipherOnly: 'Decipher Only',
}

/** By the bits of ReasonFlags. */
const reasonNames = [
  'Unused',
  'Key Compromise',
  'CA Compromise',
  'Affiliation Changed',
  'Superseded',
  'Cessation Of Operation',
  'Certificate Hold',
  'Privilege Withdrawn',
  'AA Compromise',
]

/** By the numbers of TLS extensions. */
const featureNames: Readonly<Record<number, string>> = { 5: 'status_request', 17: 'status_request_v2' }

/** By SignatureAlgorithm of TLS 1.2, with SHA-256. */
const timestampSignatures: Readonly<Record<number, string>> = { 1: 'sha256WithRSAEncryption', 3: 'ecdsa-with-SHA256' }
