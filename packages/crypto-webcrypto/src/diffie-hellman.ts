import { namedGroups, Secret } from '@typetls/crypto-provider'
import type { ClientKeyExchange, KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { invalidShare, requireShareLength } from './invalid-share.ts'
import type { Algorithm, Key, KeyPair, Subtle } from './platform.ts'
import { platformCall } from './platform-call.ts'

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
  const { generate, shareOf, publicKey, agreeWith } = onPlatform(subtle, curve)
  return {
    ...clientDiffieHellman(subtle, curve),
    async respond(clientShare) {
      const theirs = await publicKey(clientShare)
      const pair = await generate()
      const [share, secret] = await Promise.all([shareOf(pair), agreeWith(theirs, pair.privateKey)])
      return { share, secret }
    },
  }
}

/** The client's side. */
export function clientDiffieHellman(subtle: Subtle, curve: Curve): ClientKeyExchange<'async'> {
  const { generate, shareOf, publicKey, agreeWith } = onPlatform(subtle, curve)
  const agree = async (share: Uint8Array, privateKey: Key): Promise<Secret> =>
    agreeWith(await publicKey(share), privateKey)
  return {
    ...curve.row,
    async start() {
      const pair = await generate()
      return new DiffieHellmanStart(curve.row.name, await shareOf(pair), pair.privateKey, agree)
    },
  }
}

interface Steps {
  generate(): Promise<KeyPair>
  shareOf(pair: KeyPair): Promise<Uint8Array>
  publicKey(share: Uint8Array): Promise<Key>
  agreeWith(theirs: Key, privateKey: Key): Promise<Secret>
}

function onPlatform(subtle: Subtle, curve: Curve): Steps {
  const { row } = curve
  return { generate, shareOf, publicKey, agreeWith }

  async function generate(): Promise<KeyPair> {
    const usages = ['deriveBits']
    const pair = platformCall(`make a key for ${row.name}`, () => subtle.generateKey(curve.algorithm, false, usages))
    return (await pair) as KeyPair
  }

  async function shareOf(pair: KeyPair): Promise<Uint8Array> {
    const share = platformCall(`export a key of ${row.name}`, () => subtle.exportKey('raw', pair.publicKey))
    return new Uint8Array((await share) as ArrayBuffer)
  }

  /** The platform checks that a point is on the curve when it reads it. */
  async function publicKey(share: Uint8Array): Promise<Key> {
    requireShareLength(row.name, row.clientShareLength, share)
    if (curve.firstByte !== undefined && share[0] !== curve.firstByte) {
      throw invalidShare(`a ${row.name} key share must be an uncompressed point`)
    }
    try {
      return await subtle.importKey('raw', share, curve.algorithm, true, [])
    } catch (cause) {
      throw invalidShare(`the ${row.name} key share is not a point on the curve`, cause)
    }
  }

  async function agreeWith(theirs: Key, privateKey: Key): Promise<Secret> {
    let bits: Uint8Array
    try {
      const algorithm = { name: curve.algorithm.name, public: theirs }
      bits = new Uint8Array(await subtle.deriveBits(algorithm, privateKey, 8 * curve.secretLength))
    } catch (cause) {
      throw invalidShare(`${row.name} agrees on no secret with this key share`, cause)
    }
    // Older platforms give the all-zero secret out; newer ones refuse it themselves.
    // https://www.rfc-editor.org/rfc/rfc9846#section-7.4.2
    if (curve.firstByte === undefined && isZero(bits))
      throw invalidShare(`${row.name} agrees on no secret with this key share`)
    return new Secret(bits)
  }
}

class DiffieHellmanStart implements KeyExchangeStart<'async'> {
  readonly share: Uint8Array
  readonly #name: string
  readonly #agree: (share: Uint8Array, privateKey: Key) => Promise<Secret>
  #privateKey: Key | undefined

  constructor(
    name: string,
    share: Uint8Array,
    privateKey: Key,
    agree: (share: Uint8Array, privateKey: Key) => Promise<Secret>,
  ) {
    this.#name = name
    this.#agree = agree
    this.#privateKey = privateKey
    this.share = share
  }

  async finish(serverShare: Uint8Array): Promise<Secret> {
    if (this.#privateKey === undefined) {
      throw new TlsError('ERR_TLS_SECRET_DISPOSED', `this ${this.#name} key was disposed of already`)
    }
    return this.#agree(serverShare, this.#privateKey)
  }

  dispose(): void {
    this.#privateKey = undefined
  }
}

/** In time that does not depend on the bytes. */
function isZero(bytes: Uint8Array): boolean {
  let any = 0
  for (const byte of bytes) any |= byte
  return any === 0
}

/** Those that TLS 1.3 uses by default. */
export const commonCurves: readonly Curve[] = [
  /* @__PURE__ */ montgomery(namedGroups.x25519, 'X25519'),
  /* @__PURE__ */ nistCurve(namedGroups.secp256r1, 'P-256'),
  /* @__PURE__ */ nistCurve(namedGroups.secp384r1, 'P-384'),
  /* @__PURE__ */ nistCurve(namedGroups.secp521r1, 'P-521'),
]
