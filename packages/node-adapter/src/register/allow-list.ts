import type { Duplex } from 'node:stream'
import type { NodeConnectOptions } from '../node-tls/connect.ts'
import { callingPackages } from './calling-packages.ts'

/** Which connections are ours. Where both are given, both must hold; where none is, all are. */
export interface AllowList {
  /** Names or addresses that are connected to; `*.example.org` is every name below. */
  readonly hosts?: readonly string[] | undefined
  /**
   * Packages whose code asks for the connection, itself or through others: `@redis/client`, `mongodb`, `node:https`,
   * and `undici` for the `fetch` of Node. Code that was bundled has no package.
   */
  readonly callers?: readonly string[] | undefined
}

/** `TYPETLS_REGISTER_HOSTS` and `TYPETLS_REGISTER_CALLERS`, with commas between. */
export function allowListOfEnvironment(env: NodeJS.ProcessEnv = process.env): AllowList {
  return { hosts: listOf(env['TYPETLS_REGISTER_HOSTS']), callers: listOf(env['TYPETLS_REGISTER_CALLERS']) }
}

/** Whether the connection that is asked for now is on the list. */
export function allows({ hosts, callers }: AllowList, options: NodeConnectOptions): boolean {
  if (hosts !== undefined && !destinationsOf(options).some((name) => hosts.some((host) => fits(host, name))))
    return false
  if (callers === undefined) return true
  const calling = callingPackages()
  return callers.some((name) => calling.has(name))
}

function listOf(text: string | undefined): string[] | undefined {
  if (text === undefined || text.trim() === '') return undefined
  return text.split(',').map((one) => one.trim())
}

/** Everything by which the other end is called. */
function destinationsOf({ servername, host, socket }: NodeConnectOptions): string[] {
  const transport = socket as (Duplex & { _host?: string | null; remoteAddress?: string }) | undefined
  const names = [servername, host, transport?._host, transport?.remoteAddress].filter(
    (name): name is string => typeof name === 'string' && name !== '',
  )
  return names.length === 0 ? ['localhost'] : names
}

function fits(pattern: string, name: string): boolean {
  const [wanted, given] = [pattern.toLowerCase(), name.toLowerCase()]
  return wanted.startsWith('*.') ? given.endsWith(wanted.slice(1)) : wanted === given
}
