// Plays the matrix and writes what came of it to RESULTS.md: `node interop/results.js`.
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { format, resolveConfig } from 'prettier'

const root = fileURLToPath(new URL('..', import.meta.url))
const target = fileURLToPath(new URL('RESULTS.md', import.meta.url))
const directory = mkdtempSync(join(tmpdir(), 'typetls-interop-results-'))
const file = join(directory, 'results.json')

const reporters = ['--reporter=dot', '--reporter=json', `--outputFile.json=${file}`]
const vitest = join(root, 'node_modules', 'vitest', 'vitest.mjs')
const files = ['openssl', 'gnutls', 'node-tls'].map((peer) => `interop/${peer}.test.ts`)
const { status } = spawnSync(process.execPath, [vitest, 'run', '--project', 'interop', ...reporters, ...files], {
  cwd: root,
  stdio: 'inherit',
})
const results = resultsOf(JSON.parse(readFileSync(file, 'utf8')))
rmSync(directory, { recursive: true, force: true })
const options = await resolveConfig(target)
writeFileSync(target, await format(tables(results), { ...options, parser: 'markdown' }))
console.log(`${target} is written`)
process.exitCode = status ?? 1

function resultsOf({ testResults }) {
  return testResults
    .flatMap(({ assertionResults }) => assertionResults)
    .filter(({ meta }) => meta?.interop !== undefined)
    .map(({ meta, status }) => ({ ...meta.interop, outcome: outcomeOf(meta.interop, status) }))
}

function outcomeOf({ missing }, status) {
  if (missing !== undefined) return 'missing'
  return status === 'passed' ? 'passed' : 'failed'
}

function tables(results) {
  const columns = ['openssl', 'gnutls', 'node:tls'].flatMap((peer) => [
    { peer, role: 'client' },
    { peer, role: 'server' },
  ])
  const versions = new Map(results.map(({ peer, version }) => [peer, version]))
  const notes = []
  const noteOf = (text) => {
    if (!notes.includes(text)) notes.push(text)
    return notes.indexOf(text) + 1
  }
  const square = (tls, cell, { peer, role }) => {
    const found = results.find((one) => one.tls === tls && one.cell === cell && one.peer === peer && one.role === role)
    if (found === undefined) return ''
    if (found.outcome === 'missing') return `no (${noteOf(found.missing)})`
    return found.outcome === 'passed' ? 'yes' : '**FAILED**'
  }
  const table = (tls) => {
    const names = [...new Set(results.filter((one) => one.tls === tls).map(({ cell }) => cell))]
    const rows = names.map((name) => `| ${name} | ${columns.map((column) => square(tls, name, column)).join(' | ')} |`)
    return [
      `## ${tls.replace('v', ' ')}`,
      '',
      `| | ${columns.map(({ peer, role }) => `our ${role}, ${peer}`).join(' | ')} |`,
      `|---|${columns.map(() => '---').join('|')}|`,
      ...rows,
      '',
    ]
  }
  const count = (outcome) => results.filter((one) => one.outcome === outcome).length
  return [
    '# Interoperability',
    '',
    'Written by `node interop/results.js`; not by hand.',
    '',
    `Node ${process.versions.node}. ${[...versions].map(([peer, version]) => `${peer} ${version}`).join(', ')}.`,
    `${count('passed')} cells passed, ${count('failed')} failed, ${count('missing')} not played.`,
    '',
    'A column says which side is ours and who the other is. An empty square is a cell that one side does not have.',
    '',
    ...['TLSv1.3', 'TLSv1.2'].flatMap(table),
    ...(notes.length === 0 ? [] : ['## What is missing', '', ...notes.map((note, i) => `${i + 1}. ${note}`)]),
    '',
  ].join('\n')
}
