// `npm run fuzz:x509`: 200,000 mutated certificates, CRLs and OCSP responses, read and judged. Another number and seed as
// arguments: `npm run fuzz:x509 -- 1000000 7`. Fails on an exception that is not ours, 250 ms for one document, or
// memory that stays.
import { spawnSync } from 'node:child_process'
import { fileURLToPath } from 'node:url'

const [runs = '200000', seed = '1'] = process.argv.slice(2)
const { status } = spawnSync('vitest', ['run', '--project', 'tools', 'tools/fuzz'], {
  cwd: fileURLToPath(new URL('../..', import.meta.url)),
  env: { ...process.env, TYPETLS_FUZZ: runs, TYPETLS_FUZZ_SEED: seed },
  stdio: 'inherit',
  shell: process.platform === 'win32',
})
process.exitCode = status ?? 1
