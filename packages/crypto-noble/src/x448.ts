import { x448 as curve448 } from '@noble/curves/ed448.js'
import { namedGroups } from '@typetls/crypto-provider'
import type { KeyExchange } from '@typetls/crypto-provider'
import { ephemeral } from './ephemeral.ts'
import { random } from './random.ts'

/** noble refuses the all-zero secret, as https://www.rfc-editor.org/rfc/rfc9846#section-7.4.2 wants. */
export const x448: KeyExchange<'sync'> = /* @__PURE__ */ ephemeral(namedGroups.x448, {
  generate: () => random(56),
  publicKey: (privateKey) => curve448.getPublicKey(privateKey),
  agree: (privateKey, share) => curve448.getSharedSecret(privateKey, share),
})
