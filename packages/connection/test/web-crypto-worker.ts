import type { MessagePort } from 'node:worker_threads'
import { workerData } from 'node:worker_threads'
import { Secret } from '@typetls/crypto-provider'
import { webCrypto } from '@typetls/crypto-webcrypto'
import { TlsError } from '@typetls/wire'
import type { Plain, Reply, Request } from './blocking-web-crypto.ts'

// The other side of blocking-web-crypto.ts: does what is asked, and wakes who asked.

const { signal, port } = workerData as { readonly signal: Int32Array; readonly port: MessagePort }
const objects = new Map<number, object>()
const numbers = new WeakMap<object, number>()
let made = 0

port.on('message', (request: Request) => {
  void answer(request).then((reply) => {
    port.postMessage(reply)
    Atomics.store(signal, 0, 1)
    Atomics.notify(signal, 0)
  })
})

async function answer({ target, path, args }: Request): Promise<Reply> {
  try {
    if (path.length === 0) return { value: toPlain(await provider), written: [] }
    const given = args.map(fromPlain)
    const before = given.map((arg) => (arg instanceof Uint8Array ? new Uint8Array(arg) : undefined))
    const object = objects.get(target) as Record<string, (...args: unknown[]) => unknown>
    const value = toPlain(await object[path[0] as string]?.(...given))
    const written = given.map((arg, i) => (arg instanceof Uint8Array && differ(arg, before[i]) ? arg : undefined))
    return { value, written }
  } catch (error) {
    const { message } = error as Error
    if (!(error instanceof TlsError)) return { error: { message } }
    const { code, expected, received } = error
    return { error: { code, message, context: { expected, received } } }
  }
}

const provider = webCrypto()

function toPlain(value: unknown): Plain {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value as Plain
  if (value instanceof Secret) return { secret: new Uint8Array(value.reveal()) }
  const target = numbers.get(value) ?? made++
  numbers.set(value, target)
  objects.set(target, value)
  const members: Record<string, Plain> = {}
  const methods: string[] = []
  for (const name of namesOf(value)) {
    const member = (value as Record<string, unknown>)[name]
    if (typeof member === 'function') methods.push(name)
    else members[name] = toPlain(member)
  }
  return { target, members, methods }
}

/** Of the object and its class: backends write some of theirs as classes. */
function namesOf(value: object): string[] {
  const prototype: unknown = Object.getPrototypeOf(value)
  const inherited = prototype === Object.prototype || prototype === null ? [] : Object.getOwnPropertyNames(prototype)
  return [...Object.keys(value), ...inherited.filter((name) => name !== 'constructor')]
}

function fromPlain(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return value
  if ('secret' in value) return new Secret(value.secret as Uint8Array)
  return 'target' in value ? objects.get(value.target as number) : value
}

function differ(bytes: Uint8Array, before: Uint8Array | undefined): boolean {
  return bytes.some((byte, i) => byte !== before?.[i])
}
