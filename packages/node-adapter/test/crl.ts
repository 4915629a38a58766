import { sign } from 'node:crypto'
import type { Authority } from '@typetls/testing'

/** A CRL, PEM, of this authority with a P-256 key: good from 2020 to 2049, each serial number revoked in 2020. */
export function crlOf(authority: Authority, serialNumbers: readonly Uint8Array[]): string {
  const algorithm = Buffer.from('300a06082a8648ce3d040302', 'hex')
  const start = der(0x17, Buffer.from('200101000000Z'))
  const entries = serialNumbers.map((number) => der(0x30, der(0x02, Buffer.from(number)), start))
  const revoked = entries.length === 0 ? [] : [der(0x30, ...entries)]
  const end = der(0x17, Buffer.from('491231235959Z'))
  const tbs = der(0x30, algorithm, Buffer.from(authority.subjectDer), start, end, ...revoked)
  const signature = sign('sha256', tbs, authority.privateKey)
  const list = der(0x30, tbs, algorithm, der(0x03, Buffer.from([0]), signature))
  return `-----BEGIN X509 CRL-----\n${list.toString('base64')}\n-----END X509 CRL-----\n`
}

function der(identifier: number, ...parts: readonly Buffer[]): Buffer {
  const content = Buffer.concat(parts)
  const { length } = content
  const size = length < 0x80 ? [length] : length < 0x100 ? [0x81, length] : [0x82, length >>> 8, length & 0xff]
  return Buffer.concat([Buffer.from([identifier, ...size]), content])
}
