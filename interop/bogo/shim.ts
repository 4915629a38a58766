import { writeSync } from 'node:fs'
import { connect } from 'node:net'
import type { Socket } from 'node:net'
import { once } from 'node:events'
import { rotatingTicketKeys } from '@typetls/connection'
import type { Session } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import { crypto } from './algorithms.ts'
import { describe } from './causes.ts'
import { Exchange } from './exchange.ts'
import type { CommandLine, Flags } from './flags.ts'
import { UnknownFlag, parseFlags } from './flags.ts'
import { Identity } from './identity.ts'
import { versionsOf } from './profile.ts'
import { Judge } from './judge.ts'

/**
 * A shim for BoringSSL's test runner: see README.md. Exit codes: 0, also after an expected failure, which is printed; 89
 * for what we do not implement; 90 for what must never happen.
 */
async function main(): Promise<void> {
  const line = commandLine()
  if (line === undefined) return
  const { initial } = line
  if (initial['is-handshaker-supported']) {
    process.stdout.write('No\n')
    return
  }
  // Time stands still but for what the command line says: ages of tickets are compared to the millisecond.
  let now = Date.now()
  const clock = { now: () => now }
  const tickets = rotatingTicketKeys({ crypto, clock })
  const sessions = new MemorySessions()
  let session: Session | undefined
  for (let i = 0; i <= (initial['resume-count'] ?? 0); i++) {
    const flags = i === 0 ? initial : line.resume
    if (i > 0 && !flags.server && session === undefined) throw new Error('there is no session to offer')
    const { tls12, tls13 } = versionsOf(flags)
    if (!tls12 && !tls13) {
      if (flags['no-tls11'] && flags['no-tls1']) {
        writeSync(2, ':NO_SUPPORTED_VERSIONS_ENABLED:\n')
        process.exitCode = 1
        return
      }
      writeSync(2, 'only versions that are not implemented\n')
      process.exitCode = 89
      return
    }
    const identity = identityOf(flags)
    if (identity === undefined) return
    const profile = { flags, clock, tickets, sessions, session, identity, judge: new Judge(flags) }
    const socket = await dial(flags)
    const outcome = await new Exchange(socket, profile, i > 0).run()
    if (outcome.failure !== undefined) {
      writeSync(2, `${describe(outcome.failure, identity.refusal)}\n`)
      // Nobody told the runner: only the exit code can.
      if (!outcome.told) process.exitCode = 1
      return
    }
    session = outcome.session ?? session
    now += 1000 * (flags['resumption-delay'] ?? 0)
  }
}

function commandLine(): CommandLine | undefined {
  try {
    return parseFlags(process.argv.slice(2))
  } catch (error) {
    if (!(error instanceof UnknownFlag)) throw error
    writeSync(2, `${error.message}\n`)
    process.exitCode = 89
    return undefined
  }
}

/** What BoringSSL's shim is refused when it sets itself up, ours is as well. */
function identityOf(flags: Flags): Identity | undefined {
  try {
    return new Identity(flags)
  } catch (error) {
    if (!(error instanceof TlsError) || error.received !== 'signedCertificateTimestamps') throw error
    writeSync(2, `${error.code} :INVALID_SCT_LIST: ${error.message}\n`)
    process.exitCode = 1
    return undefined
  }
}

async function dial(flags: Flags): Promise<Socket> {
  const host = flags.ipv6 ? '::1' : '127.0.0.1'
  const socket = connect({ host, port: flags.port as number, allowHalfOpen: true, noDelay: true })
  // Failures of the transport come out of the reading side.
  socket.on('error', () => undefined)
  await once(socket, 'connect')
  const id = Buffer.alloc(8)
  id.writeBigUInt64LE(BigInt(flags['shim-id'] ?? 0))
  socket.write(id)
  return socket
}

/** Sessions of TLS 1.2 by their ids. */
class MemorySessions {
  readonly #states = new Map<string, Uint8Array>()

  get size(): number {
    return this.#states.size
  }

  put(id: Uint8Array, state: Uint8Array): void {
    this.#states.set(Buffer.from(id).toString('hex'), new Uint8Array(state))
  }

  get(id: Uint8Array): Uint8Array | undefined {
    return this.#states.get(Buffer.from(id).toString('hex'))?.slice()
  }
}

function mustNotHappen(error: unknown): void {
  writeSync(2, `${error instanceof Error ? error.stack : String(error)}\n`)
  process.exit(90)
}

process.on('uncaughtException', mustNotHappen)
process.on('unhandledRejection', mustNotHappen)
main().catch(mustNotHappen)
