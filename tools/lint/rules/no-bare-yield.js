import { basename } from 'node:path'

/** Only program.ts knows what a step yields; everybody else waits through `receive` and `wait`. */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      bare: 'No bare `yield` outside program.ts: write `yield* receive(…)`, `yield* wait(…)` or `yield*` another program.',
    },
  },
  create(context) {
    if (basename(context.filename) === 'program.ts') return {}
    return {
      YieldExpression(node) {
        if (!node.delegate) context.report({ node, messageId: 'bare' })
      },
    }
  },
}
