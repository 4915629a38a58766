import { fork } from 'node:child_process'
import { fileURLToPath } from 'node:url'

/**
 * Runs `use(...peers)` with a fresh process for each of these names of stacks, and ends them whatever happens.
 *
 * @param settings `{ suite, backend, identity, profile }`; `profile` is a directory for CPU profiles
 */
export async function withPeers(stacks, settings, use) {
  const { suite, backend, identity, profile } = settings
  const peers = []
  try {
    for (const stack of stacks) peers.push(new PeerProcess(stack, profile))
    await Promise.all(peers.map((peer, i) => peer.call('start', { stack: stacks[i], suite, backend, identity })))
    return await use(...peers)
  } finally {
    await Promise.all(peers.map((peer) => peer.end()))
  }
}

class PeerProcess {
  #stack
  #child
  #calls = new Map()
  #lastId = 0
  #ended

  constructor(stack, profile) {
    this.#stack = stack
    const name = stack.replace(':', '-')
    const profiling = profile === undefined ? [] : ['--cpu-prof', '--cpu-prof-dir', `${profile}/${name}`]
    this.#child = fork(entry, [], {
      execArgv: ['--expose-gc', ...profiling],
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    })
    running.add(this.#child)
    this.#ended = new Promise((resolve) => {
      const over = (reason) => {
        running.delete(this.#child)
        for (const { reject } of this.#calls.values()) reject(new Error(`a ${stack} process ended: ${reason}`))
        this.#calls.clear()
        resolve()
      }
      this.#child.once('error', (error) => over(error.message))
      this.#child.once('exit', (code, signal) => over(signal ?? `code ${code}`))
    })
    this.#child.on('message', ({ id, result, error }) => {
      const call = this.#calls.get(id)
      this.#calls.delete(id)
      if (error === undefined) call?.resolve(result)
      else call?.reject(new Error(error))
    })
  }

  /** The answer of a function of `peers/`. */
  call(name, argument = {}, seconds = 60) {
    return new Promise((resolve, reject) => {
      const id = ++this.#lastId
      const late = () => settle(reject)(new Error(`${name} of ${this.#stack} took more than ${seconds} s`))
      const timer = setTimeout(late, seconds * 1000)
      const settle = (how) => (value) => {
        clearTimeout(timer)
        this.#calls.delete(id)
        how(value)
      }
      this.#calls.set(id, { resolve: settle(resolve), reject: settle(reject) })
      this.#child.send({ id, name, argument })
    })
  }

  /** Lets the process end by itself, which writes its profile, and kills it if it does not. */
  async end() {
    if (this.#child.connected) this.#child.disconnect()
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), 5000)
    await this.#ended
    clearTimeout(timer)
  }
}

const entry = fileURLToPath(new URL('./peer.js', import.meta.url))

const running = new Set()
process.on('exit', () => running.forEach((child) => child.kill('SIGKILL')))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1))
