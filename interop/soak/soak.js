import { fork } from 'node:child_process'
import { once } from 'node:events'
import net from 'node:net'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { createAuthority } from '@typetls/testing'
import { Outcomes } from './outcomes.js'

/**
 * Keeps `connections` going for `seconds`, each through a fault or none, in four processes: the clients, the server, the
 * relay, and this one, which compares what both ends say.
 *
 * @param patience seconds without movement after which an end gives up
 * @returns counts by fault, memory of both ends before and after, and `problems`: empty if all held
 */
export async function soak({ seconds, connections, patience = 10 }) {
  const ca = createAuthority({ keyType: 'ec-secp256r1' })
  const { chainPem, privateKey } = ca.issue({ dns: ['localhost'], keyType: 'ec-secp256r1' })
  const identity = { cert: chainPem, key: privateKey.export({ format: 'pem', type: 'pkcs8' }) }
  const outcomes = new Outcomes()
  const children = []
  const start = (file, argument) => {
    const child = fork(fileURLToPath(new URL(file, import.meta.url)), [argument], { execArgv: ['--expose-gc'] })
    child.on('exit', (code, signal) => outcomes.problem(`${file} ended: ${signal ?? code}`))
    children.push(child)
    return child
  }
  try {
    const server = start('server.js', JSON.stringify({ identity, patience }))
    const { port } = await answer(server, 'port')
    const { ports } = await answer(start('faulty-relay.js', String(port)), 'ports')
    const client = start('client.js', JSON.stringify({ ca: ca.pem, ports, patience }))
    await answer(client, 'ready')
    client.on('message', (message) => outcomes.hear('client', message))
    server.on('message', (message) => outcomes.hear('server', message))

    // What is made once, and caches, is there after a while; from then on nothing may be left behind.
    await load(client, Math.max(2, seconds / 3), connections)
    const before = await memories(client, server)
    await load(client, seconds, connections)
    const after = await memories(client, server)
    outcomes.compareMemory(before, after)
    const flood = await floodWith(connections, port, server, patience)
    outcomes.checkFlood(flood)
    return { seconds, connections, before, after, flood, faults: outcomes.rows(), problems: outcomes.problems }
  } finally {
    for (const child of children) {
      child.removeAllListeners('exit')
      child.kill('SIGKILL')
    }
  }
}

async function load(client, seconds, connections) {
  client.send({ ask: 'load', seconds, connections })
  await answer(client, 'finished')
}

async function memories(client, server) {
  client.send({ ask: 'memory' })
  const ofClient = await answer(client, 'memory')
  server.send({ ask: 'memory' })
  const ofServer = await answer(server, 'memory')
  return { client: ofClient.memory, server: ofServer.memory, open: ofServer.open, refused: ofServer.failures }
}

/** Handshakes that begin with as much of a ClientHello as a server takes, and never go on. */
async function floodWith(count, port, server, patience) {
  const before = await ask(server, 'held now')
  const sockets = await Promise.all(Array.from({ length: count }, () => beginHandshake(port)))
  const during = await ask(server, 'held now')
  // Those that do not time out are counted, not waited for.
  await Promise.race([Promise.all(sockets.map(closed)), delay(3000 * patience, undefined, { ref: false })])
  const after = await ask(server, 'held now')
  return { count, bytesEach: (during.heldNow - before.heldNow) / count, open: during.open, openAfter: after.open }
}

async function ask(server, question) {
  server.send({ ask: question })
  return answer(server, 'heldNow')
}

async function beginHandshake(port) {
  const socket = net.connect({ port, host: '127.0.0.1' })
  socket.on('error', () => {})
  socket.resume()
  socket.write(begunClientHello)
  await once(socket, 'connect')
  return socket
}

async function closed(socket) {
  if (!socket.closed) await once(socket, 'close')
}

/** A record with the first 16 KiB of a ClientHello of 32 KiB. */
const begunClientHello = Buffer.concat([
  Buffer.from([22, 3, 1, 0x40, 0, 1, 0, 0x80, 0, 3, 3]),
  Buffer.alloc(0x4000 - 6),
])

/** The next message that has this member. */
async function answer(child, name) {
  for (;;) {
    const [message] = await once(child, 'message', { signal: AbortSignal.timeout(600_000) })
    if (name in message) return message
  }
}
