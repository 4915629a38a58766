/** Below the adapters there is no platform: clock, timers, randomness and IO come in as options. */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: { platform: '`{{name}}` is not available below the adapters: {{instead}}.' },
  },
  create(context) {
    const report = (node, name, instead) => context.report({ node, messageId: 'platform', data: { name, instead } })
    return {
      'Program:exit'(program) {
        for (const { identifier } of context.sourceCode.getScope(program).through) {
          if (Object.hasOwn(instead, identifier.name)) report(identifier, identifier.name, instead[identifier.name])
        }
      },
      MemberExpression(node) {
        if (node.object.type !== 'Identifier') return
        const name = node.computed ? node.property.value : node.property.name
        const text = `${node.object.name}.${name}`
        if (Object.hasOwn(insteadOfMember, text)) return report(node, text, insteadOfMember[text])
        if (node.object.name === 'globalThis' && Object.hasOwn(instead, name)) report(node, text, instead[name])
      },
      'NewExpression[callee.name="Date"][arguments.length=0]'(node) {
        report(node, 'new Date()', clock)
      },
      'CallExpression[callee.name="Date"]'(node) {
        report(node, 'Date()', clock)
      },
    }
  },
}

const clock = 'take a Clock as an option'
const random = 'ask the CryptoProvider'
const timer = 'timers belong to adapters; return a deadline'

const instead = {
  Buffer: 'use Uint8Array',
  process: 'take what you need as an option',
  global: 'use nothing global',
  crypto: random,
  require: 'import it',
  performance: clock,
  setTimeout: timer,
  setInterval: timer,
  setImmediate: timer,
  clearTimeout: timer,
  clearInterval: timer,
  clearImmediate: timer,
  queueMicrotask: timer,
  console: 'emit a Trace event',
  fetch: 'IO belongs to adapters',
  window: 'use nothing global',
  self: 'use nothing global',
}

const insteadOfMember = {
  'Date.now': clock,
  'Math.random': random,
}
