import { outOfRangeText } from './argument-error.ts'

/**
 * As `tls.convertALPNProtocols`: puts names in the encoding of ALPN, or a copy of bytes, into `out.ALPNProtocols`.
 *
 * @throws RangeError `ERR_OUT_OF_RANGE` for a name of more than 255 bytes
 */
export function convertALPNProtocols(protocols: readonly string[] | ArrayBufferView, out: object): void {
  const target = out as { ALPNProtocols?: Buffer }
  if (Array.isArray(protocols)) {
    target.ALPNProtocols = Buffer.concat((protocols as readonly string[]).flatMap(prefixed))
  } else if (ArrayBuffer.isView(protocols)) {
    const { buffer, byteOffset, byteLength } = protocols
    target.ALPNProtocols = Buffer.from(Buffer.from(buffer, byteOffset, byteLength))
  }
}

function prefixed(name: string, i: number): Buffer[] {
  const bytes = Buffer.from(String(name))
  if (bytes.length > 255) {
    const problem = `The byte length of the protocol at index ${i} exceeds the maximum length.`
    throw outOfRangeText(problem, '<= 255', bytes.length)
  }
  return [Buffer.of(bytes.length), bytes]
}
