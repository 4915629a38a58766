import type { TlsErrorCode } from '@typetls/wire'
import fc from 'fast-check'
import { expect } from 'vitest'
import { thrownBy } from './thrown.ts'

/** Whatever is changed in the bytes, and wherever they are cut off: reading them ends well, or with this code. */
export function expectNothingBut(
  code: TlsErrorCode,
  whole: Uint8Array,
  read: (bytes: Uint8Array) => unknown,
  numRuns: number,
): void {
  const at = fc.nat(whole.length - 1)
  fc.assert(
    fc.property(fc.array(fc.tuple(at, fc.nat(255)), { maxLength: 3 }), fc.option(at), (changes, end) => {
      const bytes = whole.slice(0, end ?? whole.length)
      for (const [i, value] of changes) if (i < bytes.length) bytes[i] = value
      expect([undefined, code]).toContain(thrownBy(() => read(bytes))?.code)
    }),
    { numRuns },
  )
}
