// What the page talks to: servers of node:https with a good certificate and with bad ones, PostgreSQL where there is one,
// and the relay that leads to all of them and can read none.
import { once } from 'node:events'
import https from 'node:https'
import { createRelay } from '@typetls/relay'
import { createAuthority } from '@typetls/testing'
import { hasPostgreSql, startPostgreSql } from './postgresql.js'

/** Starts all of it. `settings` is what the page gets as `/settings.json`. */
export async function startServices() {
  const ends = []
  const authority = createAuthority({ name: 'Example root' })
  const intermediate = authority.issueIntermediate({ name: 'Example intermediate' })
  const stranger = createAuthority({ name: 'A root nobody knows', key: 2 })
  const localhost = { dns: ['localhost'], ip: ['127.0.0.1'] }
  const identities = [
    { id: 'good', label: 'A good certificate', identity: intermediate.issue(localhost) },
    {
      id: 'expired',
      label: 'An expired one',
      identity: intermediate.issue({ ...localhost, notAfter: new Date('2024-02-29') }),
    },
    { id: 'another-name', label: 'One for another name', identity: intermediate.issue({ dns: ['shop.example'] }) },
    { id: 'stranger', label: 'One of a stranger', identity: stranger.issue(localhost) },
  ]
  try {
    const servers = []
    for (const { id, label, identity } of identities) {
      const { port, close } = await startServer(identity)
      ends.push(close)
      servers.push({ id, label, url: `https://localhost:${port}/`, port })
    }
    const postgreSql = hasPostgreSql() ? await startPostgreSql(authority.pem, intermediate.issue(localhost)) : undefined
    if (postgreSql) ends.push(postgreSql.close)
    const allowed = [...servers, ...(postgreSql ? [postgreSql] : [])].map(({ port }) => `localhost:${port}`)
    const relay = createRelay({ allow: allowed })
    const { port } = await relay.listen()
    ends.push(() => relay.close())
    return {
      relay,
      settings: {
        relay: `ws://127.0.0.1:${port}/`,
        ca: authority.pem,
        servers: servers.map(({ id, label, url }) => ({ id, label, url })),
        postgreSql: postgreSql ? connectionString(postgreSql) : null,
      },
      close: () => endAll(ends),
    }
  } catch (error) {
    await endAll(ends)
    throw error
  }
}

async function startServer({ chainPem, privateKeyPem }) {
  const server = https.createServer({ cert: chainPem, key: privateKeyPem }, (request, response) => {
    response.setHeader('content-type', 'application/json')
    response.end(
      JSON.stringify({
        message: 'This was encrypted by the server and decrypted in your page.',
        youAsked: `${request.method} ${request.url}`,
        iSpeak: request.socket.getProtocol(),
        iWasCalled: request.socket.servername,
      }),
    )
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const close = () => {
    server.closeAllConnections()
    server.close()
  }
  return { port: server.address().port, close }
}

function connectionString({ user, password, database, port }) {
  return `postgresql://${user}:${password}@localhost:${port}/${database}?sslmode=verify-full`
}

async function endAll(ends) {
  for (const end of ends.splice(0).reverse()) await end()
}
