import { concat, fromHex, toHex } from '@typetls/wire'
import type { Labelled } from './group-shape.ts'

/** Writings of a right signature, or of nothing, that a strict reader refuses. */
export function otherWritings(algorithm: string, signature: Uint8Array, spki: Uint8Array): readonly Labelled[] {
  const always = [
    { label: 'nothing', bytes: new Uint8Array() },
    { label: 'one byte', bytes: Uint8Array.of(0x30) },
    { label: 'the last byte missing', bytes: signature.subarray(0, -1) },
    { label: 'the first byte missing', bytes: signature.subarray(1) },
    { label: 'a byte behind it', bytes: concat(signature, Uint8Array.of(0)) },
    { label: 'a byte before it', bytes: concat(Uint8Array.of(0), signature) },
    { label: 'zeros', bytes: new Uint8Array(signature.length) },
    { label: 'ones', bytes: new Uint8Array(signature.length).fill(0xff) },
  ]
  if (algorithm.startsWith('ecdsa-')) return [...always, ...ecdsa(signature)]
  if (algorithm === 'ed25519' || algorithm === 'ed448') return [...always, ...edwards(algorithm, signature)]
  if (algorithm.startsWith('rsa-')) return [...always, ...rsa(signature, spki)]
  return always
}

/** DER is one writing; BER has others. https://www.rfc-editor.org/rfc/rfc3279#section-2.2.3 */
function ecdsa(signature: Uint8Array): Labelled[] {
  const content = signature.subarray((signature[1] as number) < 0x80 ? 2 : 3)
  const rEnd = 2 + (content[1] as number)
  const [r, s] = [content.subarray(2, rEnd), content.subarray(rEnd + 2)]
  const digits = Math.max(withoutZero(r).length, withoutZero(s).length)
  const zero = Uint8Array.of(0)
  return [
    { label: 'r and s without DER', bytes: concat(padded(r, digits), padded(s, digits)) },
    { label: 'r with a zero in front', bytes: sequence(integer(concat(zero, r)), integer(s)) },
    { label: 's with a zero in front', bytes: sequence(integer(r), integer(concat(zero, s))) },
    { label: 'r is 0', bytes: sequence(integer(zero), integer(s)) },
    { label: 's is 0', bytes: sequence(integer(r), integer(zero)) },
    { label: 'both are 0', bytes: sequence(integer(zero), integer(zero)) },
    { label: 'r negative', bytes: sequence(integer(concat(Uint8Array.of(0xff), withoutZero(r))), integer(s)) },
    { label: 'a third number', bytes: sequence(integer(r), integer(s), integer(zero)) },
    { label: 'a long length', bytes: concat(Uint8Array.of(0x30, 0x82, 0, content.length), content) },
    { label: 'an indefinite length', bytes: concat(Uint8Array.of(0x30, 0x80), content, Uint8Array.of(0, 0)) },
    { label: 'a SET', bytes: concat(Uint8Array.of(0x31), signature.subarray(1)) },
  ]
}

function sequence(...elements: readonly Uint8Array[]): Uint8Array {
  const content = concat(...elements)
  const { length } = content
  return concat(length < 0x80 ? Uint8Array.of(0x30, length) : Uint8Array.of(0x30, 0x81, length), content)
}

function integer(content: Uint8Array): Uint8Array {
  return concat(Uint8Array.of(0x02, content.length), content)
}

function withoutZero(number: Uint8Array): Uint8Array {
  return number[0] === 0 ? number.subarray(1) : number
}

function padded(number: Uint8Array, length: number): Uint8Array {
  const digits = withoutZero(number)
  return concat(new Uint8Array(length - digits.length), digits)
}

/** S plus the order of the group is the same number to the curve. https://www.rfc-editor.org/rfc/rfc8032#section-8.4 */
function edwards(algorithm: 'ed25519' | 'ed448', signature: Uint8Array): Labelled[] {
  const half = signature.length / 2
  const number = BigInt(`0x${toHex(signature.slice(half).reverse())}`) + orders[algorithm]
  const written = fromHex(number.toString(16).padStart(2 * half, '0')).reverse()
  return [{ label: 'S plus the order of the group', bytes: concat(signature.subarray(0, half), written) }]
}

/** A signature is a number below the modulus. https://www.rfc-editor.org/rfc/rfc8017#section-5.2.2 */
function rsa(signature: Uint8Array, spki: Uint8Array): Labelled[] {
  // The modulus ends the key but for the exponent 65537: 02 03 01 00 01.
  const modulus = BigInt(`0x${toHex(spki.subarray(spki.length - 5 - signature.length, spki.length - 5))}`)
  const number = BigInt(`0x${toHex(signature)}`) + modulus
  const hex = number.toString(16)
  const bytes = fromHex(hex.padStart(hex.length + (hex.length % 2), '0'))
  return [
    { label: 'plus the modulus', bytes },
    { label: 'the modulus itself', bytes: fromHex(modulus.toString(16)) },
    { label: 'one', bytes: new Uint8Array(signature.length).fill(1, -1) },
  ]
}

const orders = {
  ed25519: 2n ** 252n + 27742317777372353535851937790883648493n,
  ed448: 2n ** 446n - 13818066809895115352007386748515426880336692474882178609894547503885n,
}
