import { invalidShare, namedGroups, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { ClientKeyExchange, KeyExchange, NamedGroup } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import { keyExchangeStart, ownKeyShare } from './key-share.ts'
import type { OwnKeyShare } from './key-share.ts'
import type { Algorithm, Key, Subtle } from './platform.ts'

export interface Curve {
  readonly row: NamedGroup
  readonly algorithm: Algorithm
  /** Bytes. */
  readonly secretLength: number
  /** What every share starts with: "legacy_form = 4". */
  readonly firstByte: number | undefined
}

/** X25519 and X448. https://www.rfc-editor.org/rfc/rfc7748#section-6 */
export function montgomery(row: NamedGroup, name: 'X25519' | 'X448'): Curve {
  return { row, algorithm: { name }, secretLength: row.clientShareLength, firstByte: undefined }
}

/**
 * Ephemeral Diffie-Hellman with uncompressed points; the secret is the x coordinate.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.2
 */
export function nistCurve(row: NamedGroup, namedCurve: string): Curve {
  return { row, algorithm: { name: 'ECDH', namedCurve }, secretLength: (row.clientShareLength - 1) / 2, firstByte: 4 }
}

export function diffieHellman(subtle: Subtle, curve: Curve): KeyExchange<'async'> {
  return {
    ...clientDiffieHellman(subtle, curve),
    async respond(clientShare) {
      const [theirs, { share, privateKey }] = await Promise.all([
        publicKey(subtle, curve, clientShare),
        curveShare(subtle, curve),
      ])
      return { share, secret: await agree(subtle, curve, theirs, privateKey) }
    },
  }
}

/** The client's side. */
export function clientDiffieHellman(subtle: Subtle, curve: Curve): ClientKeyExchange<'async'> {
  return {
    ...curve.row,
    start: async () =>
      keyExchangeStart(await curveShare(subtle, curve), async (privateKey, serverShare) =>
        agree(subtle, curve, await publicKey(subtle, curve, serverShare), privateKey),
      ),
  }
}

function curveShare(subtle: Subtle, { algorithm }: Curve): Promise<OwnKeyShare> {
  return ownKeyShare(subtle, algorithm, 'deriveBits', 'raw')
}

/** The platform checks that a point is on the curve when it reads it. */
async function publicKey(subtle: Subtle, { row, algorithm, firstByte }: Curve, share: Uint8Array): Promise<Key> {
  requireShareLength(row, row.clientShareLength, share)
  if (firstByte !== undefined && share[0] !== firstByte) throw invalidShare(row.name, notAPoint)
  try {
    return await subtle.importKey('raw', share, algorithm, true, [])
  } catch (cause) {
    throw invalidShare(row.name, notAPoint, cause)
  }
}

const notAPoint = 'is not an uncompressed point on the curve'

async function agree(subtle: Subtle, curve: Curve, theirs: Key, ours: Key): Promise<Secret> {
  const { row, algorithm, secretLength, firstByte } = curve
  let cause: unknown
  try {
    const bits = await subtle.deriveBits({ name: algorithm.name, public: theirs }, ours, 8 * secretLength)
    const secret = new Uint8Array(bits)
    // Older platforms give the all-zero secret of X25519 and X448 out; newer ones refuse it themselves. On NIST curves it
    // is one as any other. https://www.rfc-editor.org/rfc/rfc9846#section-7.4.2
    if (firstByte !== undefined || !equalBytes(secret, new Uint8Array(secretLength))) return new Secret(secret)
  } catch (error) {
    cause = error
  }
  throw invalidShare(row.name, 'makes no secret', cause)
}

/** Those that TLS 1.3 uses by default. */
export const commonCurves: readonly Curve[] = [
  /* @__PURE__ */ montgomery(namedGroups.x25519, 'X25519'),
  /* @__PURE__ */ nistCurve(namedGroups.secp256r1, 'P-256'),
  /* @__PURE__ */ nistCurve(namedGroups.secp384r1, 'P-384'),
  /* @__PURE__ */ nistCurve(namedGroups.secp521r1, 'P-521'),
]
