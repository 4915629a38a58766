import type { NodeConnectOptions } from '../node-tls/connect.ts'

/**
 * TLS options of a plug: those of `connect` of `@typetls/node-adapter/tls`, node:tls's and ours. Where to and over what
 * is for the library to say.
 */
export interface PlugOptions extends Omit<
  NodeConnectOptions,
  'host' | 'port' | 'path' | 'socket' | 'session' | 'signal' | 'timeout'
> {}

/** What libraries hand on from their users: options of `tls.connect`, whatever is in them. */
export type GivenOptions = object

/** Ours count more than what a library was given. */
export function connectOptions(
  given: GivenOptions | undefined,
  options: PlugOptions,
  destination: NodeConnectOptions,
): NodeConnectOptions {
  return { ...given, ...options, ...present(destination) }
}

function present(destination: NodeConnectOptions): NodeConnectOptions {
  return Object.fromEntries(Object.entries(destination).filter(([, value]) => value !== undefined && value !== null))
}
