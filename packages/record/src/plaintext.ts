import { maxExpansion } from './limits.ts'
import { Protection } from './protection.ts'

class Plaintext extends Protection {
  seal(_type: number, content: Uint8Array, _padding: number, into: Uint8Array, offset: number): void {
    into.set(content, offset)
  }

  open(body: Uint8Array): Uint8Array {
    return body.slice()
  }

  protected wipe(): void {
    // Nothing to wipe.
  }
}

/**
 * What records are under before there are keys, as TLSPlaintext: one object for all. What a client sends of early data
 * that is declined may come then as well, which is why records may be as long as if they were protected.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.1
 */
export const plaintext: Protection = /* @__PURE__ */ new Plaintext(
  { versionMatters: false, hidesType: false, maxExpansion },
  0,
)
