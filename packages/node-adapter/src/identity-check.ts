import type { PeerCertificate } from 'node:tls'
import tls from 'node:tls'
import type { PeerVerdict, PeerVerifier } from '@typetls/handshake'
import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { anchorsOf, legacyCertificate, legacyChain } from './socket/peer-certificate.ts'

/**
 * node:tls's hook in place of name matching: an Error refuses the server. The certificate is linked to its issuers, up to
 * the trust anchor.
 */
export type CheckServerIdentity = (hostname: string, certificate: PeerCertificate) => Error | undefined

/** A verifier that asks `check` about chains the other one is content with. */
export function withIdentityCheck(
  verifier: PeerVerifier,
  check: CheckServerIdentity,
  acceptAny: boolean,
): PeerVerifier {
  return {
    acceptsUnauthorized: acceptAny,
    verify(chain, context) {
      const judge = (verdict: PeerVerdict): PeerVerdict => {
        if (!verdict.authorized) return verdict
        const certificate = looksAtLeafOnly(check)
          ? legacyCertificate(chain.certificates[0] as Uint8Array)
          : legacyChain([...chain.certificates, ...anchorsOf(verdict)])
        const cause: unknown = check(context.name ?? '', certificate)
        // Programs also answer with false or null. Whatever else they answer refuses, as in Node.
        if (!cause) return verdict
        const error = cause instanceof Error ? cause : new Error('checkServerIdentity refused the server', { cause })
        const failure = new TlsError('ERR_TLS_CERTIFICATE_NAME', error.message, { cause: error })
        if (!acceptAny) throw failure
        return { ...verdict, authorized: false, failure }
      }
      const verdict = verifier.verify(chain, context)
      return isPromiseLike(verdict) ? verdict.then(judge) : judge(verdict)
    },
  }
}

/** Node's own check, which most have: linking a chain up takes longer than looking at it. */
function looksAtLeafOnly(check: CheckServerIdentity): boolean {
  return check === nodesOwn
}

/** Taken now: programs may put another in its place. */
const nodesOwn = tls.checkServerIdentity
