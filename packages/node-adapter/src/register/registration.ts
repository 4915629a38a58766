import { syncBuiltinESMExports } from 'node:module'
import tls from 'node:tls'
import type { PlugOptions } from '../agents/plug-options.ts'
import type { NodeConnectOptions } from '../node-tls/connect.ts'
import { connect, connectArguments } from '../node-tls/connect.ts'
import type { SecureContext } from '../node-tls/secure-context.ts'
import { SecureContext as OurSecureContext, createSecureContext } from '../node-tls/secure-context.ts'
import type { NodeTlsOptions } from '../node-tls/tls-options.ts'
import { TlsSocket } from '../socket/tls-socket.ts'
import type { AllowList } from './allow-list.ts'
import { allows } from './allow-list.ts'

/** Which connections are ours, and what they are made with. */
export interface RegisterOptions extends AllowList {
  /**
   * Count more than what the library says, a context of Node included: ours, such as `verifier` and `credentials`, and
   * node:tls's.
   */
  readonly tls?: PlugOptions | undefined
}

/**
 * Puts our sockets under `tls.connect`, for libraries that have no place for them, and for Node's own `https`, `http2`
 * and `fetch`. It is the process's `tls.connect` from now on, for named imports of `node:tls` too; what is not on the
 * list goes to Node as before. Called again it has other options.
 *
 * `tls.createSecureContext` makes contexts that serve both, and our sockets are `instanceof tls.TLSSocket`.
 */
export function register(options: RegisterOptions = {}): void {
  current = options
  if (installed) return
  installed = true
  nodes = { connect: table.connect, createSecureContext: table.createSecureContext }
  table.connect = connectInstead
  table.createSecureContext = createSecureContextInstead
  // On Node they are by themselves.
  if (!(TlsSocket.prototype instanceof tls.TLSSocket)) {
    Object.defineProperty(tls.TLSSocket, Symbol.hasInstance, { configurable: true, value: isTlsSocket })
  }
  syncBuiltinESMExports()
}

/** Gives `tls.connect` back to Node. Connections that are there stay; who kept our `connect` has Node's through it. */
export function unregister(): void {
  current = undefined
  // Where somebody put something of theirs over ours, both stay, and lead to Node.
  if (table.connect !== connectInstead || table.createSecureContext !== createSecureContextInstead) return
  Object.assign(table, nodes)
  installed = false
  delete (tls.TLSSocket as { [Symbol.hasInstance]?: unknown })[Symbol.hasInstance]
  syncBuiltinESMExports()
}

interface Replaced {
  connect: (...args: unknown[]) => unknown
  createSecureContext: (options?: NodeTlsOptions) => object
}

const table = tls as unknown as Replaced
let nodes: Replaced = { connect: table.connect, createSecureContext: table.createSecureContext }
let current: RegisterOptions | undefined
let installed = false

/** What contexts of Node were made of, and ours of the same. */
const contexts = new WeakMap<object, KnownContext>()

interface KnownContext {
  readonly options: NodeTlsOptions
  /** With what the registration said when it was made. */
  ours?: { readonly tls: PlugOptions | undefined; readonly context: SecureContext }
}

function connectInstead(...args: unknown[]): unknown {
  const given = connectArguments(args)
  const context: object | null | undefined = given.secureContext
  const isOurs = context instanceof OurSecureContext
  const isReadable = context === undefined || context === null || contexts.has(context)
  // A context of ours is nothing that Node could use; one that was made before us is nothing that we could.
  const ours = isOurs || (isReadable && current !== undefined && allows(current, given))
  if (!ours) return nodes.connect(...args)
  const listener = args.findLast((argument) => typeof argument === 'function') as (() => void) | undefined
  const options: NodeConnectOptions = {
    ...given,
    ...current?.tls,
    secureContext: isOurs ? context : ourContext(context),
  }
  return connect(options, listener)
}

function createSecureContextInstead(options: NodeTlsOptions = {}): object {
  const context = nodes.createSecureContext(options)
  contexts.set(context, { options })
  return context
}

/** What the registration says counts more here too: in a socket's options the context would. */
function ourContext(context: object | null | undefined): SecureContext | undefined {
  const known = context === undefined || context === null ? undefined : contexts.get(context)
  if (known === undefined) return undefined
  const said = current?.tls
  if (known.ours === undefined || known.ours.tls !== said) {
    // What options inherit is theirs, as for Node.
    const options = Object.assign(Object.create(known.options) as object, said)
    known.ours = { tls: said, context: createSecureContext(options) }
  }
  return known.ours.context
}

function isTlsSocket(this: unknown, candidate: unknown): boolean {
  if (this === tls.TLSSocket && candidate instanceof TlsSocket) return true
  return Reflect.apply(Function.prototype[Symbol.hasInstance], this, [candidate])
}
