import { once } from 'node:events'
import { writeFileSync } from 'node:fs'
import net from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { resultsOf } from './command.js'
import { startPackage } from './program.js'

/** Serves a worker script by workerd, and gives the results that it answers a request with. */
export async function runWorker(specifier, script, directory) {
  const port = await freePort()
  writeFileSync(join(directory, 'suite.mjs'), script)
  writeFileSync(join(directory, 'config.capnp'), config(port))
  const program = startPackage(specifier, ['serve', join(directory, 'config.capnp')])
  let ended = false
  void program.ended.then(() => (ended = true))
  try {
    while (!ended) {
      const response = await fetch(`http://127.0.0.1:${port}/`).catch(() => undefined)
      if (response?.ok) return resultsOf(await response.json())
      if (response) throw new Error(`it answered ${response.status}: ${await response.text()}`)
      // Nobody listens yet.
      await wait(200)
    }
    throw new Error(`it ended: ${await program.ended}`)
  } finally {
    program.end()
    await program.ended
  }
}

async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function config(port) {
  return `using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [(name = "internet", network = (allow = ["private"])), (name = "main", worker = (
    modules = [(name = "suite.mjs", esModule = embed "suite.mjs")],
    compatibilityDate = "2026-11-01",
  ))],
  sockets = [(name = "http", address = "127.0.0.1:${port}", http = (), service = "main")],
);
`
}
