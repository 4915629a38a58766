import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

/** A thread of Node 20 reads no TypeScript: its program is bundled before the tests run. */
export default async function bundleWebCryptoWorker(): Promise<void> {
  const root = fileURLToPath(new URL('../..', import.meta.url))
  const outfile = `${root}.results/web-crypto-worker.mjs`
  await build({
    entryPoints: [fileURLToPath(new URL('../../packages/connection/test/web-crypto-worker.ts', import.meta.url))],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'node',
    conditions: ['@typetls/source'],
    logLevel: 'error',
  })
  process.env['TYPETLS_WEB_CRYPTO_WORKER'] = outfile
}
