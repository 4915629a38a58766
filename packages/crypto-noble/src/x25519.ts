import { x25519 as curve25519 } from '@noble/curves/ed25519.js'
import { namedGroups } from '@typetls/crypto-provider'
import type { KeyExchange } from '@typetls/crypto-provider'
import { ephemeral } from './ephemeral.ts'
import { random } from './random.ts'

/** noble refuses the all-zero secret, as https://www.rfc-editor.org/rfc/rfc9846#section-7.4.2 wants. */
export const x25519: KeyExchange<'sync'> = /* @__PURE__ */ ephemeral(namedGroups.x25519, {
  generate: () => random(32),
  publicKey: (privateKey) => curve25519.getPublicKey(privateKey),
  agree: (privateKey, share) => curve25519.getSharedSecret(privateKey, share),
})
