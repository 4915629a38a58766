// `npm run bench:x509`: how many chains of three certificates (leaf, intermediate, root; ECDSA P-256) are parsed and
// verified each second, by typetls on each synchronous backend and by others, in the same run and in turn; and what x509
// costs in a bundle. `npm run bench:x509 -- --rounds 9` for more rounds.
import { X509Certificate, webcrypto } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { gzipSync } from 'node:zlib'
import 'reflect-metadata'
import { X509Certificate as PeculiarCertificate, X509ChainBuilder, cryptoProvider } from '@peculiar/x509'
import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import { createAuthority } from '@typetls/testing'
import { createVerifier } from '@typetls/x509'
import { build } from 'esbuild'
import forge from 'node-forge'
import * as pkijs from 'pkijs'

const rounds = Number(process.argv[process.argv.indexOf('--rounds') + 1]) || 7
const milliseconds = 400

cryptoProvider.set(webcrypto)
pkijs.setEngine('node', new pkijs.CryptoEngine({ name: 'node', crypto: webcrypto }))

const chains = { 'ecdsa p-256': chainOf('ec-secp256r1'), 'rsa 2048': chainOf('rsa') }
for (const [name, chain] of Object.entries(chains)) await table(name, await contestants(chain))
await bundleCost()

/** DER and PEM of leaf, intermediate, root. */
function chainOf(keyType) {
  const root = createAuthority({ keyType })
  const intermediate = root.issueIntermediate({ name: 'intermediate', keyType })
  const leaf = intermediate.issue({ dns: ['example.org'], keyType })
  const all = [leaf, intermediate, root]
  return { keyType, der: all.map(({ certificate }) => certificate), pem: all.map(({ pem }) => pem) }
}

/** By name, what each does: true if the chain is good. New parsers each time, so that nobody lives off a cache. */
async function contestants({ keyType, der, pem }) {
  const date = new Date()
  const ours = (crypto) => () => {
    const verdict = createVerifier({ trustAnchors: [der[2]] }).verify(
      { certificates: der.slice(0, 2), ocspResponse: undefined, signedCertificateTimestamps: undefined },
      { peer: 'server', name: 'example.org', now: date.getTime(), crypto, signatureSchemes: [] },
    )
    return verdict.authorized && verdict.facts.path.length === 3
  }
  const list = {
    'typetls, crypto-node': ours(nodeCrypto),
    'typetls, crypto-noble': ours(nobleCrypto),
    'node X509Certificate': () => {
      const [leaf, intermediate, root] = der.map((one) => new X509Certificate(one))
      return (
        leaf.checkIssued(intermediate) &&
        intermediate.checkIssued(root) &&
        leaf.verify(intermediate.publicKey) &&
        intermediate.verify(root.publicKey) &&
        leaf.checkHost('example.org') !== undefined &&
        [leaf, intermediate, root].every(({ validTo }) => new Date(validTo) > date)
      )
    },
    pkijs: async () => {
      const [leaf, intermediate, root] = der.map((one) => pkijs.Certificate.fromBER(one))
      const engine = new pkijs.CertificateChainValidationEngine({
        trustedCerts: [root],
        certs: [intermediate, leaf],
        checkDate: date,
      })
      return (await engine.verify()).result
    },
    '@peculiar/x509': async () => {
      const [leaf, intermediate, root] = der.map((one) => new PeculiarCertificate(one))
      const path = await new X509ChainBuilder({ certificates: [intermediate, root] }).build(leaf)
      const checks = await Promise.all([
        leaf.verify({ publicKey: await intermediate.publicKey.export(), date }),
        intermediate.verify({ publicKey: await root.publicKey.export(), date }),
      ])
      return path.length === 3 && checks.every(Boolean)
    },
  }
  // node-forge has no elliptic curves.
  if (keyType === 'rsa') {
    list['node-forge'] = () => {
      const [leaf, intermediate, root] = pem.map((one) => forge.pki.certificateFromPem(one))
      return forge.pki.verifyCertificateChain(forge.pki.createCaStore([root]), [leaf, intermediate], {
        validityCheckDate: date,
      })
    }
  }
  for (const [name, run] of Object.entries(list)) {
    if ((await run()) !== true) throw new Error(`${name} does not accept the chain`)
  }
  return list
}

async function table(title, list) {
  const rates = Object.fromEntries(Object.keys(list).map((name) => [name, []]))
  for (const run of Object.values(list)) await rate(run)
  for (let round = 0; round < rounds; round++) {
    for (const [name, run] of Object.entries(list)) rates[name].push(await rate(run))
  }
  const reference = rates['node X509Certificate']
  console.log(
    `\n${title}: chains a second of processor time, median of ${rounds} rounds (least–most), and the ratio to node's own`,
  )
  for (const [name, values] of Object.entries(rates)) {
    const ratio = median(values.map((value, i) => value / reference[i]))
    const spread = `${Math.round(Math.min(...values))}–${Math.round(Math.max(...values))}`
    console.log(
      `  ${name.padEnd(24)}${String(Math.round(median(values))).padStart(8)}  (${spread})  ${ratio.toFixed(2)}`,
    )
  }
}

/** How often in a second of processor time, that of all threads: wall clock tells little on a machine that others use. */
async function rate(run) {
  const start = performance.now()
  const before = process.cpuUsage()
  let done = 0
  while (performance.now() - start < milliseconds) {
    const answer = run()
    if (answer instanceof Promise) await answer
    done++
  }
  const { user, system } = process.cpuUsage(before)
  return (1e6 * done) / (user + system)
}

function median(values) {
  return values.toSorted((a, b) => a - b)[values.length >> 1]
}

async function bundleCost() {
  const { outputFiles } = await build({
    stdin: { contents: `export * from '@typetls/x509'`, resolveDir: fileURLToPath(new URL('.', import.meta.url)) },
    bundle: true,
    minify: true,
    write: false,
    format: 'esm',
    platform: 'neutral',
    mainFields: ['module', 'main'],
    legalComments: 'none',
  })
  const { contents } = outputFiles[0]
  const kilobytes = (length) => `${(length / 1000).toFixed(1)} kB`
  console.log(
    `\nx509 alone, minified: ${kilobytes(contents.length)}, gzipped ${kilobytes(gzipSync(contents, { level: 9 }).length)}`,
  )
}
