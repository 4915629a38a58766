import type { FiniteField } from '@typetls/crypto-provider'
import { ownFiniteField } from '@typetls/crypto-provider/finite-field'
import { pemBlocks } from '@typetls/x509'
import { cryptoError } from './openssl-error.ts'
import { leastModulus } from './security-level.ts'

/** A server's parameters for Diffie-Hellman modulo a prime; `auto`: of RFC 7919. */
export type DhChoice = 'auto' | FiniteField

/**
 * Reads the option `dhparam`. What cannot be read is as good as none, as in Node, and so is what we do not take: a prime
 * below 2048 bits, or one that is not safe.
 *
 * @param level OpenSSL's security level
 * @returns the choice, and what Node warns of
 * @throws TypeError `ERR_INVALID_ARG_VALUE` below 1024 bits; Error `ERR_CRYPTO_OPERATION_FAILED` below the security level
 */
export function readDhParameters(
  dhparam: string | NodeJS.ArrayBufferView,
  level: number,
): { choice?: DhChoice; warning?: string } {
  if (dhparam === 'auto') return { choice: 'auto' }
  const numbers = numbersOf(textOf(dhparam))
  if (numbers === undefined) return {}
  const [prime, generator] = numbers
  const bits = BigInt(`0x${prime.toString('hex')}`).toString(2).length
  if (bits < 1024) {
    const error = new TypeError('DH parameter is less than 1024 bits')
    throw Object.assign(error, { code: 'ERR_INVALID_ARG_VALUE' })
  }
  if (bits < leastModulus(level)) {
    throw cryptoError('ERR_CRYPTO_OPERATION_FAILED', 'Error setting temp DH parameter')
  }
  if (bits < 2048) return { warning: 'DH parameter is less than 2048 bits' }
  try {
    return { choice: ownFiniteField(prime, generator) }
  } catch {
    return { warning: 'DH parameter is no safe prime: DHE will not be used' }
  }
}

/** PKCS #3's DHParameter: a prime and a base. */
function numbersOf(text: string): readonly [Buffer, Buffer] | undefined {
  try {
    const block = pemBlocks(text, 'ERR_TLS_KEY_PARSE').find(({ label }) => label === 'DH PARAMETERS')
    if (block === undefined) return undefined
    const content = elementAt(Buffer.from(block.bytes), 0, sequence)
    const prime = elementAt(content, 0, integer)
    const generator = elementAt(content, prime.byteOffset + prime.length - content.byteOffset, integer)
    return [prime, generator]
  } catch {
    return undefined
  }
}

/** The content of the DER element that starts there. @throws RangeError when there is none of the kind */
function elementAt(bytes: Buffer, start: number, tag: number): Buffer {
  if (bytes.readUInt8(start) !== tag) throw new RangeError('another element')
  const first = bytes.readUInt8(start + 1)
  const more = first < 0x80 ? 0 : first - 0x80
  const length = more === 0 ? first : bytes.readUIntBE(start + 2, more)
  const from = start + 2 + more
  if (from + length > bytes.length) throw new RangeError('an element without its end')
  return bytes.subarray(from, from + length)
}

function textOf(dhparam: string | NodeJS.ArrayBufferView): string {
  if (typeof dhparam === 'string') return dhparam
  return Buffer.from(dhparam.buffer, dhparam.byteOffset, dhparam.byteLength).toString('latin1')
}

const sequence = 0x30
const integer = 0x02
