// Ours with the whole connection in a worker: the page gets transferable streams.
let worker

/** Dialling is left to the worker. */
export const open = (way) => way

export function ready() {
  worker = new globalThis.Worker('/client-worker.js', { type: 'module' })
}

export async function connect(way, identity) {
  const answer = new Promise((resolve) => (worker.onmessage = resolve))
  worker.postMessage({ way, identity }, 'port' in way ? [way.port] : [])
  const { readable, writable, failure } = (await answer).data
  if (failure !== undefined) throw new Error(failure)
  const reader = readable.getReader()
  const writer = writable.getWriter()
  return {
    write: (bytes) => writer.write(bytes),
    read: async () => (await reader.read()).value,
    async close() {
      await reader.cancel()
      await writer.close()
    },
  }
}
