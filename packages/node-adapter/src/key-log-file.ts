import { appendFileSync } from 'node:fs'

/**
 * For the option `keyLog`: appends each line to a file that only its owner can read, as Wireshark and browsers know it.
 * Whoever has the file reads every connection that was logged, also those recorded before.
 * https://www.rfc-editor.org/rfc/rfc9850
 *
 * @param path default: the environment's SSLKEYLOGFILE
 * @returns `undefined` where there is no path: nothing is logged
 * @throws in the handshake what `node:fs` throws when the file cannot be written
 */
export function keyLogFile(
  path: string | undefined = process.env['SSLKEYLOGFILE'],
): ((line: string) => void) | undefined {
  if (path === undefined || path === '') return undefined
  return (line) => appendFileSync(path, `${line}\n`, { mode: 0o600 })
}
