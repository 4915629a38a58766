export { derKeyPair, pemOf } from './der-key-pair.ts'
export type { DerKeyPair } from './der-key-pair.ts'
export { freshKey, testKey, testKeyCount, testKeyTypes } from './test-keys.ts'
export type { TestKeyType } from './test-keys.ts'
