import { Client } from 'undici'

/** An HTTPS server with a small answer to everything. → its port */
export async function serveHttps(stack) {
  const server = await stack.listenHttps((request, response) => {
    response.writeHead(200, { 'content-type': 'application/json', 'content-length': answer.length })
    response.end(answer)
  })
  return server.address().port
}

/**
 * A closed loop: on each of so many connections kept alive one request after the other, each when the answer to the one
 * before is there. This end is undici over node:tls, whoever the server is.
 * → how many in so many seconds, and the seconds that 99 % of them took at most
 */
export async function loadHttps(_stack, { port, ca, connections, seconds }) {
  const clients = Array.from({ length: connections }, () => {
    return new Client(`https://127.0.0.1:${port}`, { connect: { ca, servername: 'localhost' } })
  })
  await Promise.all(clients.map(get))
  const latencies = []
  const start = performance.now()
  const end = start + seconds * 1000
  await Promise.all(
    clients.map(async (client) => {
      for (let before = performance.now(); before < end;) {
        await get(client)
        const now = performance.now()
        latencies.push((now - before) / 1000)
        before = now
      }
    }),
  )
  const wall = (performance.now() - start) / 1000
  await Promise.all(clients.map((client) => client.close()))
  latencies.sort((a, b) => a - b)
  return { count: latencies.length, wall, p99: latencies[Math.floor(latencies.length * 0.99)] }
}

async function get(client) {
  const { statusCode, body } = await client.request({ method: 'GET', path: '/' })
  const text = await body.text()
  if (statusCode !== 200 || text.length !== answer.length) throw new Error(`status ${statusCode}, ${text.length} bytes`)
}

const answer = Buffer.from(JSON.stringify({ message: 'typetls '.repeat(25) }))
