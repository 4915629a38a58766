import { once } from 'node:events'

let serverSocketClosed = () => {}

/** A server for this process, one for all that is measured in it. → its port */
export async function serveHandshakes(stack) {
  const server = await stack.listen((socket) => {
    socket.on('error', fail)
    socket.once('close', () => serverSocketClosed())
    socket.resume()
  })
  return server.address().port
}

/**
 * Connections one after the other, each from `connect()` until all ends in this process are closed: ours, and the
 * server's if it is here. → how many, in how many seconds of wall clock and CPU
 *
 * @param argument `seconds` or `count` to go on for; `ends` in this process, 1 or 2; `resumed`, or `afresh`: with options
 *   that nobody prepared
 */
export async function handshakes(stack, argument) {
  const { port, seconds = Infinity, count = Infinity, ends = 2, resumed = false, afresh = false } = argument
  const session = resumed ? await sessionOf(stack.connect(port)) : undefined
  const connect = afresh ? stack.connectAfresh : stack.connect
  const cpu = process.cpuUsage()
  const start = performance.now()
  let done = 0
  while (done < count && performance.now() - start < seconds * 1000) {
    await closed(connect(port, session), resumed, ends)
    done++
  }
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { count: done, wall, cpu: (user + system) / 1e6 }
}

function closed(socket, resumed, ends) {
  return new Promise((resolve) => {
    let left = ends
    const one = () => {
      if (--left === 0) resolve()
    }
    serverSocketClosed = one
    socket.on('error', fail)
    socket.once('close', one)
    socket.once('secureConnect', () => {
      if (!socket.authorized) fail(new Error('the server was not verified'))
      if (socket.isSessionReused() !== resumed) fail(new Error(`a session was ${resumed ? 'not ' : ''}resumed`))
      socket.end()
    })
    socket.resume()
  })
}

async function sessionOf(socket) {
  serverSocketClosed = () => {}
  const end = once(socket, 'close')
  const [[session]] = await Promise.all([once(socket, 'session'), once(socket, 'secureConnect')])
  // node:tls says no close_notify when it is told to end while it reads a ticket.
  setImmediate(() => socket.end())
  await end
  return session
}

function fail(error) {
  throw error
}
