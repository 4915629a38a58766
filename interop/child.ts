import { spawn, spawnSync } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { createServer } from 'node:net'

/** A program that runs beside a test: what it says is kept, and it never outlives the test. */
export class Child {
  readonly process: ChildProcessWithoutNullStreams
  /** Fulfilled with the exit code, or the signal. */
  readonly ended: Promise<number | string>
  readonly #command: string
  readonly #output: Buffer[] = []
  #length = 0
  readonly #waiting = new Set<() => void>()
  #text = ''
  #over = false

  constructor(scope: Scope, command: string, args: readonly string[], env?: NodeJS.ProcessEnv) {
    this.#command = `${command} ${args.join(' ')}`
    this.process = spawn(command, args, { env, stdio: ['pipe', 'pipe', 'pipe'] })
    this.ended = new Promise((resolve) => {
      const over = (how: number | string): void => {
        this.#over = true
        this.#heard()
        resolve(how)
      }
      this.process.on('error', (error) => over(error.message))
      this.process.on('close', (code, signal) => over(code ?? signal ?? 'nothing'))
    })
    this.process.stdout.on('data', (chunk: Buffer) => {
      this.#output.push(chunk)
      this.#length += chunk.length
      this.#take(chunk)
    })
    this.process.stderr.on('data', (chunk: Buffer) => this.#take(chunk))
    // A peer that ends while it is written to is for the cell to notice.
    this.process.stdin.on('error', () => {})
    scope.onEnd(async () => {
      this.process.kill('SIGKILL')
      await this.ended
    })
  }

  /** Everything on stdout so far. */
  get output(): Buffer {
    return Buffer.concat(this.#output)
  }

  /** Bytes of it. */
  get outputLength(): number {
    return this.#length
  }

  /** The first megabyte of both outputs, as they came. */
  get report(): string {
    return this.#text
  }

  write(data: string | Buffer): void {
    this.process.stdin.write(data)
  }

  /** Waits until both outputs together hold this. */
  async hear(what: string | RegExp): Promise<void> {
    await this.until(() => (typeof what === 'string' ? this.#text.includes(what) : what.test(this.#text)), `${what}`)
  }

  /** Waits until the condition holds; it is looked at when there is output, and at the end. */
  async until(condition: () => boolean, what: string): Promise<void> {
    while (!condition()) {
      if (this.#over) throw new Error(`${this.#command}\nended before ${what}:\n${this.#text}`)
      await this.#more(what)
    }
  }

  #more(what: string): Promise<void> {
    return new Promise((resolve, reject) => {
      const give = setTimeout(() => {
        this.#waiting.delete(heard)
        reject(new Error(`${this.#command}\nis silent, without ${what}:\n${this.#text}`))
      }, patience)
      const heard = (): void => {
        clearTimeout(give)
        resolve()
      }
      this.#waiting.add(heard)
    })
  }

  #take(chunk: Buffer): void {
    if (this.#text.length < reportLimit) this.#text += chunk.toString('latin1')
    this.#heard()
  }

  #heard(): void {
    for (const heard of this.#waiting) heard()
    this.#waiting.clear()
  }
}

/** What a test must end, the newest first. */
export class Scope {
  readonly #ends: (() => void | Promise<unknown>)[] = []

  onEnd(end: () => void | Promise<unknown>): void {
    this.#ends.unshift(end)
  }

  async end(): Promise<void> {
    for (const end of this.#ends.splice(0)) await end()
  }
}

/** What `command` says, or nothing when there is no such program. */
export function saidBy(command: string, ...args: string[]): string | undefined {
  const { stdout, status } = spawnSync(command, args, { encoding: 'utf8', timeout: patience })
  return status === 0 ? stdout : undefined
}

/**
 * A port nobody listens on, and that nobody was given before: workers take theirs from ranges of their own. They are
 * below the ports that the system gives to outgoing connections, since a client that tries such a port until somebody
 * listens there can end up connected to itself.
 */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = firstPort + (nextPort++ % portsOfWorker)
    const free = await new Promise<boolean>((resolve) => {
      const server = createServer()
      server.once('error', () => resolve(false))
      server.listen(port, () => server.close(() => resolve(true)))
    })
    if (free) return port
  }
}

const portsOfWorker = 1500
const firstPort = 20_000 + portsOfWorker * (Number(process.env['VITEST_POOL_ID'] ?? 0) % 8)
// Two runs at the same time are unlikely to meet.
let nextPort = Math.floor(Math.random() * portsOfWorker)

/** Milliseconds of silence after which a peer will not say it any more. */
const patience = 15_000

/** Bytes. */
const reportLimit = 0x100000
