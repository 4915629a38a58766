import { equalBytes, toHex } from '@typetls/wire'
import type { Verdict } from './probe.ts'

/**
 * Whether secret bytes show when an object is converted to a string, written as JSON, or printed by a console:
 * `String`, `JSON.stringify`, Node's custom inspection, and everything that own properties lead to.
 */
export function discloses(value: object, secret: Uint8Array): Verdict {
  const forms = textForms(secret)
  for (const [how, text] of texts(value)) {
    if (forms.some((form) => text.includes(form))) return `the secret shows in ${how}`
  }
  const path = pathTo(value, secret, forms)
  return path === undefined ? undefined : `the secret can be read at ${path}`
}

function texts(value: object): [string, string][] {
  const inspect = (value as Record<symbol, unknown>)[Symbol.for('nodejs.util.inspect.custom')]
  return [
    ['String()', String(value)],
    ['JSON.stringify()', JSON.stringify(value) ?? ''],
    ...(typeof inspect === 'function'
      ? [['util.inspect()', String(inspect.call(value, 4, {}, String))] as [string, string]]
      : []),
  ]
}

/** The way from `value` to the bytes by own properties, hidden ones too; getters are not called. */
function pathTo(value: unknown, secret: Uint8Array, forms: readonly string[]): string | undefined {
  const seen = new Set<unknown>()
  const visit = (found: unknown, path: string, depth: number): string | undefined => {
    if (typeof found === 'string') return forms.some((form) => found.includes(form)) ? path : undefined
    if (typeof found !== 'object' || found === null || depth > deepest || seen.has(found)) return undefined
    seen.add(found)
    if (ArrayBuffer.isView(found) || found instanceof ArrayBuffer)
      return holds(bytesOf(found), secret) ? path : undefined
    for (const key of Reflect.ownKeys(found)) {
      const property = Object.getOwnPropertyDescriptor(found, key)
      const within = visit(property?.value, `${path}.${String(key)}`, depth + 1)
      if (within !== undefined) return within
    }
    return undefined
  }
  return visit(value, 'it', 0)
}

function bytesOf(found: ArrayBufferView | ArrayBuffer): Uint8Array {
  return found instanceof ArrayBuffer
    ? new Uint8Array(found)
    : new Uint8Array(found.buffer, found.byteOffset, found.byteLength)
}

function holds(bytes: Uint8Array, secret: Uint8Array): boolean {
  for (let at = bytes.indexOf(secret[0] as number); at !== -1; at = bytes.indexOf(secret[0] as number, at + 1)) {
    if (equalBytes(bytes.subarray(at, at + secret.length), secret)) return true
  }
  return false
}

/** Hex, base64 and base64url up to where padding starts, and lists of numbers. */
function textForms(secret: Uint8Array): string[] {
  const hex = toHex(secret)
  // Where in a longer text the secret starts decides how its bits fall.
  const alignments = [secret, secret.subarray(1), secret.subarray(2)]
  return [
    hex,
    hex.toUpperCase(),
    hex.replace(/..(?!$)/g, '$& '),
    ...alignments.flatMap((bytes) => [base64(bytes, '+/'), base64(bytes, '-_')]),
    secret.join(','),
    secret.join(', '),
  ]
}

/** Up to where the next byte would count. */
function base64(bytes: Uint8Array, lastLetters: string): string {
  const bits = [...bytes].map((byte) => byte.toString(2).padStart(8, '0')).join('')
  const alphabet = letters + lastLetters
  return (bits.match(/.{6}/g) ?? []).map((six) => alphabet[Number.parseInt(six, 2)]).join('')
}

const deepest = 6
const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'
