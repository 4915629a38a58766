// Who may import whom. Arrows point down; package.json and tsconfig.json of each package say the same, and
// floors.test.ts holds the three together.

/** Runtime imports: in dependencies, in tsconfig references, allowed everywhere in src/. */
export const dependencies = {
  wire: [],
  'crypto-provider': ['wire'],
  'crypto-node': ['crypto-provider', 'wire'],
  'crypto-noble': [
    'crypto-provider',
    'wire',
    '@noble/ciphers',
    '@noble/curves',
    '@noble/hashes',
    '@noble/post-quantum',
  ],
  'crypto-sodium': ['crypto-node', 'crypto-provider', 'wire', 'sodium-native'],
  'crypto-webcrypto': ['crypto-provider', 'wire'],
  record: ['crypto-provider', 'wire'],
  handshake: ['crypto-provider', 'wire'],
  'legacy-ciphers': ['crypto-provider', 'node-forge'],
  x509: ['crypto-provider', 'wire'],
  roots: ['wire', 'x509'],
  connection: ['crypto-provider', 'handshake', 'record', 'wire'],
  'node-adapter': ['connection', 'crypto-node', 'crypto-provider', 'handshake', 'wire', 'x509'],
  relay: ['ws'],
  'web-adapter': ['connection', 'crypto-provider', 'crypto-webcrypto', 'handshake', 'wire', 'x509', 'http-parser-js'],
  typetls: ['connection', 'crypto-node', 'crypto-noble', 'crypto-provider', 'node-adapter', 'wire', 'x509'],
  'test-keys': [],
  testing: ['crypto-node', 'crypto-provider', 'test-keys', 'wire', 'asn1js', 'fast-check'],
}

/** What only tests import: in devDependencies. */
export const testDependencies = {
  wire: ['fast-check'],
  'crypto-provider': [],
  'crypto-node': ['fast-check', 'test-keys'],
  'crypto-noble': ['crypto-node', 'fast-check', 'testing'],
  'crypto-sodium': ['fast-check'],
  'crypto-webcrypto': ['crypto-noble', 'crypto-node', 'fast-check', 'testing'],
  record: ['crypto-node', 'fast-check', 'testing'],
  handshake: ['crypto-node', 'fast-check', 'testing'],
  'legacy-ciphers': ['crypto-node', 'crypto-noble', 'wire'],
  x509: ['asn1js', 'crypto-node', 'crypto-noble', 'fast-check', 'legacy-ciphers', 'testing'],
  roots: ['crypto-node', 'testing'],
  connection: ['crypto-node', 'crypto-noble', 'crypto-webcrypto', 'fast-check', 'testing', 'x509'],
  'node-adapter': ['fast-check', 'testing'],
  relay: ['@types/ws', 'node-adapter', 'testing', 'web-adapter'],
  'web-adapter': ['crypto-node', 'roots', 'testing'],
  typetls: [],
  'test-keys': [],
  testing: [],
}

/** Packages without IO, clock, randomness or platform. */
export const core = [
  'wire',
  'crypto-provider',
  'crypto-noble',
  'crypto-webcrypto',
  'legacy-ciphers',
  'record',
  'handshake',
  'x509',
  'roots',
  'connection',
]

export function packageName(directory) {
  return directory === 'typetls' ? 'typetls' : `@typetls/${directory}`
}

/** The package a file belongs to, and whether it is a test: `undefined` outside packages/. */
export function placeOf(filename) {
  const match = /(?:^|\/)packages\/([^/]+)\/(.*)$/.exec(filename.replaceAll('\\', '/'))
  if (match === null) return undefined
  const [, directory, path] = match
  return { directory, path, test: /\.test\.ts$/.test(path) || path.startsWith('test/') }
}
