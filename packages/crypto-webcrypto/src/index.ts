export type { Lacking } from './available.ts'
export type { Subtle, WebCryptoPlatform } from './platform.ts'
export { webCrypto } from './web-crypto.ts'
export type { Fill, MissingAlgorithm, WebCryptoOptions, WebCryptoProvider } from './web-crypto.ts'
