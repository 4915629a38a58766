import { spawn } from 'node:child_process'
import type { ChildProcess } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { text } from 'node:stream/consumers'
import type { TestCertificate } from '@typetls/testing'
import { afterAll } from 'vitest'

/** What a program said until it ended. */
export interface Outcome {
  readonly code: number | null
  readonly stdout: string
  readonly stderr: string
}

/** Runs an example to its end. */
export async function runProgram(name: string, args: readonly string[], env?: NodeJS.ProcessEnv): Promise<Outcome> {
  const child = started(name, args, env)
  const [stdout, stderr, code] = await Promise.all([text(child.stdout), text(child.stderr), ended(child)])
  return { code, stdout, stderr }
}

/** The test client's exit code and JSON. */
export async function runClient(port: number, ...args: string[]): Promise<{ code: number | null; facts: ClientFacts }> {
  const { code, stdout, stderr } = await runProgram('test-client', ['--connect', `localhost:${port}`, ...args])
  if (stdout === '') throw new Error(stderr)
  return { code, facts: JSON.parse(stdout) as ClientFacts }
}

/** What the tests look at. */
export interface ClientFacts {
  readonly ok: boolean
  readonly [fact: string]: unknown
}

/** A running test server. */
export class TestServer {
  readonly port: number
  readonly #child: ReturnType<typeof started>
  readonly #said: () => { stdout: string; stderr: string }

  static async start(...args: string[]): Promise<TestServer> {
    const child = started('test-server', args)
    let stdout = ''
    let stderr = ''
    child.stderr.on('data', (chunk) => (stderr += chunk))
    const port = await new Promise<number>((resolve, reject) => {
      child.stdout.on('data', (chunk) => {
        stdout += chunk
        const found = /^listening on (\d+)\n/.exec(stdout)?.[1]
        if (found !== undefined) resolve(Number(found))
      })
      child.on('close', (code) => reject(new Error(`the server ended with ${code}: ${stderr}`)))
    })
    return new TestServer(child, port, () => ({ stdout, stderr }))
  }

  constructor(child: ReturnType<typeof started>, port: number, said: () => { stdout: string; stderr: string }) {
    this.#child = child
    this.port = port
    this.#said = said
  }

  /** Asks it to end, as whoever runs it would. */
  async stop(): Promise<Outcome> {
    this.#child.kill('SIGTERM')
    const code = await ended(this.#child)
    return { code, ...this.#said() }
  }
}

/** Files of the tests; they go when the tests are over. */
export class Files {
  readonly directory: string = mkdtempSync(join(tmpdir(), 'typetls-examples-'))

  constructor() {
    afterAll(() => rmSync(this.directory, { recursive: true, force: true }))
  }

  path(name: string): string {
    return join(this.directory, name)
  }

  write(name: string, content: string): string {
    writeFileSync(this.path(name), content)
    return this.path(name)
  }

  /** `--key` and `--cert` of a certificate. */
  credential(name: string, { chainPem, privateKeyPem }: TestCertificate): string[] {
    return ['--key', this.write(`${name}.key`, privateKeyPem), '--cert', this.write(`${name}.pem`, chainPem)]
  }
}

function started(name: string, args: readonly string[], env: NodeJS.ProcessEnv = process.env) {
  const main = fileURLToPath(new URL(`${name}/main.js`, import.meta.url))
  const child = spawn(process.execPath, [main, ...args], { env, stdio: ['ignore', 'pipe', 'pipe'] })
  running.add(child)
  child.on('close', () => running.delete(child))
  return child
}

function ended(child: ChildProcess): Promise<number | null> {
  return new Promise((resolve) => {
    if (!running.has(child)) resolve(child.exitCode)
    else child.on('close', resolve)
  })
}

const running = new Set<ChildProcess>()

// Also when a test failed before it stopped its server.
afterAll(() => {
  for (const child of running) child.kill('SIGKILL')
})
