// What `import 'typetls'` is everywhere else: the core without IO, over cryptography in JavaScript.
export * from './core.ts'
export { nobleCrypto as defaultCrypto } from '@typetls/crypto-noble'
