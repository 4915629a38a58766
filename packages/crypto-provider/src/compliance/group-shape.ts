import { fromHex } from '@typetls/wire'
import type { NamedGroupName } from '../named-groups.ts'

/** What the shares and secrets of a group are made of, in order. */
export type GroupShape = readonly GroupPart[]

export type GroupPart = CurvePart | KemPart

/** A curve. A base point as a share gives the secret of the answering share itself: it is its private key times it. */
export interface CurvePart {
  readonly kind: 'curve'
  readonly shareLength: number
  readonly secretLength: number
  readonly base: Uint8Array
  /** The secret that a share stands for, when the other share is the base point. */
  secretOf(share: Uint8Array): Uint8Array
  /** Other writings of the base point that must be taken. */
  readonly alsoBase: readonly Labelled[]
  /** Shares that must be refused. */
  readonly refused: readonly Labelled[]
}

/** A key encapsulation of the ML-KEM family: FIPS 203. */
export interface KemPart {
  readonly kind: 'kem'
  readonly clientShareLength: number
  readonly serverShareLength: number
  readonly secretLength: number
}

export interface Labelled {
  readonly label: string
  readonly bytes: Uint8Array
}

/** The shapes of the groups in `namedGroups`. */
export function groupShape(name: string): GroupShape | undefined {
  return Object.hasOwn(shapes, name) ? shapes[name as NamedGroupName]() : undefined
}

/** https://www.rfc-editor.org/rfc/rfc7748: u-coordinates, little-endian. */
function montgomery(base: number, prime: bigint, shareLength: number, lowOrder: readonly bigint[]): CurvePart {
  const littleEndian = (value: bigint): Uint8Array => bigEndian(value, shareLength).reverse()
  // Of 255 bits, the highest of 256 is not one.
  const unusedBit = shareLength === 32 ? [{ label: 'with the unused bit set', value: BigInt(base) + 2n ** 255n }] : []
  const written = [...unusedBit, { label: 'not reduced: plus the prime', value: BigInt(base) + prime }]
  const order = [0n, 1n, prime - 1n, prime, prime + 1n, ...lowOrder]
  return {
    kind: 'curve',
    shareLength,
    secretLength: shareLength,
    base: littleEndian(BigInt(base)),
    secretOf: (share) => share,
    alsoBase: written.map(({ label, value }) => ({ label, bytes: littleEndian(value) })),
    refused: order.map((value) => ({ label: `a point of low order, u = ${value}`, bytes: littleEndian(value) })),
  }
}

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.2: uncompressed points; the secret is the x-coordinate. */
function nist(base: string): CurvePart {
  const point = fromHex(base)
  const width = (point.length - 1) / 2
  const offCurve = new Uint8Array(point)
  offCurve[point.length - 1] = (point.at(-1) as number) ^ 1
  const withForm = (form: number): Uint8Array => new Uint8Array([form, ...point.subarray(1)])
  return {
    kind: 'curve',
    shareLength: point.length,
    secretLength: width,
    base: point,
    secretOf: (share) => share.subarray(1, 1 + width),
    alsoBase: [],
    refused: [
      { label: 'a point that is not on the curve', bytes: offCurve },
      { label: 'the point (0, 0)', bytes: new Uint8Array(point.length).fill(4, 0, 1) },
      { label: 'zeros', bytes: new Uint8Array(point.length) },
      {
        label: 'coordinates that are not below the prime',
        bytes: new Uint8Array(point.length).fill(0xff).fill(4, 0, 1),
      },
      { label: 'the form of a compressed point, as long as an uncompressed one', bytes: withForm(2) },
      { label: 'the form of a hybrid point', bytes: withForm(6 + ((point.at(-1) as number) & 1)) },
    ],
  }
}

function x25519(): CurvePart {
  // The points of order 8: https://cr.yp.to/ecdh.html#validate
  return montgomery(9, 2n ** 255n - 19n, 32, [
    325606250916557431795983626356110631294008115727848805560023387167927233504n,
    39382357235489614581723060781553021112529911719440698176882885853963445705823n,
  ])
}

function x448(): CurvePart {
  return montgomery(5, 2n ** 448n - 2n ** 224n - 1n, 56, [])
}

// Base points: https://csrc.nist.gov/pubs/sp/800/186/final
function secp256r1(): CurvePart {
  return nist(
    '046b17d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c296' +
      '4fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce33576b315ececbb6406837bf51f5',
  )
}

function secp384r1(): CurvePart {
  return nist(
    '04aa87ca22be8b05378eb1c71ef320ad746e1d3b628ba79b9859f741e082542a385502f25dbf55296c3a545e3872760ab7' +
      '3617de4a96262c6f5d9e98bf9292dc29f8f41dbd289a147ce9da3113b5f0b8c00a60b1ce1d7e819d7a431d7c90ea0e5f',
  )
}

function secp521r1(): CurvePart {
  return nist(
    '0400c6858e06b70404e9cd9e3ecb662395b4429c648139053fb521f828af606b4d3dbaa14b5e77efe75928fe1dc127a2ff' +
      'a8de3348b3c1856a429bf97e7e31c2e5bd66011839296a789a3bc0045c8a5fb42c7d1bd998f54449579b446817afbd1727' +
      '3e662c97ee72995ef42640c550b9013fad0761353c7086a272c24088be94769fd16650',
  )
}

function bigEndian(value: bigint, length: number): Uint8Array {
  return fromHex(value.toString(16).padStart(2 * length, '0'))
}

const mlkem768: KemPart = { kind: 'kem', clientShareLength: 1184, serverShareLength: 1088, secretLength: 32 }

const shapes: Readonly<Record<NamedGroupName, () => GroupShape>> = {
  x25519: () => [x25519()],
  x448: () => [x448()],
  secp256r1: () => [secp256r1()],
  secp384r1: () => [secp384r1()],
  secp521r1: () => [secp521r1()],
  X25519MLKEM768: () => [mlkem768, x25519()],
  SecP256r1MLKEM768: () => [secp256r1(), mlkem768],
}
