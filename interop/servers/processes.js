import { spawn, spawnSync } from 'node:child_process'
import { chownSync } from 'node:fs'
import { once } from 'node:events'
import net from 'node:net'

/** Whom servers run as: some refuse to be root. */
export const unprivileged =
  process.getuid?.() === 0 ? { uid: 65534, gid: 65534 } : { uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 }

/** Makes a directory, or a file, theirs. */
export function give(path) {
  chownSync(path, unprivileged.uid, unprivileged.gid)
  return path
}

/** The processes of one server: all in groups of their own, so that nothing is left of them. */
export class Processes {
  #running = []
  #output = []

  constructor(directory) {
    this.directory = directory
  }

  /** Runs a program to its end. */
  run(program, args, options = {}) {
    const { status, stdout, stderr } = spawnSync(program.path(), args, {
      ...this.#options(options),
      encoding: 'utf8',
      timeout: 60_000,
    })
    if (status !== 0) throw new Error(`${program.name} failed (${status})\n${stdout}${stderr}`)
    return stdout
  }

  /** Starts a server, and waits until it listens on these ports. */
  async serve(program, args, ports, options = {}) {
    const child = spawn(program.path(), args, { ...this.#options(options), detached: true })
    for (const stream of [child.stdout, child.stderr]) stream.on('data', (text) => this.#output.push(String(text)))
    this.#running.push(child)
    child.on('error', (error) => this.#output.push(String(error)))
    for (const port of ports) await this.#listens(child, program, port)
  }

  output() {
    return this.#output.join('').split('\n').slice(-60).join('\n')
  }

  async stopAll() {
    for (const child of this.#running) {
      if (child.exitCode !== null || child.signalCode !== null) continue
      const ended = once(child, 'exit')
      signal(child, 'SIGTERM')
      const timer = setTimeout(() => signal(child, 'SIGKILL'), 5000)
      await ended
      clearTimeout(timer)
    }
    this.killAll()
  }

  /** What is left of the groups too. */
  killAll() {
    for (const child of this.#running) signal(child, 'SIGKILL')
  }

  #options(options) {
    return { cwd: this.directory, env: { ...process.env, HOME: this.directory }, ...unprivileged, ...options }
  }

  async #listens(child, program, port) {
    for (;;) {
      if (child.exitCode !== null || child.signalCode !== null)
        throw new Error(`${program.name} ended\n${this.output()}`)
      if (await answers(port)) return
      await new Promise((resolve) => setTimeout(resolve, 50))
    }
  }
}

/** A port of loopback that nobody listens on. */
export async function freePort() {
  const server = net.createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address()
  server.close()
  await once(server, 'close')
  return port
}

function answers(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, '127.0.0.1')
    socket.once('connect', () => {
      socket.destroy()
      resolve(true)
    })
    socket.once('error', () => resolve(false))
  })
}

function signal(child, name) {
  try {
    process.kill(-child.pid, name)
  } catch {
    // There is nobody left.
  }
}
