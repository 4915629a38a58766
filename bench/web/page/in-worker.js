// Ours with the whole connection in a worker, by the helper that web-adapter has for it.
import { WorkerTls } from '@typetls/web-adapter/worker'

let worker
let tls

/** Dialling is left to the worker. */
export const open = (way) => way

export function ready() {
  worker = new globalThis.Worker('/client-worker.js', { type: 'module' })
  tls = new WorkerTls(worker)
}

export async function connect(way, identity) {
  worker.postMessage({ way, identity }, 'port' in way ? [way.port] : [])
  const socket = tls.connect('server:443')
  await socket.opened
  const reader = socket.readable.getReader()
  const writer = socket.writable.getWriter()
  return {
    write: (bytes) => writer.write(bytes),
    read: async () => (await reader.read()).value,
    async close() {
      await reader.cancel()
      await writer.close()
    },
  }
}
