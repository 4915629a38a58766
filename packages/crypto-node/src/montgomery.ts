import { createPublicKey, diffieHellman, generateKeyPairSync } from 'node:crypto'
import type { JsonWebKey, KeyObject } from 'node:crypto'
import { disposedKey, invalidShare, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { plainBytes } from './plain-bytes.ts'

/** X25519 and X448. https://www.rfc-editor.org/rfc/rfc7748#section-6 */
export function montgomery(row: NamedGroup, type: 'x25519' | 'x448', crv: 'X25519' | 'X448'): KeyExchange<'sync'> {
  return {
    ...row,
    start() {
      const { share, privateKey } = generate(type)
      return new MontgomeryStart(row, crv, share, privateKey)
    },
    respond(clientShare) {
      const { share, privateKey } = generate(type)
      return { share, secret: agree(row, crv, privateKey, clientShare) }
    },
  }
}

class MontgomeryStart implements KeyExchangeStart<'sync'> {
  readonly share: Uint8Array
  readonly #row: NamedGroup
  readonly #crv: string
  #privateKey: KeyObject | undefined

  constructor(row: NamedGroup, crv: string, share: Uint8Array, privateKey: KeyObject) {
    this.#row = row
    this.#crv = crv
    this.share = share
    this.#privateKey = privateKey
  }

  finish(serverShare: Uint8Array): Secret {
    if (this.#privateKey === undefined) {
      throw disposedKey()
    }
    return agree(this.#row, this.#crv, this.#privateKey, serverShare)
  }

  dispose(): void {
    this.#privateKey = undefined
  }
}

function generate(type: 'x25519' | 'x448'): { share: Uint8Array; privateKey: KeyObject } {
  const { publicKey, privateKey } = generateAsJwk(type, publicKeyAsJwk)
  return { share: new Uint8Array(Buffer.from(publicKey.x as string, 'base64url')), privateKey }
}

/** @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter) */
export function agree(row: NamedGroup, crv: string, privateKey: KeyObject, share: Uint8Array): Secret {
  requireShareLength(row, row.clientShareLength, share)
  const x = Buffer.from(share.buffer, share.byteOffset, share.length).toString('base64url')
  try {
    const publicKey = createPublicKey({ key: { kty: 'OKP', crv, x }, format: 'jwk' })
    return new Secret(plainBytes(diffieHellman({ privateKey, publicKey })))
  } catch (cause) {
    // OpenSSL refuses the all-zero secret that RFC 9846 section 7.4.2 wants checked for.
    throw invalidShare(row.name, 'makes no secret', cause)
  }
}

// JWK is a third of the time of SPKI, in and out. The public key is encoded by the key generation itself: exporting it
// afterwards can deadlock in Node 20 when the garbage collector meets the finished generation during the export.
const publicKeyAsJwk = { publicKeyEncoding: { format: 'jwk' } } as const

type GenerateAsJwk = (
  type: 'x25519' | 'x448',
  options: typeof publicKeyAsJwk,
) => { publicKey: JsonWebKey; privateKey: KeyObject }

// @types/node does not know the `jwk` encoding here.
const generateAsJwk = generateKeyPairSync as unknown as GenerateAsJwk
