import { functionAround } from '../syntax.js'

/** A program does not recover: the driver decides what an error means. `finally` wipes, and is welcome. */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { caught: 'A program does not catch: let the error reach the driver. Use `finally` to clean up.' },
  },
  create(context) {
    return {
      CatchClause(node) {
        if (functionAround(node)?.generator) context.report({ node, messageId: 'caught' })
      },
    }
  },
}
