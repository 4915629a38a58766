import type { BunConnect, CloudflareConnect, DenoConnect, Dialer } from '@typetls/web-adapter'
import { bunSockets, cloudflareSockets, denoSockets } from '@typetls/web-adapter'

/** The TCP sockets that this platform has, by the transport for them; `undefined` where it has none. */
export async function socketsHere(): Promise<{ readonly name: string; readonly dialer: Dialer } | undefined> {
  const { Bun, Deno, navigator, process } = globalThis as Platform
  if (Bun !== undefined) return { name: 'Bun.connect', dialer: bunSockets(Bun.connect) }
  if (Deno !== undefined) return { name: 'Deno.connect', dialer: denoSockets(Deno.connect) }
  if (navigator?.userAgent === 'Cloudflare-Workers') {
    const { connect } = (await import('cloudflare:sockets' as string)) as { connect: CloudflareConnect }
    return { name: 'cloudflare:sockets', dialer: cloudflareSockets(connect) }
  }
  if (process?.versions?.node !== undefined) return { name: 'node:net', dialer: await nodeSockets() }
  return undefined
}

async function nodeSockets(): Promise<Dialer> {
  // Names that a bundler for pages does not follow.
  const [net, stream] = ['node:net', 'node:stream']
  const { connect } = (await import(net)) as typeof import('node:net')
  const { Duplex } = (await import(stream)) as typeof import('node:stream')
  return ({ hostname, port }) =>
    new Promise((resolve, reject) => {
      const socket = connect({ host: hostname, port, allowHalfOpen: true })
      socket.once('error', reject)
      socket.once('connect', () => resolve(Duplex.toWeb(socket) as ReturnType<Dialer> & object))
    })
}

interface Platform {
  readonly Bun?: { readonly connect: BunConnect }
  readonly Deno?: { readonly connect: DenoConnect }
  readonly navigator?: { readonly userAgent?: string }
  readonly process?: { readonly versions?: { readonly node?: string } }
}
