// What `import 'typetls'` is on Node, Bun and Deno: sockets and servers over node:crypto, and the core below them.
export * from './core.ts'
export { nodeCrypto as defaultCrypto } from '@typetls/crypto-node'
export * from '@typetls/node-adapter'
