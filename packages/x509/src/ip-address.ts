import { fromHex, toHex } from '@typetls/wire'

/**
 * The bytes of an IPv4 address in dotted decimal (4) or an IPv6 address (16), or `undefined` if the text is neither.
 * Strict: four decimal numbers without leading zeros; RFC 4291 section 2.2 for IPv6, without a zone.
 */
export function parseIpAddress(text: string): Uint8Array | undefined {
  return text.includes(':') ? parseIpv6(text) : parseIpv4(text)
}

/** Dotted decimal, or hexadecimal groups as RFC 5952 writes them. */
export function formatIpAddress(bytes: Uint8Array): string {
  if (bytes.length === 4) return bytes.join('.')
  const groups = toHex(bytes).match(/.{4}/g) ?? []
  const text = groups.map((group) => Number.parseInt(group, 16).toString(16)).join(':')
  // "the longest run of consecutive 16-bit 0 fields MUST be shortened", the first one of equals.
  for (let zeros = 8; zeros > 1; zeros--) {
    const shorter = text.replace(new RegExp(`(^|:)0(:0){${zeros - 1}}(:|$)`), '::')
    if (shorter !== text) return shorter
  }
  return text
}

function parseIpv4(text: string): Uint8Array | undefined {
  return ipv4Form.test(text) ? Uint8Array.from(text.split('.'), Number) : undefined
}

function parseIpv6(text: string): Uint8Array | undefined {
  // Names in certificates may have 200 KB.
  if (text.length > maxLength) return undefined
  // The last two groups may be written as an IPv4 address.
  const last = text.lastIndexOf(':') + 1
  const embedded = parseIpv4(text.slice(last))
  const plain = embedded ? text.slice(0, last) + toHex(embedded).replace(/.{4}/, '$&:') : text
  const [before = [], after, ...more] = plain.split('::').map((part) => (part === '' ? [] : part.split(':')))
  const missing = 8 - before.length - (after?.length ?? 0)
  if (more.length > 0 || (after ? missing < 1 : missing !== 0)) return undefined
  const groups = [...before, ...new Array<string>(missing).fill('0'), ...(after ?? [])]
  if (!groups.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined
  return fromHex(groups.map((group) => group.padStart(4, '0')).join(''))
}

/** Characters: six groups and an IPv4 address. */
const maxLength = 45

const ipv4Form = /^((25[0-5]|2[0-4]\d|1\d\d|[1-9]?\d)(\.(?!$)|$)){4}$/
