// The clients of the soak, a process of their own.
import { setTimeout as delay } from 'node:timers/promises'
import { connect } from '@typetls/node-adapter'
import { giveUp, header, sendStream, watch } from './exchange.js'
import { memoryAfterCollection, tellFailures } from './process.js'
import { chance, pick, within } from './random.js'

const { ca, ports, patience } = JSON.parse(process.argv[2])
tellFailures((what) => process.send({ crash: what }))

const open = new Map()
let dialled = 0
let session

process.on('message', async ({ ask, seconds, connections }) => {
  if (ask === 'memory') {
    session = undefined
    process.send({ memory: await memoryAfterCollection() })
  } else {
    await load(seconds, connections)
    process.send({ finished: true })
  }
})
process.on('disconnect', () => process.exit())
process.send({ ready: true })

async function load(seconds, connections) {
  const until = performance.now() + 1000 * seconds
  while (performance.now() < until) {
    // A few in each turn: a thousand handshakes at once would keep the process from everything else for a second.
    for (let i = 0; i < 20 && open.size < connections; i++) dial()
    await delay(5)
  }
  for (let waited = 0; open.size > 0 && waited < 60_000; waited += 100) await delay(100)
  for (const [socket, fault] of open) {
    process.send({ hang: fault })
    socket.destroy()
  }
  open.clear()
}

function dial() {
  const seed = ++dialled * 2
  const leaves = chance(0.02)
  const fault = pick(chance(0.5) ? ['none', 'stall', 'split'] : Object.keys(ports))
  const up = within(0, 100_000)
  const down = within(0, 100_000)
  const socket = connect({
    host: '127.0.0.1',
    port: ports[fault],
    servername: 'localhost',
    ca,
    minVersion: 'TLSv1.2',
    ...(chance(0.5) && { maxVersion: 'TLSv1.2' }),
    ...(chance(0.5) && { session }),
    handshakeTimeout: 1000 * patience,
    allowHalfOpen: true,
  })
  open.set(socket, fault)
  giveUp(socket, patience)
  socket.on('session', (given) => (session = given))
  socket.on('secureConnect', () => {
    socket.write(header({ seed, up, down }))
    sendStream(socket, seed, up)
  })
  watch(socket, { seed: seed + 1, length: down }, (result) => {
    open.delete(socket)
    process.send({ seed, result: { ...result, fault: leaves ? 'left' : fault } })
  })
  if (leaves) setTimeout(() => socket.destroy(), within(1, 300))
}
