// What a user pays for an import: minified and compressed, by brotli if not said otherwise, dependencies included, `node:` modules not.
// Raise a limit only together with the reason, in the commit that needs it.

/**
 * @typedef {object} Budget
 * @property {string} name
 * @property {string} code the module a user would write; it resolves every package of the workspace
 * @property {string} limit
 * @property {boolean} [gzip] weighed as gzip makes it, which is what people compare pages by; otherwise brotli
 * @property {RegExp[]} absentFiles files of which not a byte may be in the bundle, by path from the workspace root
 * @property {RegExp[]} absentText what must not be in the bundle, comments and own names before minifying
 */

/** @type {Budget[]} */
export const budgets = [
  {
    name: 'wire: one message',
    code: `export { struct, uint16, opaqueVector, decode } from '@typetls/wire'`,
    limit: '4 kB',
    absentFiles: [outside('wire'), /extension-block/],
    absentText: [],
  },
  {
    name: 'wire: everything',
    code: `export * from '@typetls/wire'`,
    limit: '6 kB',
    absentFiles: [outside('wire')],
    absentText: [],
  },
  {
    name: 'crypto-provider: everything',
    code: `export * from '@typetls/crypto-provider'`,
    limit: '5 kB',
    absentFiles: [outside('wire', 'crypto-provider'), /\/compliance\//],
    absentText: [],
  },
  {
    name: 'crypto-provider: the compliance suite, for tests',
    code: `export * from '@typetls/crypto-provider/compliance'`,
    limit: '25 kB',
    absentFiles: [outside('wire', 'crypto-provider')],
    absentText: [],
  },
  {
    name: 'crypto-provider: finite fields',
    code: `export * from '@typetls/crypto-provider/finite-field'`,
    limit: '4 kB',
    absentFiles: [outside('wire', 'crypto-provider'), /compliance/],
    absentText: [],
  },
  {
    name: 'crypto-noble: X25519, AES-GCM, SHA-256, ECDSA P-256',
    code: `export { x25519, aes128Gcm, sha256, hkdfSha256, hmacSha256, ecdsaSha256, random } from '@typetls/crypto-noble'`,
    limit: '30 kB',
    absentFiles: [/post-quantum/, /ed448/, /finite-field/, /cbc/],
    absentText: [],
  },
  {
    name: 'crypto-webcrypto: everything',
    code: `export * from '@typetls/crypto-webcrypto'`,
    limit: '11 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'crypto-webcrypto')],
    absentText: [/from ['"]node:/],
  },
  {
    name: 'crypto-webcrypto: what a client needs',
    code: `export * from '@typetls/crypto-webcrypto/client'`,
    limit: '8 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'crypto-webcrypto'), ownKeyFiles(), /cbc|password/],
    absentText: [/from ['"]node:/],
  },
  {
    name: 'record: everything',
    code: `export * from '@typetls/record'`,
    limit: '6.5 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'record'), /tls12/],
    absentText: [],
  },
  {
    name: 'record: everything of TLS 1.2',
    code: `export * from '@typetls/record/tls12'`,
    limit: '4.5 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'record'), /record-reader|record-writer|tls13/],
    absentText: [],
  },
  {
    name: 'record: the AEADs of TLS 1.2',
    code: `export { explicitNonceAead, implicitNonceAead, splitKeyBlock } from '@typetls/record/tls12'`,
    limit: '4 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'record'), /record-reader|record-writer|tls13|cbc/],
    absentText: [],
  },
  {
    name: 'handshake: a client',
    code: `export { clientHandshake, ClientPostHandshake, HandshakeDriver } from '@typetls/handshake'`,
    limit: '11.5 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'handshake'), serverFiles(), /tls12/],
    absentText: [/\bserverHandshake\b/, /\bServerPostHandshake\b/],
  },
  {
    name: 'handshake: a server',
    code: `export { serverHandshake, ServerPostHandshake, HandshakeDriver } from '@typetls/handshake'`,
    limit: '15 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'handshake'), clientFiles(), /tls12/],
    absentText: [/\bclientHandshake\b/, /\bClientPostHandshake\b/],
  },
  {
    name: 'x509: everything',
    code: `export * from '@typetls/x509'`,
    limit: '21.5 kB',
    absentFiles: [
      outside('wire', 'crypto-provider', 'x509'),
      /\/x509\/dist\/(revocation|transparency|fetch)\//,
      passphraseFiles(),
    ],
    absentText: [],
  },
  {
    name: 'x509: a verifier that checks revocation',
    code: `
      export { createVerifier } from '@typetls/x509'
      export * from '@typetls/x509/revocation'`,
    limit: '24 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'x509')],
    absentText: [],
  },
  {
    name: 'x509: every extension of a certificate',
    code: `
      export { Certificate } from '@typetls/x509'
      export * from '@typetls/x509/extensions'`,
    limit: '11 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'x509'), /checker|verif|path-(rules|search)|whole-path|webpki/],
    absentText: [],
  },
  {
    name: 'x509: encrypted keys, PKCS#12 and JKS',
    code: `
      export * from '@typetls/x509/encrypted-key'
      export * from '@typetls/x509/pkcs12'
      export * from '@typetls/x509/jks'`,
    limit: '15 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'x509'), /legacy-encryption/],
    absentText: [],
  },
  {
    name: 'x509: certificates as text, reading them included',
    code: `export * from '@typetls/x509/certificate-text'`,
    limit: '10.5 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'x509'), /x509\/dist\/(verif|path|credential)/],
    absentText: [],
  },
  {
    name: 'legacy-ciphers: 3DES and RC2 of node-forge',
    code: `export * from '@typetls/legacy-ciphers'`,
    limit: '20 kB',
    absentFiles: [/node-forge\/lib\/(rsa|x509|pki|prng|jsbn)/],
    absentText: [],
  },
  {
    name: 'roots: all of them, in one bundle',
    code: `export * from '@typetls/roots'`,
    limit: '140 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'x509', 'roots'), passphraseFiles()],
    absentText: [],
  },
  {
    name: 'connection: a client, backend not counted',
    code: `export { clientConnection } from '@typetls/connection'`,
    limit: '23 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'handshake', 'record', 'connection'), serverFiles(), /tls12/],
    absentText: [/\bserverHandshake\b/, /\bServerConnection\b/, /\brotatingTicketKeys\b/],
  },
  {
    name: 'connection: a server, backend not counted',
    code: `export { serverConnection, rotatingTicketKeys } from '@typetls/connection'`,
    limit: '25 kB',
    absentFiles: [outside('wire', 'crypto-provider', 'handshake', 'record', 'connection'), clientFiles(), /tls12/],
    absentText: [/\bclientHandshake\b/, /\bClientPostHandshake\b/],
  },
  {
    name: 'connection: a client of TLS 1.2 alone, backend not counted',
    code: `export { tls12ClientConnection } from '@typetls/connection/tls12'`,
    limit: '24.5 kB',
    absentFiles: [
      outside('wire', 'crypto-provider', 'handshake', 'record', 'connection'),
      /key-schedule|traffic-key/,
      weakerTls12Files(),
    ],
    absentText: [/\bclientHandshake\b/, /\bserverHandshake\b/, /\btls12ServerHandshake\b/, /\bClientPostHandshake\b/],
  },
  {
    name: 'connection: a server of TLS 1.2 alone, backend not counted',
    code: `export { tls12ServerConnection } from '@typetls/connection/tls12'`,
    limit: '25 kB',
    absentFiles: [
      outside('wire', 'crypto-provider', 'handshake', 'record', 'connection'),
      /traffic-key/,
      weakerTls12Files(),
    ],
    absentText: [/\bclientHandshake\b/, /\bserverHandshake\b/, /\btls12ClientHandshake\b/],
  },
  {
    name: 'a TLS 1.3 client on any platform: connection, certificates, and the noble backend',
    code: `
      export { clientConnection } from '@typetls/connection'
      export * from '@typetls/x509'
      export { nobleCrypto } from '@typetls/crypto-noble'`,
    limit: '83 kB',
    absentFiles: [serverFiles(), passphraseFiles(), /tls12/, /^packages\/(crypto-node|node-adapter|typetls)\//],
    absentText: [/\bserverHandshake\b/, /\bServerConnection\b/, /from ['"]node:/],
  },
  {
    name: 'page: a TLS 1.3 client with Web Cryptography and certificates',
    code: `export { fromStreams } from '@typetls/web-adapter'`,
    limit: '40.7 kB',
    gzip: true,
    absentFiles: [
      serverFiles(),
      ownKeyFiles(),
      sessionFiles(),
      certificateFiles(),
      notForPages(),
      /tls12|cbc/,
      /@noble/,
    ],
    absentText: [/\bserverHandshake\b/, /\bServerConnection\b/, /from ['"]node:/],
  },
  {
    name: 'page: the same, dialling through the relay',
    code: `export { TypeTls, relay } from '@typetls/web-adapter'`,
    limit: '43.2 kB',
    gzip: true,
    absentFiles: [serverFiles(), ownKeyFiles(), certificateFiles(), notForPages(), /tls12|cbc|wisp/, /@noble/],
    absentText: [/\bserverHandshake\b/, /\bServerConnection\b/, /from ['"]node:/],
  },
  {
    name: 'page: the same as the first, and TLS 1.2',
    code: `
      export { fromStreams } from '@typetls/web-adapter'
      export { clientTls12 } from '@typetls/connection/tls12'`,
    limit: '49 kB',
    gzip: true,
    absentFiles: [serverFiles(), ownKeyFiles(), certificateFiles(), notForPages(), weakerTls12Files(), /@noble/],
    absentText: [/\bserverHandshake\b/, /\bServerConnection\b/, /\btls12ServerHandshake\b/],
  },
  {
    name: 'page: the same as the first, and a certificate of its own',
    code: `export { fromStreams, ownCertificate } from '@typetls/web-adapter'`,
    limit: '47.6 kB',
    gzip: true,
    absentFiles: [
      serverFiles(),
      sessionFiles(),
      notForPages(),
      /tls12|x509\/dist\/(certificate|whole-path)\.js/,
      /@noble/,
    ],
    absentText: [/\bserverHandshake\b/],
  },
  {
    name: 'page: the same as the first, and ChaCha20-Poly1305 and P-256 of noble',
    code: `
      export { fromStreams } from '@typetls/web-adapter'
      export { webClientCrypto } from '@typetls/crypto-webcrypto/client'
      export { complete } from '@typetls/crypto-provider'
      export { chacha20Poly1305, secp256r1 } from '@typetls/crypto-noble'`,
    limit: '64 kB',
    gzip: true,
    absentFiles: [serverFiles(), ownKeyFiles(), /^packages\/(crypto-node|node-adapter|typetls)\//, /tls12|cbc/],
    absentText: [/\bserverHandshake\b/, /\bServerConnection\b/],
  },
  {
    name: 'page: fetch over connections of a worker, HTTP parser included',
    code: `export { fetchOver } from '@typetls/web-adapter/fetch'`,
    limit: '8.5 kB',
    gzip: true,
    absentFiles: [outside('wire', 'web-adapter'), /tls-link|relay-transport/],
    absentText: [/from ['"]node:/],
  },
  {
    name: 'page: sockets of a worker',
    code: `export { WorkerTls } from '@typetls/web-adapter/worker'`,
    limit: '4.7 kB',
    gzip: true,
    absentFiles: [outside('wire', 'web-adapter'), /tls-link|relay-transport|serve-sockets/],
    absentText: [/from ['"]node:/],
  },
]

function outside(...packages) {
  return new RegExp(`^packages/(?!(${packages.join('|')})/)`)
}

/** What a client must not carry: files of the server role. */
function serverFiles() {
  return /^packages\/(handshake|connection)\/dist\/(?!.*server-hello)(.*\/)?(server|ticket)(-[^/]*)?\.js$/
}

/** What TLS 1.2 has beyond its default suites: only those who import it carry it. */
function weakerTls12Files() {
  return /cbc|finite-field|handshake\/dist\/tls12\/(rsa|dhe|psk)/
}

/** What a TLS connection does not need: files and keys under a passphrase. */
function passphraseFiles() {
  return /\/(passphrase|password-crypto|pbes2|pkcs12.*|jks|ber|encrypted-key|legacy-encryption)\.js$/
}

/** What only a client that keeps sessions has, PSKs and GREASE with them. */
function sessionFiles() {
  return /^packages\/handshake\/dist\/(session|resuming-client|client-psks|grease)\.js$/
}

/** What only those need who look at more of a certificate than a path does, or read PEM. */
function certificateFiles() {
  return /^packages\/x509\/dist\/(certificate|certificate-(json|policies)|(access|policy)-extensions|pem.*|whole-path)\.js$|pinning/
}

/** What only a peer with a private key needs. */
function ownKeyFiles() {
  return /\/(own-certificate|client-certificate|credential(-selector)?|pkcs8|(web-)?private-key|web-crypto|common-algorithms|trials)\.js$/
}

function notForPages() {
  return /^packages\/(crypto-node|crypto-noble|node-adapter|typetls)\//
}

function clientFiles() {
  return /^packages\/(handshake|connection)\/dist\/(?!.*client-hello)(.*\/)?client(-[^/]*)?\.js$/
}
