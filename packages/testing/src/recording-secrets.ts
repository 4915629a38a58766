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
      const exact = typeof text === 'string' ? text : Buffer.from(text).toString('latin1')
      const places: Record<Form['place'], string> = {
        exact,
        'any case': exact.toLowerCase(),
        // JSON.stringify of a Uint8Array writes keys, util.inspect pads and breaks lines.
        'bare numbers': exact.replace(/"\d+":|\s+/g, ''),
      }
      for (const { call, forms } of known.values()) {
        for (const { form, place, needles } of forms) {
          if (needles.some((needle) => places[place].includes(needle))) found.push(`${form} of a secret of ${call}`)
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
  readonly forms: readonly Form[]
}

interface Form {
  readonly form: string
  readonly place: 'exact' | 'any case' | 'bare numbers'
  readonly needles: readonly string[]
}

function formsOf(bytes: Uint8Array): readonly Form[] {
  // Windows start at every byte, so a cut or shifted secret is found too.
  const windows: Uint8Array[] = []
  for (let i = 0; i + windowLength <= bytes.length; i++) windows.push(bytes.subarray(i, i + windowLength))
  const base64 = windows.map((window) => {
    // Ten digits that do not depend on what follows: eight for six bytes, two for the first twelve bits of the others.
    return Buffer.from(window).toString('base64').slice(0, 10)
  })
  return [
    { form: 'raw bytes', place: 'exact', needles: windows.map((window) => Buffer.from(window).toString('latin1')) },
    { form: 'hex', place: 'any case', needles: windows.flatMap((window) => [toHex(window), spaced(window)]) },
    { form: 'base64', place: 'exact', needles: base64 },
    {
      form: 'base64url',
      place: 'exact',
      needles: base64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
    },
    { form: 'numbers', place: 'bare numbers', needles: windows.map((window) => window.join(',')) },
  ]
}

/** As `<Buffer 0a 1b …>` shows it. */
function spaced(window: Uint8Array): string {
  return (toHex(window).match(/../g) as string[]).join(' ')
}

const windowLength = 8
