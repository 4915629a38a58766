/** "I am trying again with less than I have." https://www.rfc-editor.org/rfc/rfc7507#section-2 */
export const TLS_FALLBACK_SCSV = 0x5600

/** "DOWNGRD" and 0 or 1. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3 */
export function hasDowngradeSentinel(random: Uint8Array): boolean {
  const sentinel = [0x44, 0x4f, 0x57, 0x4e, 0x47, 0x52, 0x44]
  return sentinel.every((byte, i) => random[24 + i] === byte) && (random[31] as number) <= 1
}
