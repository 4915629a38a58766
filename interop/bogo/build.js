// `npm run bogo:shim`: puts the shim and the packages' sources into one file, lets V8 compile it once, and writes
// `dist/shim`, which starts from what V8 made: the runner starts it for every test. An argument is another directory.
import { spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, rmSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const dist = process.argv[2] === undefined ? fileURLToPath(new URL('dist/', import.meta.url)) : `${process.argv[2]}/`

rmSync(dist, { recursive: true, force: true })
mkdirSync(dist, { recursive: true })
await build({
  entryPoints: [fileURLToPath(new URL('shim.ts', import.meta.url))],
  outfile: `${dist}shim.cjs`,
  bundle: true,
  format: 'cjs',
  platform: 'node',
  target: 'node20',
  conditions: ['@typetls/source', 'module'],
  minifySyntax: true,
  minifyWhitespace: true,
  legalComments: 'none',
  logLevel: 'error',
})
writeFileSync(`${dist}start.cjs`, start())
writeFileSync(`${dist}shim`, '#!/bin/sh\nexec node --no-warnings "$(dirname "$0")/start.cjs" "$@"\n')
chmodSync(`${dist}shim`, 0o755)
const first = spawnSync(`${dist}shim`, ['-is-handshaker-supported'], {
  encoding: 'utf8',
  env: { ...process.env, TYPETLS_SHIM_CACHE: 'write' },
})
if (first.stdout !== 'No\n' || first.stderr !== '') {
  console.error(`the shim does not start: ${first.stdout}${first.stderr}`)
  process.exitCode = 1
}

function start() {
  return `'use strict'
const { readFileSync, writeFileSync } = require('node:fs')
const { join } = require('node:path')
const { Script } = require('node:vm')
const file = join(__dirname, 'shim.cjs')
const cache = join(__dirname, 'shim.cache')
const writing = process.env.TYPETLS_SHIM_CACHE === 'write'
const source = '(function (exports, require, module, __filename, __dirname) {' + readFileSync(file, 'utf8') + '\\n})'
const script = new Script(source, { filename: file, cachedData: writing ? undefined : readFileSync(cache) })
script.runInThisContext()({}, require, { exports: {} }, file, __dirname)
if (writing) process.on('exit', () => writeFileSync(cache, script.createCachedData()))
`
}
