import { createHash, randomBytes, randomInt } from 'node:crypto'
import { once } from 'node:events'

/** A server that does what a connection's order asks for. → its port */
export async function serveBulk(stack) {
  const server = await stack.listen((socket) => {
    socket.on('error', fail)
    socket.once('data', (first) => {
      const order = parseOrder(first)
      const work = order.upload ? acceptUpload(socket, order, first.subarray(orderLength)) : send(socket, order)
      work.then(() => socket.end(), fail)
    })
  })
  return server.address().port
}

/** Sends or fetches `size` bytes, with `hashed` random ones that are compared at the end. → seconds until all had arrived */
export async function transfer(stack, { port, ...order }) {
  const socket = stack.connect(port)
  socket.on('error', fail)
  // The server ends when it is through, which may be before we are.
  const closed = once(socket, 'close')
  await once(socket, 'secureConnect')
  const start = performance.now()
  socket.write(formatOrder(order))
  if (order.upload) {
    const answer = once(socket, 'data')
    const sent = await send(socket, order, false)
    const [arrived] = await answer
    if (order.hashed && !arrived.equals(sent)) throw new Error('what arrived is not what was sent')
  } else {
    await receive(socket, order)
  }
  const seconds = (performance.now() - start) / 1000
  socket.end()
  await closed
  return seconds
}

async function acceptUpload(socket, order, first) {
  socket.write(await receive(socket, { ...order, trailer: false }, first))
}

/** Writes as fast as the socket takes it, and behind it the hash if there is to be a trailer. */
async function send(socket, { size, hashed }, trailer = hashed) {
  const hash = createHash('sha256')
  for (let sent = 0; sent < size;) {
    const chunk = (hashed ? randomBytes(randomInt(1, 100_000)) : fixedChunk).subarray(0, size - sent)
    sent += chunk.length
    if (hashed) hash.update(chunk)
    if (!socket.write(chunk) && sent < size) await once(socket, 'drain')
  }
  const digest = hash.digest()
  if (trailer) socket.write(digest)
  return digest
}

/** Counts what arrives; a byte too much or too few is an error. → the hash */
function receive(socket, { size, hashed, trailer = hashed }, first = Buffer.alloc(0)) {
  return new Promise((resolve, reject) => {
    const hash = createHash('sha256')
    const total = size + (trailer ? hashLength : 0)
    const rest = []
    let received = 0
    const take = (chunk) => {
      if (hashed) {
        const content = chunk.subarray(0, Math.max(0, size - received))
        hash.update(content)
        rest.push(chunk.subarray(content.length))
      }
      received += chunk.length
      if (received < total) return
      const digest = hash.digest()
      if (received > total) reject(new Error(`${received - total} bytes too many arrived`))
      else if (trailer && !Buffer.concat(rest).equals(digest)) reject(new Error('what arrived is not what was sent'))
      else resolve(digest)
    }
    socket.on('data', take)
    socket.once('end', () => reject(new Error(`the connection ended after ${received} of ${total} bytes`)))
    if (first.length > 0) take(first)
  })
}

function formatOrder({ upload, hashed, size }) {
  const order = Buffer.alloc(orderLength)
  order[0] = Number(upload)
  order[1] = Number(hashed)
  order.writeUIntBE(size, 2, 6)
  return order
}

function parseOrder(order) {
  return { upload: order[0] === 1, hashed: order[1] === 1, size: order.readUIntBE(2, 6) }
}

function fail(error) {
  throw error
}

const orderLength = 8
const hashLength = 32

/** As large as what file streams read at a time. */
const fixedChunk = Buffer.alloc(0x10000, 'typetls ')
