import { Certificate, createVerifier } from '@typetls/x509'
import type { CertificateVerifier, PeerChain, PeerVerdict, VerifierOptions, VerifyContext } from '@typetls/x509'
import { TlsError } from '@typetls/wire'
import { findRoots } from './find-roots.ts'

/** As `createVerifier`, without trust anchors to give. */
export type RootsVerifierOptions = Omit<VerifierOptions, 'trustAnchors'> &
  Partial<Pick<VerifierOptions, 'trustAnchors'>>

/** A `PeerVerifier` of `Connection` that always answers later. */
export interface RootsVerifier {
  readonly acceptsUnauthorized: boolean
  verify(chain: PeerChain, context: VerifyContext): Promise<PeerVerdict>
}

/**
 * A verifier whose trust anchors are Mozilla's roots, of which it loads those that the peer's chain names as issuers: a
 * page that talks to a few servers never loads the rest. `trustAnchors` are trusted besides.
 *
 * @throws TlsError as `createVerifier`
 */
export function createRootsVerifier(options: RootsVerifierOptions = {}): RootsVerifier {
  const own = options.trustAnchors ?? []
  const make = (roots: readonly Certificate[]): CertificateVerifier =>
    createVerifier({ ...options, trustAnchors: [...own, ...roots] })
  const verifiers = new Map<string, CertificateVerifier>()
  const withoutRoots = make([])
  return {
    acceptsUnauthorized: withoutRoots.acceptsUnauthorized,
    async verify(chain, context) {
      const roots = await rootsOf(chain)
      if (roots.length === 0) return withoutRoots.verify(chain, context)
      // Serial and name tell roots apart, and chains to the same roots share a verifier and what it remembers.
      const key = roots.map(String).sort().join('\n')
      const verifier = verifiers.get(key) ?? make(roots)
      verifiers.delete(key)
      verifiers.set(key, verifier)
      if (verifiers.size > maxVerifiers) verifiers.delete(verifiers.keys().next().value as string)
      return verifier.verify(chain, context)
    },
  }
}

async function rootsOf({ certificates }: PeerChain): Promise<Certificate[]> {
  const found = await Promise.all(
    certificates.slice(0, maxCertificates).map(async (der) => {
      const certificate = readable(der)
      return certificate === undefined ? [] : findRoots(certificate.issuer)
    }),
  )
  return [...new Set(found.flat())]
}

/** What cannot be read is refused by the verifier, with its place. */
function readable(der: Uint8Array): Certificate | undefined {
  try {
    return Certificate.parse(der)
  } catch (error) {
    if (error instanceof TlsError) return undefined
    throw error
  }
}

/** Chains of the Web PKI have 2 to 5 certificates; each could make us load a chunk. */
const maxCertificates = 10

/** Different sets of roots in use at the same time. */
const maxVerifiers = 32
