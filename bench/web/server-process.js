// A TLS server of node:tls, which answers a number with so many bytes, and a relay to it. In a process of its own, so that
// the page's driver does not share its thread. Tells their addresses, and ends with its parent.
import { once } from 'node:events'
import { createServer } from 'node:tls'
import { createRelay } from '@typetls/relay'

const chunk = Buffer.alloc(65_536, 7)

process.on('disconnect', () => process.exit())
const [identity] = await once(process, 'message')
const server = createServer(
  { ...identity, minVersion: 'TLSv1.3', ciphers: 'TLS_AES_128_GCM_SHA256', ecdhCurve: 'X25519:P-256' },
  (socket) => {
    socket.on('error', () => socket.destroy())
    socket.on('data', (request) => void send(socket, Number(String(request))))
  },
)
server.listen(0, '127.0.0.1')
await once(server, 'listening')
const { port } = server.address()
const relay = createRelay({ allow: [`127.0.0.1:${port}`] })
process.send({ relayUrl: `ws://127.0.0.1:${(await relay.listen()).port}/`, address: { hostname: '127.0.0.1', port } })

async function send(socket, bytes) {
  for (let left = bytes; left > 0; left -= chunk.length) {
    if (socket.destroyed) return
    if (!socket.write(left < chunk.length ? chunk.subarray(0, left) : chunk)) await drained(socket)
  }
}

function drained(socket) {
  return new Promise((resolve) => {
    const done = () => {
      socket.off('drain', done).off('close', done)
      resolve()
    }
    socket.on('drain', done).on('close', done)
  })
}
