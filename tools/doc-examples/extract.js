import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join, relative } from 'node:path'

/**
 * One code block of the documentation.
 * @typedef {object} DocExample
 * @property {string} place file and line, from the workspace root
 * @property {string} directory the package it documents, or '' for the root
 * @property {string[]} info what follows the fence: `ts`, and perhaps `no-run` or `fragment`
 * @property {string} code
 */

/**
 * Every `ts` block after an `@example` in a docstring of packages/*\/src, and every `ts` block of the READMEs. In a
 * README a line `<!-- given: declare const key: string -->` before a block stands at its top, unseen by readers.
 * @param {string} root
 * @returns {DocExample[]}
 */
export function docExamples(root) {
  const examples = readmeExamples(root, '')
  for (const directory of readdirSync(join(root, 'packages')).sort()) {
    examples.push(...readmeExamples(root, directory))
    for (const file of sources(join(root, 'packages', directory, 'src'))) {
      const text = readFileSync(file, 'utf8')
      examples.push(...docstringExamples(text, relative(root, file).replaceAll('\\', '/'), directory))
    }
  }
  return examples
}

/** @returns {DocExample[]} */
export function docstringExamples(text, file, directory) {
  const examples = []
  for (const comment of text.matchAll(/\/\*\*[\s\S]*?\*\//g)) {
    const lines = comment[0]
      .replace(/^\/\*\*|\*\/$/g, '')
      .split('\n')
      .map((line) => line.replace(/^\s*\* ?/, ''))
    const first = lineOf(text, comment.index)
    let inExample = false
    let inCode = false
    const kept = lines.map((line) => {
      if (!inCode && /^\s*@\w+/.test(line)) inExample = /^\s*@example\b/.test(line)
      if (/^\s*```/.test(line)) inCode = !inCode
      return inExample ? line : ''
    })
    if (!kept.some((line) => line.includes('@example'))) continue
    const blocks = fences(kept, file, first, directory)
    if (blocks.length === 0) throw new Error(`${file}:${first}: an @example has its code in a \`\`\`ts block`)
    examples.push(...blocks)
  }
  return examples
}

function readmeExamples(root, directory) {
  const file = directory === '' ? 'README.md' : `packages/${directory}/README.md`
  if (!existsSync(join(root, file))) return []
  const text = readFileSync(join(root, file), 'utf8')
  return fences(text.split('\n'), file, 1, directory)
}

function fences(lines, file, first, directory) {
  const found = []
  let open
  let given = []
  lines.forEach((line, index) => {
    const fence = /^(\s*)```(.*)$/.exec(line)
    if (fence === null) {
      if (open === undefined) given.push(...[...line.matchAll(/^<!-- given: (.*) -->$/g)].map(([, code]) => code))
      open?.code.push(line.startsWith(open.indent) ? line.slice(open.indent.length) : line)
    } else if (open === undefined) {
      const place = `${file}:${first + index}`
      open = { place, directory, info: fence[2].trim().split(/[\s,]+/), indent: fence[1], code: given }
      given = []
    } else {
      if (/^(ts|typescript)$/.test(open.info[0])) found.push(open)
      open = undefined
    }
  })
  return found.map(({ place, info, code }) => ({ place, directory, info, code: `${code.join('\n')}\n` }))
}

function sources(directory) {
  if (!existsSync(directory)) return []
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && /\.ts$/.test(entry.name) && !/\.(test|d)\.ts$/.test(entry.name))
    .map((entry) => join(entry.parentPath ?? entry.path, entry.name))
    .sort()
}

function lineOf(text, index) {
  return text.slice(0, index).split('\n').length
}
