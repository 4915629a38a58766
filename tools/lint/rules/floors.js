import { isBuiltin } from 'node:module'
import { posix } from 'node:path'
import { core, dependencies, packageName, placeOf, testDependencies } from '../floors.js'
import { onImports } from '../syntax.js'

/** Arrows point down: a package imports what the table in floors.js gives it, by name, and nothing else. */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      upward:
        '{{from}} must not import {{to}}. Arrows point down: {{from}} may import {{allowed}}. ' +
        'If it needs this, the thing lives on the wrong floor (tools/lint/floors.js).',
      deep: 'Import {{to}} by its public entry, not by a path inside it.',
      relative: 'A relative import must stay inside its package: import another package by name.',
      extension: 'A relative import ends in .ts: write {{want}}.',
      node: '{{from}} is below the adapters and must run on every platform: no {{to}}.',
      self: 'Inside {{from}} import by relative path.',
    },
  },
  create(context) {
    const place = placeOf(context.filename)
    if (place === undefined || !(place.directory in dependencies)) return {}
    const from = packageName(place.directory)
    const allowed = dependencies[place.directory]
    const alsoInTests = place.test ? [...testDependencies[place.directory], 'vitest'] : []

    return onImports((source) => {
      const to = source.value
      const report = (messageId, data = {}) =>
        context.report({ node: source, messageId, data: { from, to, allowed: list(allowed), ...data } })

      if (to.startsWith('.')) {
        if (posix.join(place.path, '..', to).startsWith('..')) return report('relative')
        if (/\.[cm]?js$/.test(to) || !/\.[a-z]+$/.test(to)) {
          return report('extension', { want: `'${to.replace(/\.[cm]?js$/, '')}.ts'` })
        }
        return
      }
      if (isBuiltin(to)) {
        if (core.includes(place.directory) && !place.test) report('node')
        return
      }
      const { name, subpath } = split(to)
      if (name === from) {
        if (!place.test) report('self')
        return
      }
      const known = [...allowed, ...alsoInTests].some((each) => name === each || name === packageName(each))
      if (!known) return report('upward')
      if (/^(src|dist)(\/|$)/.test(subpath)) report('deep', { to: name })
    })
  },
}

function split(specifier) {
  const parts = specifier.split('/')
  const length = specifier.startsWith('@') ? 2 : 1
  return { name: parts.slice(0, length).join('/'), subpath: parts.slice(length).join('/') }
}

function list(names) {
  return names.length === 0
    ? 'nothing'
    : names.map((each) => (each in dependencies ? packageName(each) : each)).join(', ')
}
