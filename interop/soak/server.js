// The server of the soak, a process of its own: tells its port, and what came of each connection by its seed.
import { setTimeout as delay } from 'node:timers/promises'
import { createServer } from '@typetls/node-adapter'
import { giveUp, headerLength, readHeader, sendStream, watch } from './exchange.js'
import { memoryAfterCollection, tellFailures } from './process.js'

const { identity, patience } = JSON.parse(process.argv[2])
const failures = {}
tellFailures((what) => process.send({ crash: what }))

const options = { ...identity, minVersion: 'TLSv1.2', handshakeTimeout: 1000 * patience, allowHalfOpen: true }
const server = createServer(options, serve)
server.on('tlsClientError', (error) => {
  const code = error.code ?? String(error)
  failures[code] = (failures[code] ?? 0) + 1
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, () => process.send({ port: server.address().port }))

process.on('message', async ({ ask }) => {
  if (ask === 'held now') {
    process.send({ heldNow: await memoryAfterCollection(), open: await open() })
    return
  }
  // What the relay or the client left to itself is for our timeouts to end.
  for (let waited = 0; waited < 2000 * patience + 1000 && (await open()) > 0; waited += 100) await delay(100)
  process.send({ memory: await memoryAfterCollection(), open: await open(), failures })
})
process.on('disconnect', () => process.exit())

function open() {
  return new Promise((done) => server.getConnections((_, count) => done(count)))
}

function serve(socket) {
  giveUp(socket, patience)
  let begun = Buffer.alloc(0)
  const early = (bytes) => {
    begun = Buffer.concat([begun, bytes])
    if (begun.length < headerLength) return
    socket.off('data', early)
    socket.pause()
    const { seed, up, down } = readHeader(begun)
    watch(socket, { seed, length: up }, (result) => process.send({ seed, result }))
    const rest = begun.subarray(headerLength)
    if (rest.length > 0) socket.emit('data', rest)
    sendStream(socket, seed + 1, down)
    socket.resume()
  }
  socket.on('data', early)
  socket.on('error', () => {})
}
