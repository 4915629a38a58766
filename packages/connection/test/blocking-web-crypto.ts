import { MessageChannel, receiveMessageOnPort, Worker } from 'node:worker_threads'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import type { TlsErrorCode } from '@typetls/wire'
import { TlsError } from '@typetls/wire'

/**
 * The backend on Web Cryptography for tests that do not wait: it works in a thread of its own, and this one sleeps until
 * the answer is there. So every test of two peers in memory runs on it as it is. That connections wait as they should is
 * what asynchronous.test.ts and webcrypto.test.ts are for.
 */
export function blockingWebCrypto(): CryptoProvider<'sync'> {
  const path = process.env['TYPETLS_WEB_CRYPTO_WORKER']
  if (path === undefined) throw new Error('tools/test-backends/bundle-web-crypto-worker.ts has not run')
  const signal = new Int32Array(new SharedArrayBuffer(4))
  const { port1, port2 } = new MessageChannel()
  const worker = new Worker(path, { workerData: { signal, port: port2 }, transferList: [port2], stderr: true })
  worker.unref()
  port1.unref()

  const call = (target: number, path: readonly string[], args: readonly unknown[]): unknown => {
    Atomics.store(signal, 0, 0)
    port1.postMessage({ target, path, args: args.map(toPlain) } satisfies Request)
    if (broken || !answered()) {
      // Its answer, if it comes, would be taken for that of the next call.
      broken = true
      throw new Error(`no answer to ${path.join('.')}`)
    }
    const reply = receiveMessageOnPort(port1)?.message as Reply
    if ('error' in reply) throw errorOf(reply.error)
    // What a call wrote into its arguments: seal() has no other result.
    reply.written.forEach((bytes, i) => bytes && (args[i] as Uint8Array).set(bytes))
    return fromPlain(reply.value)
  }

  /** Being woken is not enough: that may be the answer before, which was seen before its waker came to notify. */
  const answered = (): boolean => {
    while (Atomics.load(signal, 0) === 0) {
      if (Atomics.wait(signal, 0, 0, 60_000) === 'timed-out') return false
    }
    return true
  }

  /** What stands for a value of the other thread, by its shape. */
  const fromPlain = (value: Plain): unknown => {
    if (value === null || typeof value !== 'object' || value instanceof Uint8Array) return value
    if ('secret' in value) return new Secret(value.secret)
    const made: Record<string, unknown> = {}
    for (const [name, member] of Object.entries(value.members)) made[name] = fromPlain(member)
    for (const name of value.methods) made[name] = (...args: unknown[]) => call(value.target, [name], args)
    if (value.target >= 0) targets.set(made, value.target)
    return made
  }

  const toPlain = (value: unknown): unknown => {
    if (value instanceof Secret) return { secret: value.reveal() }
    if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
    const target = targets.get(value)
    return target === undefined ? value : { target }
  }

  let broken = false
  const targets = new WeakMap<object, number>()
  const provider = call(0, [], []) as CryptoProvider<'sync'>
  return { ...provider, name: 'webcrypto, waited for', mode: 'sync' }
}

/** A call of a method of something that the worker has; of none, for the provider itself. */
export interface Request {
  readonly target: number
  readonly path: readonly string[]
  readonly args: readonly unknown[]
}

export type Reply = { readonly value: Plain; readonly written: readonly (Uint8Array | undefined)[] } | Failure

interface Failure {
  readonly error: { readonly code?: string; readonly message: string; readonly context?: Record<string, unknown> }
}

/** Data, a secret, or an object whose methods stay in the worker. */
export type Plain =
  | string
  | number
  | boolean
  | null
  | undefined
  | Uint8Array
  | { readonly secret: Uint8Array }
  | { readonly target: number; readonly members: Readonly<Record<string, Plain>>; readonly methods: readonly string[] }

function errorOf({ code, message, context }: Failure['error']): Error {
  return code === undefined ? new Error(message) : new TlsError(code as TlsErrorCode, message, context)
}
