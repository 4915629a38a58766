import { brotliCompressSync, gzipSync } from 'node:zlib'
import { bundle } from './bundle.js'
import { printTable } from '../report.js'
import { stacks, weighed } from './stacks.js'

/** What each stack weighs in a page, in kB. */
export async function printSizes() {
  console.log('\nBundled by esbuild for browsers, in kB')
  const rows = []
  for (const { name, code, note } of [...stacks, ...weighed]) {
    const script = await bundle(code)
    const sizes = [script, gzipSync(script, { level: 9 }), brotliCompressSync(script)]
    rows.push([name, ...sizes.map(({ length }) => (length / 1000).toFixed(1)), note])
  }
  printTable([['', 'minified', 'gzip', 'brotli', ''], ...rows])
}
