import { createECDH } from 'node:crypto'
import type { ECDH } from 'node:crypto'
import { disposedKey, invalidShare, requireShareLength, Secret } from '@typetls/crypto-provider'
import type { KeyExchange, KeyExchangeStart, NamedGroup } from '@typetls/crypto-provider'
import { plainBytes } from './plain-bytes.ts'

/** Ephemeral Diffie-Hellman with uncompressed points. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.2 */
export function nistCurve(row: NamedGroup, curve: string): KeyExchange<'sync'> {
  return {
    ...row,
    start() {
      const ecdh = createECDH(curve)
      return new NistCurveStart(row, ecdh, plainBytes(ecdh.generateKeys()))
    },
    respond(clientShare) {
      const ecdh = createECDH(curve)
      const share = plainBytes(ecdh.generateKeys())
      return { share, secret: agree(row, ecdh, clientShare) }
    },
  }
}

class NistCurveStart implements KeyExchangeStart<'sync'> {
  readonly share: Uint8Array
  readonly #row: NamedGroup
  #ecdh: ECDH | undefined

  constructor(row: NamedGroup, ecdh: ECDH, share: Uint8Array) {
    this.#row = row
    this.#ecdh = ecdh
    this.share = share
  }

  finish(serverShare: Uint8Array): Secret {
    if (this.#ecdh === undefined) {
      throw disposedKey()
    }
    return agree(this.#row, this.#ecdh, serverShare)
  }

  dispose(): void {
    this.#ecdh = undefined
  }
}

/** @throws TlsError `ERR_TLS_KEY_SHARE_INVALID` (illegal_parameter) */
export function agree(row: NamedGroup, ecdh: ECDH, share: Uint8Array): Secret {
  requireShareLength(row, row.clientShareLength, share)
  // "legacy_form = 4": compressed and hybrid forms are not TLS 1.3's.
  if (share[0] !== 4) throw invalidShare(row.name, 'is not an uncompressed point')
  try {
    // OpenSSL checks that the point is on the curve when it reads it.
    return new Secret(plainBytes(ecdh.computeSecret(share)))
  } catch (cause) {
    throw invalidShare(row.name, 'is not a point on the curve', cause)
  }
}
