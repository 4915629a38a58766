import type { ClientHello } from './messages/client-hello.ts'
import { grease } from './messages/extension-type.ts'

/** Puts into a client's hellos what has to be ignored. @param seed 6 random bytes */
export type ClientGrease = (seed: Uint8Array) => (hello: ClientHello, isNewShare?: boolean) => ClientHello

/**
 * A value, so that a client without it need not carry it. https://www.rfc-editor.org/rfc/rfc8701#section-3.1
 */
export const clientGrease: ClientGrease = (seed) => {
  const [suite, group, version, first, last, scheme] = Array.from(seed, grease) as [
    number,
    number,
    number,
    number,
    number,
    number,
  ]
  // An extension is there once.
  const other = first === last ? grease((last >>> 8) ^ 0x10) : last
  return ({ cipherSuites, extensions, ...hello }, isNewShare = false) => {
    const { supported_groups: groups, signature_algorithms: schemes, unknown = [], order = [] } = extensions
    const { supported_versions: versions, key_share: shares } = extensions
    return {
      ...hello,
      cipherSuites: [suite, ...cipherSuites],
      extensions: {
        ...extensions,
        supported_groups: groups && [group, ...groups],
        signature_algorithms: schemes && [scheme, ...schemes],
        supported_versions: versions && [version, ...versions],
        // After a HelloRetryRequest the hello holds the requested share alone.
        key_share: shares && [...(isNewShare ? [] : [{ group, keyExchange: Uint8Array.of(0) }]), ...shares],
        // An empty one in front of the others, and one of a single zero behind them.
        unknown: [{ type: first, data: new Uint8Array() }, ...unknown, { type: other, data: Uint8Array.of(0) }],
        order: [first, ...order],
      },
    }
  }
}
