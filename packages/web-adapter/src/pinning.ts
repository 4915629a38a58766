import { isPromiseLike } from '@typetls/crypto-provider'
import type { PeerVerdict, PeerVerifier, VerifyContext } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import type { CertificateFacts } from '@typetls/x509'

/**
 * A verifier that also wants one of the certificates of the path that `verifier` found to have one of these keys.
 *
 * @param pins SHA-256 of a SubjectPublicKeyInfo, base64; `sha256/` may stand before it
 * @throws TlsError `ERR_TLS_OPTIONS` (internal_error) for no pin, or one that is not the base64 of 32 bytes. A peer
 *   without such a key is refused with `ERR_TLS_CERTIFICATE_REFUSED` (certificate_unknown)
 */
export function pinned(verifier: PeerVerifier, pins: readonly string[]): PeerVerifier {
  const accepted = new Set(pins.map(pinOf))
  if (accepted.size === 0) throw new TlsError('ERR_TLS_OPTIONS', 'an empty list of pins would refuse every peer')
  return {
    acceptsUnauthorized: false,
    async verify(chain, context) {
      const verdict = await verifier.verify(chain, context)
      for (const spki of spkisOf(verdict)) {
        if (accepted.has(base64Of(await sha256(context, spki)))) return verdict
      }
      throw new TlsError('ERR_TLS_CERTIFICATE_REFUSED', 'no certificate of the path has a pinned key', {
        expected: [...accepted],
      })
    },
  }
}

/** Of the path, not of all that was sent: anybody can send along a certificate that is not his. */
function spkisOf({ facts }: PeerVerdict): readonly Uint8Array[] {
  const path = (facts as Partial<CertificateFacts> | undefined)?.path
  if (path === undefined) throw new TlsError('ERR_TLS_OPTIONS', 'pins need a verifier that tells the path it found')
  return path.map(({ spki }) => spki)
}

async function sha256({ crypto }: VerifyContext, data: Uint8Array): Promise<Uint8Array> {
  const { hash } = crypto
  const digest = hash['sha256']?.digest(data)
  if (digest === undefined) throw new TlsError('ERR_TLS_UNSUPPORTED', `${crypto.name} has no sha256`)
  return isPromiseLike(digest) ? await digest : digest
}

function pinOf(text: string): string {
  const base64 = text.replace(/^sha256\//, '')
  if (!/^[A-Za-z0-9+/]{43}=$/.test(base64)) {
    throw new TlsError('ERR_TLS_OPTIONS', `a pin is the base64 of a SHA-256, not ${JSON.stringify(text)}`)
  }
  return base64
}

function base64Of(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
}
