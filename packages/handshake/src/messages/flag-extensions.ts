import type { Codec } from '@typetls/wire'
import { TlsError, opaqueVector } from '@typetls/wire'

/** Numbers of the flags this side sets. https://datatracker.ietf.org/doc/html/draft-ietf-tls-tlsflags */
export const FlagExtensions: Codec<readonly number[]> = {
  name: 'FlagExtensions',
  encode(flags, writer) {
    const bytes = new Uint8Array((Math.max(...flags) >>> 3) + 1)
    for (const flag of flags) bytes[flag >>> 3] = (bytes[flag >>> 3] as number) | (1 << (flag & 7))
    octets.encode(bytes, writer)
  },
  decode(reader) {
    const bytes = octets.decode(reader)
    if (bytes.at(-1) === 0) {
      throw new TlsError('ERR_TLS_FLAGS', `${reader.path} ends in a byte without flags`, { path: reader.path })
    }
    return Array.from({ length: 8 * bytes.length }, (_, flag) => flag).filter(
      (flag) => ((bytes[flag >>> 3] as number) & (1 << (flag & 7))) !== 0,
    )
  },
}

/** https://datatracker.ietf.org/doc/html/draft-ietf-tls-cross-sni-resumption */
export const resumptionAcrossNames = 8

const octets = /* @__PURE__ */ opaqueVector(1, 255)
