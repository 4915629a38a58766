// `npm run vectors`: every vector of Project Wycheproof that applies, on every backend, as a table. Names of backends as
// arguments (`npm run vectors -- noble`) run those only. Fails when a vector fails.
import { spawnSync } from 'node:child_process'
import { readFileSync, rmSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

const root = fileURLToPath(new URL('../..', import.meta.url))
const results = new URL('../../.results/vectors/', import.meta.url)
const known = ['node', 'noble', 'webcrypto']
const wanted = process.argv.slice(2).length > 0 ? process.argv.slice(2) : known
const unknown = wanted.filter((name) => !known.includes(name))
if (unknown.length > 0) throw new Error(`there is no backend ${unknown.join(', ')}: they are ${known.join(', ')}`)

rmSync(results, { recursive: true, force: true })
const { status } = spawnSync(
  'vitest',
  ['run', '--project', 'tools', '--reporter=dot', ...wanted.map((name) => `tools/vectors/${name}.test.ts`)],
  {
    cwd: root,
    env: { ...process.env, TYPETLS_VECTORS: 'all', NODE_NO_WARNINGS: '1' },
    stdio: 'inherit',
    shell: process.platform === 'win32',
  },
)
const backends = wanted.map(read).filter((backend) => backend !== undefined)
console.log(table(backends))
console.log(notes())
process.exitCode = status === 0 && backends.length === wanted.length ? 0 : 1

function read(name) {
  try {
    return JSON.parse(readFileSync(new URL(`${name}.json`, results), 'utf8'))
  } catch {
    console.log(`${name} left no results`)
    return undefined
  }
}

/** Three columns for each backend: passed, not supported, failed. */
function table(columns) {
  const files = [...new Set(columns.flatMap((one) => Object.keys(one.results)))].sort()
  const cell = (report) => (report ? [report.passed, report.notSupported, report.failures.length] : ['', '', ''])
  const rows = files.map((file) => [file, ...columns.flatMap((one) => cell(one.results[file]))])
  const sums = columns.flatMap((one) => {
    const cells = Object.values(one.results).map(cell)
    return [0, 1, 2].map((i) => cells.reduce((sum, counts) => sum + counts[i], 0))
  })
  const width = Math.max(...files.map((file) => file.length), 'together'.length)
  const line = ([name, ...cells]) => [name.padEnd(width), ...cells.map((each) => String(each).padStart(8))].join(' ')
  return [
    [''.padEnd(width), ...columns.map((one) => one.provider.padStart(26))].join(' '),
    line(['', ...columns.flatMap(() => ['passed', 'not sup.', 'failed'])]),
    ...rows.map(line),
    line(['together', ...sums]),
    ...columns.flatMap((one) => Object.values(one.results).flatMap((report) => report.failures)),
  ].join('\n')
}

function notes() {
  return `
Not supported: sizes, hashes, contexts and forms of keys that the backend, or TLS, has not; private keys that a backend
has no back door for; PKCS#1 v1.5 decryption, which Web Cryptography leaves out.
Where TLS is stricter than the vectors, its rule is tested: packages/testing/vectors/wycheproof/README.md.
Not here, because no provider has a use for them: AES-CBC, PBKDF2 and PBES2, HKDF with SHA-1, HMAC with SHA-1 and SHA-224,
ML-KEM with expanded private keys.`
}
