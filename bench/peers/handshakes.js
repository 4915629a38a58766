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
 * Connections one after the other, both ends in this process, each from `connect()` until both ends are closed.
 * → how many, in how many seconds of wall clock and CPU
 *
 * @param argument `seconds` or `count` to go on for; `resumed`, or `afresh`: with options that nobody prepared
 */
export async function handshakes(stack, argument) {
  const { port, seconds = Infinity, count = Infinity, resumed = false, afresh = false } = argument
  const session = resumed ? await sessionOf(stack.connect(port)) : undefined
  const connect = afresh ? stack.connectAfresh : stack.connect
  const cpu = process.cpuUsage()
  const start = performance.now()
  let done = 0
  while (done < count && performance.now() - start < seconds * 1000) {
    await bothClosed(connect(port, session), resumed)
    done++
  }
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  return { count: done, wall, cpu: (user + system) / 1e6 }
}

function bothClosed(socket, resumed) {
  return new Promise((resolve) => {
    let left = 2
    const closed = () => {
      if (--left === 0) resolve()
    }
    serverSocketClosed = closed
    socket.on('error', fail)
    socket.once('close', closed)
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
  const closed = once(socket, 'close')
  const [[session]] = await Promise.all([once(socket, 'session'), once(socket, 'secureConnect')])
  socket.end()
  await closed
  return session
}

function fail(error) {
  throw error
}
