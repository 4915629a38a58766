/** Calling a program only makes it; `yield*` or the driver runs it. Needs types. */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { floating: '`{{call}}(…)` makes a program that nobody runs: write `yield* {{call}}(…)`.' },
  },
  create(context) {
    const services = context.sourceCode.parserServices
    return {
      'ExpressionStatement > CallExpression'(node) {
        const type = services.getTypeAtLocation(node)
        if (!/^(Generator|AsyncGenerator)$/.test(type.getSymbol()?.name ?? '')) return
        context.report({ node, messageId: 'floating', data: { call: context.sourceCode.getText(node.callee) } })
      },
    }
  },
}
