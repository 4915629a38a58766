import type { PeerCertificate } from 'node:tls'
import type { PeerVerdict, PeerVerifier } from '@typetls/handshake'
import { isPromiseLike } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { legacyChain } from './peer-certificate.ts'

/** node:tls's hook in place of name matching: an Error refuses the server. */
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
        const cause = check(context.name ?? '', legacyChain(chain.certificates))
        if (cause === undefined) return verdict
        const failure = new TlsError('ERR_TLS_CERTIFICATE_NAME', cause.message, { cause })
        if (!acceptAny) throw failure
        return { ...verdict, authorized: false, failure }
      }
      const verdict = verifier.verify(chain, context)
      return isPromiseLike(verdict) ? verdict.then(judge) : judge(verdict)
    },
  }
}
