import { exportKeyingMaterial } from './key-schedule.ts'
import type { AfterHandshake, PostHandshake } from './post-handshake.ts'
import { exporter } from './post-handshake.ts'
import type { Program } from './program.ts'

/**
 * Keying material of what comes after a handshake of any version. https://www.rfc-editor.org/rfc/rfc9846#section-7.5
 *
 * @param length bytes
 */
export function* exportOf(
  after: AfterHandshake,
  label: string,
  context: Uint8Array | undefined,
  length: number,
): Program<Uint8Array> {
  if (after.export !== undefined) return yield* after.export(label, context, length)
  const tls13 = after as PostHandshake
  const secret = tls13.secret(exporter)
  try {
    return yield* exportKeyingMaterial(tls13.handshake.crypto, tls13.suite, secret, label, context ?? none, length)
  } finally {
    secret.dispose()
  }
}

const none = /* @__PURE__ */ new Uint8Array(0)
