// What `npm start` runs: pages fetched by TLS, from and by programs that are not ours. Ends with 0 only if all came.
import { rmSync } from 'node:fs'
import { makeCertificates } from './certificates.js'
import { fetchWithOurs, serveNode, serveOpenSsl, startNodeServer, startOurServer } from './exchanges.js'
import { printLadder, recordTrace } from './ladder.js'
import { openSslVersion, startOpenSslServer } from './openssl.js'
import { printExchanges, printFailure, printHeading, styled } from './report.js'

const started = performance.now()
const openSsl = openSslVersion()
const node = `node:https ${process.versions.node}`
const recorded = recordTrace()
const certificates = makeCertificates()
process.on('exit', () => rmSync(certificates.directory, { recursive: true, force: true }))

console.log(`A page of 200 kB goes both ways between typetls and ${openSsl ? `OpenSSL ${openSsl} and ` : ''}${node}.`)
console.log('Each pair does it twice: with a full handshake, then with the session of the first.')
if (openSsl === undefined) console.log(styled('yellow', 'There is no openssl program: its half is left out.'))

const failures = []
if (openSsl !== undefined) {
  await exchanges(`our client fetches from openssl s_server ${openSsl}`, () =>
    fetchTwice(() => startOpenSslServer({ ...certificates.ecdsa, file: certificates.file }), recorded.trace),
  )
}
await exchanges(`our client fetches from ${node}`, () =>
  fetchTwice(() => startNodeServer(certificates.rsa), openSsl === undefined ? recorded.trace : undefined),
)
if (openSsl !== undefined) {
  await exchanges(`openssl s_client ${openSsl} fetches from our server`, () =>
    withServer(
      () => startOurServer({ credentials: [certificates.ecdsa] }),
      (server) => serveOpenSsl({ server, certificates }),
    ),
  )
}
await exchanges(`${node} fetches from our server`, () =>
  withServer(
    () => startOurServer({ credentials: [certificates.ed25519, certificates.rsa] }),
    (server) => serveNode({ server, certificates }),
  ),
)

printHeading(`the first of these handshakes, as our client saw it`)
printLadder(recorded.events)

const seconds = ((performance.now() - started) / 1000).toFixed(1)
if (failures.length === 0) {
  console.log(`\n${styled('green', 'All exchanges succeeded')} in ${seconds} s.`)
} else {
  console.log(`\n${styled('red', `${failures.length} failed:`)} ${failures.join('; ')}`)
  process.exitCode = 1
}

async function exchanges(title, action) {
  printHeading(title)
  try {
    printExchanges(await action())
  } catch (error) {
    printFailure(error)
    failures.push(title)
  }
}

async function fetchTwice(startServer, trace) {
  return withServer(startServer, async ({ port }) => {
    const first = await fetchWithOurs({ port, ca: certificates.ca, trace })
    if (first.session === undefined) throw new Error('the server gave no session to resume')
    const second = await fetchWithOurs({ port, ca: certificates.ca, session: first.session })
    return [first.row, second.row]
  })
}

async function withServer(start, use) {
  const server = await start()
  try {
    const rows = await use(server)
    if (!rows[1].resumed) throw new Error('the second exchange did not resume the first')
    return rows
  } finally {
    server.stop()
  }
}
