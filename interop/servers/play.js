import { chmodSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { unregister } from '@typetls/node-adapter/register'
import { certificates } from './certificates.js'
import { Processes, give } from './processes.js'

// It registers when it is imported; each check says itself whether it wants that.
unregister()

/**
 * Starts a server in a directory of its own, plays its checks one after the other, and stops it.
 *
 * @returns {Promise<{ server: string, library: string, check: string, ms: number, result: string }[]>}
 */
export async function play(server) {
  const directory = mkdtempSync(join(tmpdir(), `typetls-${server.name.toLowerCase()}-`))
  chmodSync(directory, 0o755)
  const processes = new Processes(directory)
  const abandon = () => {
    processes.killAll()
    rmSync(directory, { recursive: true, force: true })
  }
  process.once('exit', abandon)
  const rows = []
  try {
    const tls = certificates(directory)
    for (const file of ['.', ...readdirSync(directory)]) give(join(directory, file))
    const started = performance.now()
    const running = await within(60_000, server.start({ directory, tls, processes }))
    const ms = Math.round(performance.now() - started)
    console.log(`${server.name} ${running.version ?? ''} is up after ${ms} ms`)
    for (const [library, check, action] of server.checks) {
      const begun = performance.now()
      const failure = await within(20_000, action({ ...running, tls })).then(
        () => undefined,
        (error) => error,
      )
      unregister()
      const row = { server: server.name, library, check, ms: Math.round(performance.now() - begun), result: 'ok' }
      if (failure !== undefined) {
        row.result = `FAILED: ${failure.message ?? failure}`
        console.log(failure.stack ?? failure)
      }
      rows.push(row)
    }
  } catch (error) {
    console.log(error.stack)
    rows.push({ server: server.name, library: '', check: 'starts', ms: 0, result: `FAILED: ${error.message}` })
  } finally {
    unregister()
    if (rows.some(({ result }) => result !== 'ok')) console.log(processes.output())
    await processes.stopAll()
    process.off('exit', abandon)
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 })
  }
  return rows
}

function within(milliseconds, promise) {
  let timer
  const late = new Promise((_, reject) => {
    timer = setTimeout(() => reject(new Error(`not done within ${milliseconds} ms`)), milliseconds)
  })
  return Promise.race([promise, late]).finally(() => clearTimeout(timer))
}
