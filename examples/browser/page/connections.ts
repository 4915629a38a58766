import type { SecureSocketInfo } from '@typetls/web-adapter'
import { pemCertificates, relay, TypeTls } from '@typetls/web-adapter'
import type { Connect, Fetch } from '@typetls/web-adapter/fetch'
import { createFetch, fetchOver } from '@typetls/web-adapter/fetch'
import { WorkerTls } from '@typetls/web-adapter/worker'
import type { Settings } from './settings.ts'

/** A connection that was made, and how long it took. */
export interface Made {
  readonly info: SecureSocketInfo
  /** Milliseconds until the relay had connected; `undefined` where a worker did it. */
  readonly dialled: number | undefined
  /** Milliseconds from then on until the handshake was done, or in all. */
  readonly handshake: number
}

/** `fetch` through the relay; each connection that is made for it is told to `onMade`. */
export function fetchHere({ ca, relay: url }: Settings, onMade: (made: Made) => void): Fetch {
  const dial = relay(url)
  let dialled = 0
  const transport: typeof dial = async (address, options) => {
    const started = performance.now()
    const made = await dial(address, options)
    dialled = performance.now() - started
    return made
  }
  const tls = new TypeTls({ ca: pemCertificates(ca), transport })
  return createFetch({
    connect: watched(
      (address, options) => tls.connect(address, options),
      onMade,
      () => dialled,
    ),
  })
}

/** The same in a worker. */
export function fetchInWorker(onMade: (made: Made) => void): Fetch {
  const tls = new WorkerTls(new Worker(new URL('./tls-worker.ts', import.meta.url), { type: 'module' }))
  return fetchOver(
    watched(
      (address, options) => tls.connect(address, options),
      onMade,
      () => undefined,
    ),
  )
}

function watched(connect: Connect, onMade: (made: Made) => void, dialledIn: () => number | undefined): Connect {
  return (address, options) => {
    const started = performance.now()
    const socket = connect(address, options)
    const tell = (info: Made['info']): void => {
      const dialled = dialledIn()
      onMade({ info, dialled, handshake: performance.now() - started - (dialled ?? 0) })
    }
    // What is wrong is told by fetch.
    socket.opened.then((info) => tell(info as SecureSocketInfo)).catch(() => undefined)
    return socket
  }
}
