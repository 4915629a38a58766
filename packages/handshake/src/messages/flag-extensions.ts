import type { Codec } from '@typetls/wire'
import { TlsError, opaqueVector } from '@typetls/wire'

/** A bit for each flag that this side sets. https://datatracker.ietf.org/doc/html/draft-ietf-tls-tlsflags */
export const FlagExtensions: Codec<Uint8Array> = /* @__PURE__ */ opaqueVector(1, 255)

/** https://datatracker.ietf.org/doc/html/draft-ietf-tls-cross-sni-resumption */
export const resumptionAcrossNames = 8

/** This flag alone. */
export function onlyFlag(flag: number): Uint8Array {
  const octets = new Uint8Array((flag >>> 3) + 1)
  octets[flag >>> 3] = 1 << (flag & 7)
  return octets
}

/** @throws TlsError `ERR_TLS_FLAGS` (illegal_parameter) when the last byte has none */
export function hasFlag(octets: Uint8Array | undefined, flag: number): boolean {
  if (octets === undefined) return false
  if (octets.at(-1) === 0) throw new TlsError('ERR_TLS_FLAGS', 'tls_flags ends in a byte without flags')
  return (((octets[flag >>> 3] ?? 0) >>> (flag & 7)) & 1) === 1
}
