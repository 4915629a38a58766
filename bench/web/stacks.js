/**
 * Who is compared: what a user would import, and if the stack runs in a page by itself, the module in `page/` that makes
 * it do what the others do.
 *
 * @type {readonly { name: string, code: string, page?: string, note: string }[]}
 */
export const stacks = [
  {
    name: 'typetls',
    code: `export { fromStreams } from '@typetls/web-adapter'`,
    page: 'typetls.js',
    note: 'TLS 1.3, certificates verified',
  },
  {
    name: 'subtls',
    code: `export { startTls, TrustedCert } from 'subtls'`,
    page: 'subtls.js',
    note: 'TLS 1.3 with P-256 and AES-128-GCM only, no path building, no alerts',
  },
  {
    name: '@reclaimprotocol/tls',
    code: `
      export { makeTLSClient, setCryptoImplementation } from '@reclaimprotocol/tls'
      export { webcryptoCrypto } from '@reclaimprotocol/tls/webcrypto'`,
    page: 'reclaim.js',
    note: 'TLS 1.2 and 1.3, roots included',
  },
]

/** Who is only weighed: they do not run in a page, or have their own way to the network. */
export const weighed = [
  {
    name: 'typetls with TLS 1.2',
    code: `
      export { fromStreams } from '@typetls/web-adapter'
      export { clientTls12 } from '@typetls/connection/tls12'`,
    note: '',
  },
  {
    name: 'typetls with noble for ChaCha20-Poly1305 and P-256',
    code: `
      export { fromStreams } from '@typetls/web-adapter'
      export { webClientCrypto } from '@typetls/crypto-webcrypto/client'
      export { complete } from '@typetls/crypto-provider'
      export { chacha20Poly1305, secp256r1 } from '@typetls/crypto-noble'`,
    note: '',
  },
  {
    name: 'node-forge, its TLS alone',
    code: `
      import forge from 'node-forge/lib/forge.js'
      import 'node-forge/lib/tls.js'
      export const { tls, pki } = forge`,
    note: 'TLS 1.0 and 1.1 with RSA, all of its own cryptography',
  },
  {
    name: 'lemon-tls',
    code: `export { TLSSession } from 'lemon-tls'`,
    note: 'client and server; the node:crypto that it needs is not counted, and a page has none',
  },
  {
    name: 'epoxy-tls',
    code: `export * from '@mercuryworkshop/epoxy-tls'`,
    note: 'rustls as WebAssembly, with HTTP, WebSockets, Wisp and roots',
  },
]
