// npm run bench: our stack beside node:tls. README.md says what the figures mean.
import { mkdirSync, writeFileSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { fileURLToPath } from 'node:url'
import { parseArgs } from 'node:util'
import { createAuthority } from '@typetls/testing'
import { alternate, experimentsOf } from './alternate.js'
import { printExperiment, printVerdict } from './report.js'

const { values: options } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    rounds: { type: 'string' },
    quick: { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
    name: { type: 'string', default: 'latest' },
    profile: { type: 'string' },
  },
})
const rounds = Number(options.rounds ?? (options.quick ? 3 : 7))
if (!(Number.isInteger(rounds) && rounds > 0)) throw new Error('--rounds must be a positive number')
if (!/^[\w.-]+$/.test(options.name)) throw new Error('--name must be the name of a file')
const sizes = options.quick
  ? { bulkBytes: 64 * 2 ** 20, seconds: 0.5, connections: 1000 }
  : { bulkBytes: 256 * 2 ** 20, seconds: 1.5, connections: 10_000 }

const identities = { ecdsa: identity('ec-secp256r1'), rsa: identity('rsa') }
const settingsOf = (stack, { suite = 'TLS_AES_128_GCM_SHA256', backend = 'node', keyType = 'ecdsa' }) => ({
  stack,
  suite,
  backend,
  identity: identities[keyType],
  profile: options.profile,
})

const machine = {
  node: process.version,
  openssl: process.versions.openssl,
  platform: `${process.platform} ${process.arch}`,
  processors: availableParallelism(),
}
console.log(`Node ${machine.node}, OpenSSL ${machine.openssl}, ${machine.platform}, ${machine.processors} processors`)
console.log(`${rounds} rounds of each stack in turn: median (least … most); the ratio is ours / node:tls`)

const results = []
for (const experiment of experimentsOf(options.only.split(',').filter(Boolean))) {
  const { group, title } = experiment
  const result = { group, title, figures: await alternate(experiment, sizes, rounds, settingsOf) }
  printExperiment(result)
  results.push(result)
}

const met = printVerdict(results)
const directory = new URL('./results/', import.meta.url)
mkdirSync(directory, { recursive: true })
const file = fileURLToPath(new URL(`${options.name}.json`, directory))
writeFileSync(file, `${JSON.stringify({ at: new Date().toISOString(), machine, rounds, sizes, results }, null, 2)}\n`)
console.log(`\n${file}`)
if (options.check && !met) process.exitCode = 1

/** A certificate for `localhost` and the authority it is from, both with keys of this type; RSA keys have 2048 bits. */
function identity(keyType) {
  const ca = createAuthority({ keyType })
  const { chainPem, privateKeyPem } = ca.issue({ dns: ['localhost'], keyType })
  return { cert: chainPem, key: privateKeyPem, ca: ca.pem }
}
