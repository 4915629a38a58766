/** The packages and modules of Node that are on the stack now. */
export function callingPackages(): Set<string> {
  const { stackTraceLimit } = Error
  Error.stackTraceLimit = Infinity
  const { stack = '' } = new Error()
  Error.stackTraceLimit = stackTraceLimit
  return packagesOn(stack)
}

/** Of a stack trace: the package of each frame's file, wherever a package manager put it. */
export function packagesOn(stack: string): Set<string> {
  const names = stack.split('\n').map((frame) => {
    const bundled = /node:internal\/deps\/([^/]+)\//.exec(frame)?.[1]
    if (bundled !== undefined) return bundled
    const builtin = /\bnode:[a-z0-9_/]+/.exec(frame)?.[0]
    if (builtin !== undefined) return builtin
    return [...frame.matchAll(inModules)].at(-1)?.[1]?.replace('\\', '/')
  })
  return new Set(names.filter((name) => name !== undefined))
}

const inModules = /node_modules[\\/]((?:@[^\\/]+[\\/])?[^\\/:]+)/g
