export { chacha20Poly1305 } from './chacha20-poly1305.ts'
export { sodiumCrypto } from './sodium-crypto.ts'
export { x25519 } from './x25519.ts'
