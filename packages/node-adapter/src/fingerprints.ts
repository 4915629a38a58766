import { createHash } from 'node:crypto'
import type { ClientHello } from '@typetls/handshake'

/**
 * JA3 of a ClientHello, an MD5 in hex: what `onClientHello` gets tells by it which program a client is likely to be.
 * https://github.com/salesforce/ja3
 *
 * Clients that put their extensions in a random order, browsers among them, have another with each connection: see `ja4`.
 */
export function ja3(clientHello: ClientHello): string {
  return createHash('md5').update(ja3Text(clientHello)).digest('hex')
}

/** What is hashed for `ja3`: version, suites, extensions, groups and point formats, in decimal and as they stood. */
export function ja3Text({ legacyVersion, cipherSuites, extensions }: ClientHello): string {
  const lists = [cipherSuites, extensions.order ?? [], extensions.supported_groups ?? []].map(withoutGrease)
  return [legacyVersion, ...lists.map((list) => list.join('-')), pointFormats(extensions).join('-')].join(',')
}

/**
 * JA4 of a ClientHello over TCP, `t13d1516h2_8daaf6152771_e5627efa2ab1` for instance. Orders that clients shuffle do not
 * change it. https://github.com/FoxIO-LLC/ja4/blob/main/technical_details/JA4.md
 */
export function ja4(clientHello: ClientHello): string {
  const [head, suites, rest] = ja4Parts(clientHello)
  return [head, shortHash(suites), shortHash(rest)].join('_')
}

/** What is hashed for `ja4`, readable: JA4_r. */
export function ja4Text(clientHello: ClientHello): string {
  return ja4Parts(clientHello).join('_')
}

function ja4Parts({
  legacyVersion,
  cipherSuites,
  extensions,
}: ClientHello): [head: string, suites: string, rest: string] {
  const suites = withoutGrease(cipherSuites)
  const types = withoutGrease(extensions.order ?? [])
  const versions = withoutGrease(extensions.supported_versions ?? [])
  const version = versions.length > 0 ? Math.max(...versions) : legacyVersion
  const head = [
    't',
    ja4Versions[version] ?? '00',
    types.includes(serverName) ? 'd' : 'i',
    twoDigits(suites.length),
    twoDigits(types.length),
    protocolEnds(extensions.application_layer_protocol_negotiation?.[0] ?? ''),
  ].join('')
  const named = types.filter((type) => type !== serverName && type !== applicationLayerProtocolNegotiation)
  const schemes = withoutGrease(extensions.signature_algorithms ?? [])
  const rest = [sortedHex(named), ...(schemes.length > 0 ? [schemes.map(hex).join()] : [])].join('_')
  return [head, sortedHex(suites), rest]
}

function pointFormats({ unknown = [] }: ClientHello['extensions']): readonly number[] {
  // TLS 1.3 has no use for the extension, so it is kept as it stood: a length, then the formats.
  return [...(unknown.find(({ type }) => type === ecPointFormats)?.data.subarray(1) ?? [])]
}

/** First and last character, or of the hexadecimal form where one of them is neither letter nor digit. */
function protocolEnds(name: string): string {
  if (name === '') return '00'
  const plain = /^[0-9A-Za-z](.*[0-9A-Za-z])?$/s.test(name)
  const text = plain ? name : Buffer.from(name, 'latin1').toString('hex')
  return `${text.at(0)}${text.at(-1)}`
}

/** https://www.rfc-editor.org/rfc/rfc8701#section-2 */
function withoutGrease(values: readonly number[]): readonly number[] {
  return values.filter((value) => (value & 0x0f0f) !== 0x0a0a || value >> 8 !== (value & 0xff))
}

function sortedHex(values: readonly number[]): string {
  return values.map(hex).sort().join()
}

function hex(value: number): string {
  return value.toString(16).padStart(4, '0')
}

function twoDigits(count: number): string {
  return String(Math.min(count, 99)).padStart(2, '0')
}

function shortHash(text: string): string {
  return text === '' ? '000000000000' : createHash('sha256').update(text).digest('hex').slice(0, 12)
}

const serverName = 0
const ecPointFormats = 11
const applicationLayerProtocolNegotiation = 16

const ja4Versions: Readonly<Record<number, string>> = {
  0x0304: '13',
  0x0303: '12',
  0x0302: '11',
  0x0301: '10',
  0x0300: 's3',
  0x0002: 's2',
}
