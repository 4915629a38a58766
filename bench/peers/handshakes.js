import { once } from 'node:events'

/**
 * Connections one after the other, both ends in this process, each from `connect()` until both ends are closed.
 * → how many, in how many seconds of wall clock and CPU
 *
 * @param argument `seconds` to go on for; `resumed`, or `afresh`: with options that nobody prepared
 */
export async function handshakes(stack, { seconds, resumed = false, afresh = false }) {
  let closed
  const server = await stack.listen((socket) => {
    socket.on('error', fail)
    socket.once('close', () => closed())
    socket.resume()
  })
  const { port } = server.address()
  const session = resumed ? await sessionOf(stack.connect(port)) : undefined
  const connect = afresh ? stack.connectAfresh : stack.connect

  const one = async () => {
    const bothClosed = new Promise((resolve) => {
      let left = 2
      closed = () => --left === 0 && resolve()
    })
    const socket = connect(port, session)
    socket.on('error', fail)
    socket.once('close', closed)
    socket.once('secureConnect', () => {
      if (!socket.authorized) fail(new Error('the server was not verified'))
      if (socket.isSessionReused() !== resumed) fail(new Error(`a session was ${resumed ? 'not ' : ''}resumed`))
      socket.end()
    })
    socket.resume()
    await bothClosed
  }

  const cpu = process.cpuUsage()
  const start = performance.now()
  let count = 0
  for (; performance.now() - start < seconds * 1000; count++) await one()
  const wall = (performance.now() - start) / 1000
  const { user, system } = process.cpuUsage(cpu)
  server.close()
  return { count, wall, cpu: (user + system) / 1e6 }

  async function sessionOf(socket) {
    closed = () => {}
    const [[session]] = await Promise.all([once(socket, 'session'), once(socket, 'secureConnect')])
    socket.end()
    await once(socket, 'close')
    return session
  }
}

function fail(error) {
  throw error
}
