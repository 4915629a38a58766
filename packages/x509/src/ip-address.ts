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
  const groups: number[] = []
  for (let i = 0; i + 1 < bytes.length; i += 2) groups.push(((bytes[i] as number) << 8) | (bytes[i + 1] as number))
  const text = groups.map((group) => group.toString(16)).join(':')
  const runs = text.match(/\b0(:0)+\b/g) ?? []
  // "the longest run of consecutive 16-bit 0 fields MUST be shortened", the first one of equals.
  const longest = runs.reduce((one, other) => (other.length > one.length ? other : one), '')
  if (longest === '') return text
  const at = text.search(new RegExp(`\\b${longest}\\b`))
  return `${text.slice(0, at).replace(/:$/, '')}::${text.slice(at + longest.length).replace(/^:/, '')}`
}

function parseIpv4(text: string): Uint8Array | undefined {
  const parts = text.split('.')
  if (parts.length !== 4 || !parts.every((part) => /^(0|[1-9]\d{0,2})$/.test(part) && Number(part) < 256)) {
    return undefined
  }
  return Uint8Array.from(parts, Number)
}

function parseIpv6(text: string): Uint8Array | undefined {
  if (text.length > 45) return undefined
  const [head = '', tail, ...more] = text.split('::')
  if (more.length > 0) return undefined
  const before = groupsOf(head, tail === undefined)
  const after = tail === undefined ? [] : groupsOf(tail, true)
  if (before === undefined || after === undefined) return undefined
  const missing = 8 - before.length - after.length
  if (tail === undefined ? missing !== 0 : missing < 1) return undefined
  const bytes = new Uint8Array(16)
  for (const [i, group] of before.entries()) bytes.set([group >>> 8, group & 0xff], 2 * i)
  for (const [i, group] of after.entries()) bytes.set([group >>> 8, group & 0xff], 2 * (8 - after.length + i))
  return bytes
}

/** 16-bit groups; the last two may be written as an IPv4 address where the text ends. */
function groupsOf(text: string, atEnd: boolean): number[] | undefined {
  if (text === '') return []
  const groups: number[] = []
  const parts = text.split(':')
  for (const [i, part] of parts.entries()) {
    if (/^[0-9a-fA-F]{1,4}$/.test(part)) {
      groups.push(Number.parseInt(part, 16))
      continue
    }
    const embedded = atEnd && i === parts.length - 1 ? parseIpv4(part) : undefined
    if (embedded === undefined) return undefined
    groups.push(((embedded[0] as number) << 8) | (embedded[1] as number))
    groups.push(((embedded[2] as number) << 8) | (embedded[3] as number))
  }
  return groups
}
