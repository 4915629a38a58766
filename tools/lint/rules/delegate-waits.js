import { basename } from 'node:path'
import { functionAround } from '../syntax.js'

/** `receive(…)` and `wait(…)` make a program; without `yield*` it never runs, and nothing else would say so. */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { undelegated: '`{{call}}(…)` does nothing by itself: write `yield* {{call}}(…)`.' },
  },
  create(context) {
    if (basename(context.filename) === 'program.ts') return {}
    return {
      CallExpression(node) {
        const call = context.sourceCode.getText(node.callee)
        if (!isWait(node.callee, functionAround(node)?.generator === true)) return
        if (node.parent.type === 'YieldExpression' && node.parent.delegate) return
        context.report({ node, messageId: 'undelegated', data: { call } })
      },
    }
  },
}

/** `receive`, `wait` and those of `hs` anywhere; those of any object inside a program. */
function isWait(callee, inProgram) {
  if (callee.type === 'Identifier') return effects.has(callee.name)
  if (callee.type !== 'MemberExpression' || callee.computed || !effects.has(callee.property.name)) return false
  return inProgram || (callee.object.type === 'Identifier' && callee.object.name === 'hs')
}

const effects = new Set(['ask', 'receive', 'wait'])
