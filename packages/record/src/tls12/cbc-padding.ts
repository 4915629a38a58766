/**
 * What is behind the content of a decrypted record: a MAC, padding, and the length of that. Each function here does the
 * same steps whatever the bytes are: no branch, no index and no length of a loop depends on them.
 * https://www.rfc-editor.org/rfc/rfc5246#section-6.2.3.2
 */
export interface PaddedContent {
  /** Bytes of content. With wrong padding as if there were none. */
  readonly contentLength: number
  /** -1 for right padding, 0 for wrong. */
  readonly rightPadding: number
}

/** @param plaintext at least `macLength + 1` bytes */
export function paddedContent(plaintext: Uint8Array, macLength: number): PaddedContent {
  const end = plaintext.length - 1
  const most = end - macLength
  const padding = plaintext[end] as number
  let wrong = (most - padding) >> 31
  const looked = Math.min(maxPadding, most)
  for (let i = 1; i <= looked; i++) {
    const inPadding = (i - 1 - padding) >> 31
    wrong |= inPadding & ((plaintext[end - i] as number) ^ padding)
  }
  const rightPadding = ~((wrong | -wrong) >> 31)
  return { contentLength: most - (padding & rightPadding), rightPadding }
}

/** Whether `mac` stands in `plaintext` behind the content: -1 if it does, 0 if not. */
export function macBehind(plaintext: Uint8Array, contentLength: number, mac: Uint8Array): number {
  const macLength = mac.length
  const end = plaintext.length - 1
  const start = Math.max(0, end - maxPadding - macLength)
  // The bytes of the MAC, but beginning in the middle: where they begin is secret, where they are put is not.
  const turned = new Uint8Array(macLength)
  let turn = 0
  for (let i = start, slot = 0; i < end; i++) {
    const at = i - contentLength
    const inMac = ~(at >> 31) & ((at - macLength) >> 31)
    turned[slot] = (turned[slot] as number) | ((plaintext[i] as number) & inMac)
    turn |= slot & ~((at | -at) >> 31)
    if (++slot === macLength) slot = 0
  }
  let difference = 0
  for (let i = 0; i < macLength; i++) {
    const past = turn + i - macLength
    difference |= (mac[i] as number) ^ (turned[past + (macLength & (past >> 31))] as number)
  }
  return ~((difference | -difference) >> 31)
}

/** Writes the least padding, from the end of the content up to `end`. */
export function writePadding(into: Uint8Array, from: number, end: number): void {
  into.fill(end - from - 1, from, end)
}

const maxPadding = 255
