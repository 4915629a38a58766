import type { TlsErrorCode } from '@typetls/wire'
import { fromAscii, TlsError } from '@typetls/wire'

/** One block of a PEM text. https://www.rfc-editor.org/rfc/rfc7468 */
export interface PemBlock {
  /** What stands behind BEGIN, such as `CERTIFICATE`. */
  readonly label: string
  readonly bytes: Uint8Array
}

/**
 * The blocks of a PEM text in its order; what stands between them is skipped, as RFC 7468 section 5.2 has it.
 *
 * @param code what a text that is not PEM is refused with
 * @throws TlsError `code`: no block at all, a block without its end, another label at its end, bytes that are not
 *   base64; or a block with headers. `ERR_TLS_PASSPHRASE_REQUIRED` (internal_error) for a key that is encrypted as PEM
 *   did before PKCS#8, if `code` is that of keys
 */
export function pemBlocks(text: string, code: PemErrorCode): PemBlock[] {
  return pemBlocksWithHeaders(text, code).map(({ label, bytes, headers, line }) => {
    if (headers.length === 0) return { label, bytes }
    if (headers.some((header) => /^Proc-Type:.*ENCRYPTED/.test(header))) {
      const wanted = code === 'ERR_TLS_KEY_PARSE' ? 'ERR_TLS_PASSPHRASE_REQUIRED' : code
      throw new TlsError(wanted, `the ${label} at line ${line} of the PEM text is encrypted: decrypt it first`)
    }
    throw new TlsError(code, `the ${label} at line ${line} of the PEM text has a header, which blocks must not have`)
  })
}

/** A block as PEM was before RFC 7468. https://www.rfc-editor.org/rfc/rfc1421#section-4.6 */
export interface PemBlockWithHeaders extends PemBlock {
  /** Lines such as `Proc-Type: 4,ENCRYPTED`. */
  readonly headers: readonly string[]
  /** Where it begins, from 1. */
  readonly line: number
}

/** As `pemBlocks`, with the headers that it refuses. */
export function pemBlocksWithHeaders(text: string, code: PemErrorCode): PemBlockWithHeaders[] {
  const blocks: PemBlockWithHeaders[] = []
  let open: { label: string; from: number; data: string; headers: string[] } | undefined
  const lines = text.split(/\r\n|\r|\n/)
  for (const [i, line] of lines.entries()) {
    const boundary = /^-----(BEGIN|END) ([A-Z0-9 ]+)-----[ \t]*$/.exec(line)
    if (boundary === null) {
      if (open === undefined) continue
      if (line.includes(':')) open.headers.push(line)
      else open.data += line
      continue
    }
    const [, kind, label] = boundary as unknown as [string, 'BEGIN' | 'END', string]
    if (kind === 'BEGIN') {
      if (open !== undefined) refuse(i, `begins ${label} inside ${open.label} from line ${open.from}`)
      open = { label, from: i + 1, data: '', headers: [] }
      continue
    }
    if (open === undefined || open.label !== label) return refuse(i, `ends ${label}, which was not begun`)
    const bytes = fromBase64(open.data)
    if (bytes === undefined) return refuse(open.from - 1, `begins ${label}, whose content is not base64`)
    blocks.push({ label, bytes, headers: open.headers, line: open.from })
    open = undefined
  }
  if (open !== undefined) refuse(open.from - 1, `begins ${open.label}, which has no end`)
  if (blocks.length === 0) throw new TlsError(code, 'this is not PEM: there is no -----BEGIN line')
  return blocks

  function refuse(line: number, problem: string): never {
    throw new TlsError(code, `line ${line + 1} of the PEM text ${problem}`)
  }
}

/** A PEM text of one block, lines of 64 characters. */
export function toPem(label: string, bytes: Uint8Array): string {
  const lines = toBase64(bytes).match(/.{1,64}/g) ?? []
  return [`-----BEGIN ${label}-----`, ...lines, `-----END ${label}-----`, ''].join('\n')
}

export type PemErrorCode = Extract<
  TlsErrorCode,
  'ERR_TLS_CERTIFICATE_PARSE' | 'ERR_TLS_KEY_PARSE' | 'ERR_TLS_CRL_PARSE'
>

/** The text if the input is PEM, as a string or as the bytes of a file; `undefined` for DER. */
export function pemText(input: Uint8Array | string): string | undefined {
  if (typeof input === 'string') return input
  // DER of more than 127 bytes
  if (input[0] === 0x30 && (input[1] as number) >= 0x80) return undefined
  const text = fromAscii(input)
  return text.includes('-----BEGIN ') ? text : undefined
}

/** `undefined`: it is not base64. */
export function fromBase64(text: string): Uint8Array | undefined {
  const digits = text.replace(/[ \t]+/g, '')
  if (digits.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(digits)) return undefined
  const padding = digits.endsWith('==') ? 2 : digits.endsWith('=') ? 1 : 0
  const bytes = new Uint8Array((digits.length / 4) * 3 - padding)
  let offset = 0
  for (let i = 0; i < digits.length; i += 4) {
    let group = 0
    for (let j = 0; j < 4; j++) group = (group << 6) | Math.max(0, alphabet.indexOf(digits[i + j] as string))
    for (let shift = 16; shift >= 0 && offset < bytes.length; shift -= 8) bytes[offset++] = group >>> shift
  }
  return bytes
}

function toBase64(bytes: Uint8Array): string {
  let text = ''
  for (let i = 0; i < bytes.length; i += 3) {
    const group = ((bytes[i] as number) << 16) | ((bytes[i + 1] ?? 0) << 8) | (bytes[i + 2] ?? 0)
    for (let j = 0; j < 4; j++) text += i + j > bytes.length ? '=' : alphabet[(group >>> (18 - 6 * j)) & 0x3f]
  }
  return text
}

const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'
