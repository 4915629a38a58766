/**
 * Which of the 16 chunks has the roots of this subject: the last bits of FNV-1a over the name's DER. It spreads names over
 * chunks and protects nothing.
 */
export function chunkOf(subject: Uint8Array): number {
  let hash = 0x811c9dc5
  for (const byte of subject) hash = Math.imul(hash ^ byte, 0x01000193)
  return (hash ^ (hash >>> 16)) & 15
}
