import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { compose } from '@typetls/crypto-provider'
import { chacha20Poly1305 } from './chacha20-poly1305.ts'
import { x25519 } from './x25519.ts'

/** `nodeCrypto` with what libsodium does faster: ChaCha20-Poly1305 and X25519. Synchronous. */
export const sodiumCrypto: CryptoProvider<'sync'> = /* @__PURE__ */ compose(nodeCrypto, {
  name: 'libsodium',
  aead: { 'chacha20-poly1305': chacha20Poly1305 },
  keyExchange: { x25519 },
})
