import type { Secret } from '@typetls/crypto-provider'

/** The bytes of a secret, which is wiped. */
export function takenFrom(secret: Secret): Uint8Array {
  // A copy, which slice() of a Buffer is not.
  const bytes = new Uint8Array(secret.reveal())
  secret.dispose()
  return bytes
}
