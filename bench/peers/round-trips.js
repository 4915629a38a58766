import { once } from 'node:events'

/** A server that sends back what it gets. → its port */
export async function serveEcho(stack) {
  const server = await stack.listen((socket) => {
    socket.on('error', fail)
    socket.on('data', (chunk) => void socket.write(chunk))
  })
  return server.address().port
}

/** Messages sent and received back one after the other. → how many, in how many seconds of wall clock and CPU */
export async function roundTrips(stack, { port, seconds, size }) {
  const socket = stack.connect(port)
  socket.on('error', fail)
  await once(socket, 'secureConnect')
  const message = Buffer.alloc(size, 'typetls ')
  const cpu = process.cpuUsage()
  const start = performance.now()
  const count = await new Promise((resolve) => {
    let done = 0
    let received = 0
    socket.on('data', (chunk) => {
      received += chunk.length
      if (received < size) return
      received -= size
      done++
      if (performance.now() - start < seconds * 1000) socket.write(message)
      else resolve(done)
    })
    socket.write(message)
  })
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  socket.end()
  return { count, wall, cpu: (user + system) / 1e6 }
}

function fail(error) {
  throw error
}
