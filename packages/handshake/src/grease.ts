import type { ClientHelloExtensions } from './messages/client-hello.ts'
import { grease } from './messages/extension-type.ts'

/** What a ClientHello has to be ignored. https://www.rfc-editor.org/rfc/rfc8701#section-3.1 */
export interface Grease {
  readonly cipherSuite: number
  readonly group: number
  readonly version: number
  readonly signatureScheme: number
  /** Types of two extensions: an empty one in front of the others, and one of a single zero behind them. */
  readonly first: number
  readonly last: number
}

/** @param seed 6 random bytes */
export function greaseOf(seed: Uint8Array): Grease {
  const value = (index: number): number => grease(seed[index] as number)
  const first = value(3)
  const last = value(4)
  return {
    cipherSuite: value(0),
    group: value(1),
    version: value(2),
    signatureScheme: value(5),
    first,
    // An extension is there once.
    last: first === last ? grease((last >>> 8) ^ 0x10) : last,
  }
}

/** What the extensions of any version become, which stand in this order. */
export function greased(
  { group, signatureScheme, first, last }: Grease,
  { supported_groups: groups, signature_algorithms: schemes, unknown = [] }: ClientHelloExtensions,
  order: readonly number[],
): Pick<ClientHelloExtensions, 'supported_groups' | 'signature_algorithms' | 'unknown' | 'order'> {
  return {
    supported_groups: groups && [group, ...groups],
    signature_algorithms: schemes && [signatureScheme, ...schemes],
    unknown: [{ type: first, data: new Uint8Array() }, ...unknown, { type: last, data: Uint8Array.of(0) }],
    order: [first, ...order, last],
  }
}
