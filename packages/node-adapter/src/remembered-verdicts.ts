import type { PeerChain, PeerVerdict, PeerVerifier, VerifyContext } from '@typetls/handshake'
import type { CertificateVerifier } from '@typetls/x509'

/**
 * The verifier, without looking twice at a chain that it authorized: the verdict on the same bytes for the same question
 * is the same as long as every certificate of the path is valid. Not for a verifier that asks others, about revocation
 * for instance. Keeps up to 64 chains of up to 16 KiB.
 */
export function rememberingVerdicts(verifier: CertificateVerifier): PeerVerifier {
  const verdicts = new Map<string, Remembered>()
  return {
    acceptsUnauthorized: verifier.acceptsUnauthorized,
    verify(chain, context) {
      const key = keyOf(chain, context)
      const known = verdicts.get(key)
      if (known !== undefined && isSame(known, chain, context)) return known.verdict
      const verdict = verifier.verify(chain, context)
      if (!('then' in verdict) && verdict.authorized && sizeOf(chain) <= maxSize) {
        const { path } = verdict.facts
        const validFrom = Math.max(...path.map(({ notBefore }) => notBefore))
        // "Through the date on which … notAfter", whose second counts.
        const validUntil = Math.min(...path.map(({ notAfter }) => notAfter)) + 1000
        const certificates = chain.certificates.map((der) => Buffer.from(der))
        verdicts.set(key, { verdict, certificates, crypto: context.crypto, validFrom, validUntil })
        if (verdicts.size > maxVerdicts) verdicts.delete(verdicts.keys().next().value as string)
      }
      return verdict
    },
  }
}

interface Remembered {
  readonly verdict: PeerVerdict
  readonly certificates: readonly Buffer[]
  readonly crypto: VerifyContext['crypto']
  /** Milliseconds since 1970. */
  readonly validFrom: number
  /** The first millisecond at which it is not. */
  readonly validUntil: number
}

/** The question, and the end of the leaf's signature, so that servers of one name do not push each other out. */
function keyOf({ certificates }: PeerChain, { peer, name = '', keyUse = 'signing' }: VerifyContext): string {
  const leaf = certificates[0] as Uint8Array
  const end = Buffer.from(leaf.buffer, leaf.byteOffset, leaf.length).toString('latin1', leaf.length - 8)
  return `${peer} ${keyUse} ${name} ${end}`
}

function isSame(known: Remembered, { certificates }: PeerChain, { now, crypto }: VerifyContext): boolean {
  return (
    known.crypto === crypto &&
    now >= known.validFrom &&
    now < known.validUntil &&
    known.certificates.length === certificates.length &&
    known.certificates.every((der, i) => der.equals(certificates[i] as Uint8Array))
  )
}

function sizeOf({ certificates }: PeerChain): number {
  return certificates.reduce((sum, { length }) => sum + length, 0)
}

const maxVerdicts = 64

/** Bytes. */
const maxSize = 16 * 1024
