import { fromHex } from '@typetls/wire'
import type { FiniteField } from '../provider.ts'

/**
 * The groups of RFC 7919, for TLS 1.2 with DHE suites and for TLS 1.3. None is offered without being asked for: make a
 * `KeyExchange` of it with a provider's `finiteField`, add that to the provider's list, and name it in the option `groups`.
 * https://www.rfc-editor.org/rfc/rfc7919#appendix-A
 */
export const ffdhe2048: FiniteField = /* @__PURE__ */ group('ffdhe2048', 0x0100, 2048, 560316n)
export const ffdhe3072: FiniteField = /* @__PURE__ */ group('ffdhe3072', 0x0101, 3072, 2625351n)
export const ffdhe4096: FiniteField = /* @__PURE__ */ group('ffdhe4096', 0x0102, 4096, 5736041n)

function group(name: string, id: number, bits: number, x: bigint): FiniteField {
  let prime: Uint8Array | undefined
  return {
    name,
    id,
    /** Made at the first use: "p = 2^b - 2^{b-64} + {[2^{b-130} e] + X } * 2^64 - 1". */
    get prime() {
      if (prime === undefined) {
        const b = BigInt(bits)
        const p = 2n ** b - 2n ** (b - 64n) + ((eulersNumber(b - 130n) + x) << 64n) - 1n
        prime = fromHex(p.toString(16))
      }
      return prime
    },
    generator: Uint8Array.of(2),
  }
}

/** [2^bits e], by the series of 1/k!. */
function eulersNumber(bits: bigint): bigint {
  // Each term is cut; the bits more than are asked for take up what that loses.
  const more = 64n
  let sum = 0n
  let term = 2n ** (bits + more)
  for (let k = 1n; term > 0n; k++) {
    sum += term
    term /= k
  }
  return sum >> more
}
