import type { SeededRandom } from '../../packages/testing/src/index.ts'

/** A copy of a DER document with one to three things wrong: bytes, lengths, tags, elements twice, gone, or elsewhere. */
export function mutated(der: Uint8Array, random: SeededRandom): Uint8Array {
  let bytes = Uint8Array.from(der)
  for (let left = 1 + random.below(3); left > 0 && bytes.length > 0; left--) {
    bytes = (mutations[random.below(mutations.length)] as Mutation)(bytes, random)
  }
  return bytes
}

type Mutation = (bytes: Uint8Array<ArrayBuffer>, random: SeededRandom) => Uint8Array<ArrayBuffer>

const mutations: readonly Mutation[] = [
  (bytes, random) => set(bytes, random.below(bytes.length), random.below(256)),
  (bytes, random) => set(bytes, random.below(bytes.length), edges[random.below(edges.length)] as number),
  (bytes, random) => {
    const at = random.below(bytes.length)
    return set(bytes, at, (bytes[at] as number) ^ (1 << random.below(8)))
  },
  (bytes, random) => set(bytes, header(bytes, random).start, tags[random.below(tags.length)] as number),
  (bytes, random) => {
    const { start } = header(bytes, random)
    return set(bytes, start + 1, (bytes[start + 1] as number) + random.below(5) - 2)
  },
  (bytes, random) => set(bytes, header(bytes, random).start + 1, edges[random.below(edges.length)] as number),
  (bytes, random) => bytes.slice(0, random.below(bytes.length)),
  (bytes, random) => {
    const { start, end } = header(bytes, random)
    return joined(bytes.subarray(0, start), bytes.subarray(end))
  },
  (bytes, random) => {
    const { start, end } = header(bytes, random)
    return joined(bytes.subarray(0, end), bytes.subarray(start))
  },
  (bytes, random) => {
    const [from, to] = [header(bytes, random), header(bytes, random)]
    return joined(bytes.subarray(0, to.start), bytes.subarray(from.start, from.end), bytes.subarray(to.end))
  },
  (bytes, random) => {
    const at = random.below(bytes.length)
    return joined(bytes.subarray(0, at), random.bytes(1 + random.below(4)), bytes.subarray(at))
  },
]

function set(bytes: Uint8Array<ArrayBuffer>, at: number, value: number): Uint8Array<ArrayBuffer> {
  if (at < bytes.length) bytes[at] = value
  return bytes
}

function joined(...parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]))
}

/** Any element of the document, as far as its headers still say where they are. */
function header(bytes: Uint8Array, random: SeededRandom): { readonly start: number; readonly end: number } {
  let found = { start: 0, end: bytes.length }
  let offset = 0
  for (let seen = 1; offset + 1 < bytes.length; seen++) {
    const first = bytes[offset + 1] as number
    const octets = first < 0x80 ? 0 : first & 0x7f
    if (octets > 3) break
    let length = octets === 0 ? first : 0
    for (let i = 0; i < octets; i++) length = length * 0x100 + (bytes[offset + 2 + i] ?? 0)
    const content = offset + 2 + octets
    // Each element is as likely as any other: the n-th takes the place of those before it once in n times.
    if (random.below(seen) === 0) found = { start: offset, end: Math.min(bytes.length, content + length) }
    const isOpen = ((bytes[offset] as number) & 0x20) !== 0 || bytes[offset] === 0x04
    offset = isOpen ? content : content + length
  }
  return found
}

const edges = [0x00, 0x01, 0x7f, 0x80, 0x81, 0x82, 0x84, 0x88, 0xfe, 0xff]

const tags = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x13, 0x17, 0x18, 0x1e, 0x30, 0x31, 0x80, 0x82, 0xa0, 0xa3,
]
