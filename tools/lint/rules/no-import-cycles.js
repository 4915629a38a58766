import { readFileSync, statSync } from 'node:fs'
import { dirname, relative, resolve } from 'node:path'
import { onImports } from '../syntax.js'

/**
 * No file imports itself through others. Type imports do not count: they are gone at run time.
 * Between packages the floors make cycles impossible, so only relative imports are followed.
 */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { cycle: 'Import cycle: {{path}}. Move what both need into a file of its own.' },
  },
  create(context) {
    const start = context.filename
    return onImports((source, typeOnly) => {
      if (typeOnly || !source.value.startsWith('.')) return
      const first = resolve(dirname(start), source.value)
      const path = pathTo(start, first)
      if (path === undefined) return
      const names = [start, ...path].map((file) => relative(dirname(start), file) || file)
      context.report({ node: source, messageId: 'cycle', data: { path: names.join(' → ') } })
    })
  },
}

function pathTo(target, first) {
  const cameFrom = new Map([[first, undefined]])
  for (const file of cameFrom.keys()) {
    if (file === target) return trace(cameFrom, file)
    for (const next of importsOf(file)) if (!cameFrom.has(next)) cameFrom.set(next, file)
  }
  return undefined
}

function trace(cameFrom, file) {
  const path = []
  for (let at = file; at !== undefined; at = cameFrom.get(at)) path.unshift(at)
  return path
}

function importsOf(file) {
  const changed = statSync(file, { throwIfNoEntry: false })?.mtimeMs
  if (changed === undefined) return []
  const known = imports.get(file)
  if (known?.changed === changed) return known.files
  const files = []
  for (const [, specifier] of readFileSync(file, 'utf8').matchAll(valueImport))
    files.push(resolve(dirname(file), specifier))
  imports.set(file, { changed, files })
  return files
}

const imports = new Map()
const valueImport = /^\s*(?:import|export)\s+(?!type\b)(?:[^'";]*?\bfrom\s+)?'(\.[^']+)'/gm
