import { TlsError, toHex } from '@typetls/wire'

export function indented(spaces: number, lines: readonly string[]): string[] {
  const space = ' '.repeat(spaces)
  return lines.map((line) => `${space}${line}`)
}

/** What `lines` gives, or a line that says why it gives nothing. */
export function attempted(lines: () => readonly string[], before = ''): readonly string[] {
  try {
    return lines()
  } catch (error) {
    if (error instanceof TlsError) return [`${before}(cannot be read: ${printable(error.message)})`]
    throw error
  }
}

/** Octets with colons between, so many to a line. */
export function hexLines(bytes: Uint8Array, perLine: number, separator = ':'): string[] {
  const lines: string[] = []
  for (let start = 0; start < bytes.length; start += perLine) {
    const last = start + perLine >= bytes.length
    lines.push(hexText(bytes.subarray(start, start + perLine), separator) + (last ? '' : separator))
  }
  return lines
}

export function hexText(bytes: Uint8Array, separator = ':'): string {
  return (toHex(bytes).match(/../g) ?? []).join(separator)
}

/** `Nov 30 07:45:16 2026 GMT` of milliseconds since 1970, which are shown if asked for. */
export function timeText(time: number, milliseconds = false): string {
  if (time > lastDate) return `${time} ms after 1970`
  const date = new Date(time)
  const iso = date.toISOString()
  const day = String(date.getUTCDate()).padStart(2, ' ')
  const year = date.getUTCFullYear()
  return `${months[date.getUTCMonth()]} ${day} ${iso.slice(-13, milliseconds ? -1 : -5)} ${year} GMT`
}

/** Control characters, and what turns the direction of writing, as `\` and two digits for each octet of UTF-8. */
export function printable(text: string): string {
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (control) =>
    encodeURIComponent(control).replaceAll('%', '\\'),
  )
}

/** The last one that JavaScript has, in the year 275,760. */
const lastDate = 8.64e15

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec']
