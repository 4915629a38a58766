export { nodeCrypto } from './node-crypto.ts'
export { nodePasswordCrypto } from './password-crypto.ts'
