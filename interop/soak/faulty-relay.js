// A TCP relay that harms what passes through it: one port for each kind of harm. A process of its own, so that what it
// costs does not count for the stacks under test. Argument: the port of the server.
import net from 'node:net'
import { fileURLToPath } from 'node:url'
import { chance, pick, within } from './random.js'

/** What a relay can do, and whether both ends must still get every byte. */
export const faults = {
  none: { harmless: true, ready: () => passOn },
  stall: { harmless: true, ready: () => stall },
  split: { harmless: true, ready: () => split },
  reset: { harmless: false, ready: () => once(reset) },
  cut: { harmless: false, ready: () => once(cut) },
  'half-cut': { harmless: false, ready: () => once(halfCut) },
  corrupt: { harmless: false, ready: () => once(corrupt) },
  duplicate: { harmless: false, ready: () => once(duplicate) },
  drop: { harmless: false, ready: () => once(drop) },
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(Number(process.argv[2]))

async function main(serverPort) {
  const ports = {}
  for (const [name, fault] of Object.entries(faults)) ports[name] = await listen(serverPort, fault)
  process.send({ ports })
  process.on('disconnect', () => process.exit())
}

async function listen(serverPort, fault) {
  const server = net.createServer({ allowHalfOpen: true, noDelay: true }, (near) => {
    const far = net.connect({ port: serverPort, host: '127.0.0.1', allowHalfOpen: true, noDelay: true })
    const act = fault.ready()
    carry({ from: near, to: far, upward: true, passed: 0 }, act)
    carry({ from: far, to: near, upward: false, passed: 0 }, act)
  })
  // A burst of connections is what the ends are tested with, not this program's queue.
  await new Promise((listening) => server.listen({ port: 0, host: '127.0.0.1', backlog: 2048 }, listening))
  return server.address().port
}

/** One direction: chunks one after the other through `act`, then the end. */
function carry(direction, act) {
  const { from, to } = direction
  let busy = Promise.resolve()
  from.on('data', (bytes) => {
    from.pause()
    busy = busy.then(async () => {
      if (to.destroyed) return
      await act(direction, bytes)
      direction.passed += bytes.length
      from.resume()
    })
  })
  from.on('end', () => void busy.then(() => to.end()))
  from.on('error', () => to.destroy())
  from.on('close', () => void busy.then(() => from.readableEnded || to.destroy()))
}

async function send(to, bytes) {
  if (to.destroyed || to.writableEnded || to.write(bytes)) return
  await new Promise((done) => {
    to.once('drain', done)
    to.once('close', done)
  })
}

function wait(milliseconds) {
  return new Promise((done) => setTimeout(done, milliseconds))
}

async function passOn({ to }, bytes) {
  await send(to, bytes)
}

async function stall({ to }, bytes) {
  if (chance(0.1)) await wait(within(5, 400))
  await send(to, bytes)
}

async function split({ to, passed }, bytes) {
  for (let start = 0; start < bytes.length;) {
    // The handshake in the smallest pieces and the rest in larger ones, or this process would be what all wait for.
    const end = start + within(1, passed + start < 2000 ? 40 : 20_000)
    await send(to, bytes.subarray(start, end))
    await new Promise(setImmediate)
    start = end
  }
}

/** Does no harm until a place anywhere from the first byte on, in one of the directions; then once. */
function once(harm) {
  const upward = chance(0.5)
  const place = Math.floor(2 ** (within(0, 1800) / 100)) - 1
  let done = false
  return async (direction, bytes) => {
    const at = place - direction.passed
    if (done || direction.upward !== upward || at >= bytes.length) return passOn(direction, bytes)
    done = true
    await harm(direction, bytes, at)
  }
}

function reset({ from, to }) {
  from.resetAndDestroy()
  to.resetAndDestroy()
}

async function cut({ from, to }, bytes, at) {
  await send(to, bytes.subarray(0, at))
  to.end()
  from.end()
}

async function halfCut({ to }, bytes, at) {
  await send(to, bytes.subarray(0, at))
  to.end()
}

async function corrupt({ to }, bytes, at) {
  bytes[at] ^= pick([1, 2, 4, 8, 16, 32, 64, 128])
  await send(to, bytes)
}

async function duplicate({ to }, bytes, at) {
  await send(to, bytes.subarray(0, at))
  await send(to, bytes.subarray(Math.max(0, at - within(1, 100)), at))
  await send(to, bytes.subarray(at))
}

async function drop({ from, to }, bytes, at) {
  await send(to, bytes.subarray(0, at))
  await send(to, bytes.subarray(at + within(1, 100)))
  // What was dropped may have been the last: nobody would notice.
  await wait(500)
  await cut({ from, to }, bytes, 0)
}
