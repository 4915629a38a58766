// `node scripts/refresh-roots.mjs`: writes packages/roots/src/data anew from the list that the running Node.js carries.
// Node takes it from Mozilla's NSS (tools/certdata.txt), those roots only that are trusted for servers, several times a
// year; so the newest release of Node has the newest list, and nothing needs to be downloaded or parsed that Node's own
// maintainers have not looked at.
import { createHash, X509Certificate } from 'node:crypto'
import { mkdirSync, rmSync, writeFileSync } from 'node:fs'
import tls from 'node:tls'

const directory = new URL('../packages/roots/src/data/', import.meta.url)
const chunkCount = 16

const { chunkOf } = await import('../packages/roots/dist/chunk-of.js')
const { Certificate } = await import('../packages/x509/dist/index.js')

const chunks = Array.from({ length: chunkCount }, () => [])
const hash = createHash('sha256')
const roots = tls.rootCertificates.map((pem) => new X509Certificate(pem))
roots.sort((a, b) => (a.fingerprint256 < b.fingerprint256 ? -1 : 1))
for (const { raw, subject } of roots) {
  const certificate = Certificate.parse(raw)
  hash.update(raw)
  const name = subject.replaceAll('\n', ', ')
  chunks[chunkOf(certificate.subject.der)].push({ name, base64: raw.toString('base64') })
}

rmSync(directory, { recursive: true, force: true })
mkdirSync(directory)
const header = '// Written by scripts/refresh-roots.mjs.\n'
chunks.forEach((chunk, i) => {
  const lines = chunk.map(({ name, base64 }) => `  // ${name.replaceAll(/[^\x20-\x7e]/g, '?')}\n  '${base64}',\n`)
  write(`chunk-${i}.ts`, `export const certificates: readonly string[] = [\n${lines.join('')}]\n`)
})
const imports = chunks.map((_, i) => `  () => import('./chunk-${i}.ts'),\n`).join('')
const type = 'readonly (() => Promise<{ readonly certificates: readonly string[] }>)[]'
write('chunks.ts', `export const chunks: ${type} = [\n${imports}]\n`)
write(
  'edition.ts',
  `export const edition = {
  /** When it was taken, ISO 8601. */
  date: '${new Date().toISOString().slice(0, 10)}',
  source: 'Mozilla NSS, as in Node.js ${process.versions.node}',
  count: ${roots.length},
  /** SHA-256 over all certificates, DER, in the order of their own SHA-256. */
  sha256: '${hash.digest('hex')}',
} as const\n`,
)

function write(name, text) {
  writeFileSync(new URL(name, directory), header + text)
}
