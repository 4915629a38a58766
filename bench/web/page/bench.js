import { open } from './transports.js'

/**
 * What `main.js` calls in a page. A stack has `ready(identity)` and `connect(transport, identity)`, which gives, after the
 * handshake, `write(bytes)`, `read()` of what came next, and `close()`. One with an `open` of its own dials by itself.
 */
export function install(stack) {
  const opened = async (way) => (stack.open ?? open)(await wayOf(way))
  globalThis.bench = {
    ready: (identity) => stack.ready(identity),

    /** Milliseconds of so many handshakes, one after the other, on transports that are there before. */
    async handshakes(way, identity, count) {
      const times = []
      for (let i = 0; i < count; i++) {
        const transport = await opened(way)
        const started = performance.now()
        const connection = await stack.connect(transport, identity)
        times.push(performance.now() - started)
        await connection.close()
        // The end of one is not to be a part of the next.
        await new Promise((resolve) => setTimeout(resolve, 5))
      }
      return times
    },

    /** Seconds from asking for so many bytes until the last of them is read, and what the page's thread did meanwhile. */
    async download(way, identity, bytes) {
      const transport = await opened(way)
      const connection = await stack.connect(transport, identity)
      const blocked = longTasks()
      const started = performance.now()
      await connection.write(new TextEncoder().encode(`${bytes}\n`))
      let left = bytes
      while (left > 0) {
        const chunk = await connection.read()
        if (chunk === undefined) throw new Error(`it ended with ${left} bytes to come`)
        left -= chunk.length
      }
      const seconds = (performance.now() - started) / 1000
      const tasks = await blocked.end()
      await connection.close()
      return { seconds, tasks }
    },
  }
}

/** A new channel to the server in a worker of this page, or the relay as it is. */
async function wayOf(way) {
  if (way.pair === undefined) return way
  const { port1, port2 } = new MessageChannel()
  worker ??= await startWorker(way.pair)
  worker.postMessage({ port: port2 }, [port2])
  return { port: port1 }
}

let worker

async function startWorker(identity) {
  const started = new globalThis.Worker('/server.js', { type: 'module' })
  const heard = new Promise((resolve) => (started.onmessage = resolve))
  started.postMessage({ identity })
  await heard
  return started
}

/** https://www.w3.org/TR/longtasks-1/: durations in milliseconds of tasks of this thread that took 50 or more. */
function longTasks() {
  const durations = []
  const note = (list) => durations.push(...list.getEntries().map(({ duration }) => duration))
  const observer = new PerformanceObserver((list) => note(list))
  observer.observe({ type: 'longtask' })
  return {
    async end() {
      // Entries come after the task they are about.
      await new Promise((resolve) => setTimeout(resolve, 100))
      note({ getEntries: () => observer.takeRecords() })
      observer.disconnect()
      return durations
    },
  }
}
