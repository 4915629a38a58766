import { messagePortTransport, relay } from '@typetls/web-adapter'

/**
 * Two streams to the server: by the relay, or by a port to a server in a worker of this page. The same for all stacks.
 *
 * @param {{ relayUrl: string, address: { hostname: string, port: number } } | { port: MessagePort }} way
 */
export async function open(way) {
  if ('port' in way) return messagePortTransport(way.port)
  return relay(way.relayUrl)(way.address, { signal: new AbortController().signal })
}
