import { once } from 'node:events'
import { setTimeout as delay } from 'node:timers/promises'

/** The sockets of this process, of either end. */
const sockets = new Set()

/** A server that holds what connects. → its port */
export async function serveIdle(stack) {
  const server = await stack.listen(hold)
  return server.address().port
}

/** Opens connections, some at a time, and waits until the server's tickets are there too. */
export async function openIdle(stack, { port, count, atOnce = 20 }) {
  let left = count
  const opener = async () => {
    while (left-- > 0) {
      const socket = stack.connect(port)
      hold(socket)
      await Promise.all([once(socket, 'secureConnect'), once(socket, 'session')])
    }
  }
  await Promise.all(Array.from({ length: atOnce }, opener))
}

export async function closeIdle() {
  for (const socket of sockets) socket.destroy()
  while (sockets.size > 0) await delay(10)
}

/** Bytes in use after garbage collection, and how many sockets there are. */
export async function idleMemory() {
  for (let i = 0; i < 4; i++) {
    await delay(100)
    globalThis.gc()
  }
  const { heapUsed, external, rss } = process.memoryUsage()
  return { sockets: sockets.size, heapUsed, external, rss }
}

function hold(socket) {
  sockets.add(socket)
  socket.on('error', ignore)
  socket.on('data', ignore)
  socket.once('close', forget)
}

function forget() {
  sockets.delete(this)
}

function ignore() {}
