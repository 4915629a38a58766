import { basename } from 'node:path'

/** A file has one subject and its name is that subject. */
export default {
  meta: {
    type: 'problem',
    schema: [],
    messages: {
      subject:
        '{{name}} has no subject. Name the file after the one thing in it; what has no subject is in the wrong place.',
      kebab: '{{name}}: file names are lower-case words joined by hyphens.',
    },
  },
  create(context) {
    return {
      Program(node) {
        const name = basename(context.filename)
        const subject = name.replace(/(\.test|\.bench|\.config|\.d)?\.[cm]?[jt]s$/, '')
        if (/^(utils?|helpers?|common|types?|misc|shared)$/.test(subject)) {
          context.report({ node, messageId: 'subject', data: { name } })
        } else if (!/^\.?[a-z0-9]+(-[a-z0-9]+)*$/.test(subject)) {
          context.report({ node, messageId: 'kebab', data: { name } })
        }
      },
    }
  },
}
