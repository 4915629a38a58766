import type { CryptoProvider, Mode } from '@typetls/crypto-provider'
import { isPromiseLike, Secret } from '@typetls/crypto-provider'
import { toHex } from '@typetls/wire'
import { interceptedProvider } from './intercepted-provider.ts'

/**
 * A provider that remembers the bytes of every secret that it made or was given, so that a test can look for them
 * where none may be: in errors, traces, `util.inspect`.
 */
export function recordingSecrets<M extends Mode>(provider: CryptoProvider<M>): RecordingSecrets<M> {
  const known = new Map<string, RecordedSecret>()
  const note = (call: string, value: unknown): void => {
    if (value instanceof Secret) {
      if (value.disposed) return
      const bytes = value.reveal().slice()
      const trivial = bytes.length < windowLength || bytes.every((byte) => byte === bytes[0])
      if (!trivial && !known.has(toHex(bytes))) known.set(toHex(bytes), { call, bytes, forms: formsOf(bytes) })
    } else if (typeof value === 'object' && value !== null && 'secret' in value) {
      note(call, value.secret)
    }
  }
  return {
    provider: interceptedProvider(provider, (call, args, run) => {
      for (const arg of args) note(call, arg)
      const answer = run(args)
      if (isPromiseLike(answer)) {
        return answer.then((value) => {
          note(call, value)
          return value
        })
      }
      note(call, answer)
      return answer
    }),
    secrets: () => [...known.values()],
    leaks(text) {
      const found: string[] = []
      const haystack = typeof text === 'string' ? text : Buffer.from(text).toString('latin1')
      const lower = haystack.toLowerCase()
      for (const { call, forms } of known.values()) {
        for (const { form, needles, caseSensitive } of forms) {
          const place = caseSensitive ? haystack : lower
          if (needles.some((needle) => place.includes(needle))) found.push(`${form} of a secret of ${call}`)
        }
      }
      return found
    },
  }
}

export interface RecordingSecrets<M extends Mode> {
  readonly provider: CryptoProvider<M>
  /** In the order they were first seen. Secrets below 8 bytes or of one repeated byte (the zeros of HKDF) are left out. */
  secrets(): readonly RecordedSecret[]
  /**
   * Where `text` (or bytes) holds at least 8 bytes in a row of a secret: as raw bytes, hex, base64 in either alphabet, or a list
   * of decimal numbers as `JSON.stringify` and `util.inspect` write them. Empty: nowhere.
   */
  leaks(text: string | Uint8Array): readonly string[]
}

export interface RecordedSecret {
  /** The call that made or got it, by the names of `interceptedProvider`. */
  readonly call: string
  readonly bytes: Uint8Array
  readonly forms: readonly {
    readonly form: string
    readonly needles: readonly string[]
    readonly caseSensitive: boolean
  }[]
}

function formsOf(bytes: Uint8Array): RecordedSecret['forms'] {
  // Windows start at every byte, so a cut or shifted secret is found too.
  const windows: Uint8Array[] = []
  for (let i = 0; i + windowLength <= bytes.length; i++) windows.push(bytes.subarray(i, i + windowLength))
  const base64 = windows.map((window) => Buffer.from(window.subarray(0, 6)).toString('base64'))
  // Eight digits of base64 are six bytes; the next ones make the window long enough to be no accident.
  const longer = windows.map(
    (window, i) => (base64[i] as string) + Buffer.from(window.subarray(6)).toString('base64').slice(0, 2),
  )
  return [
    {
      form: 'raw bytes',
      needles: windows.map((window) => Buffer.from(window).toString('latin1')),
      caseSensitive: true,
    },
    { form: 'hex', needles: windows.flatMap((window) => [toHex(window), spaced(window)]), caseSensitive: false },
    { form: 'base64', needles: longer, caseSensitive: true },
    {
      form: 'base64url',
      needles: longer.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
      caseSensitive: true,
    },
    {
      form: 'numbers',
      needles: windows.flatMap((window) => [window.join(','), window.join(', ')]),
      caseSensitive: true,
    },
  ]
}

/** `<Buffer 0a 1b …>` */
function spaced(window: Uint8Array): string {
  return (toHex(window).match(/../g) as string[]).join(' ')
}

const windowLength = 8
