import type { PeerChain, PeerVerdict, PeerVerifier, VerifyContext } from '@typetls/connection'
import { Certificate } from '@typetls/x509'
import { TlsError } from '@typetls/wire'
import type { Flags } from './flags.ts'

/**
 * The verifier of BoringSSL's shim: any chain is good unless the command line says that verification fails. The runner
 * tests no path building; what the key may be used for is checked where BoringSSL's own stack checks it.
 */
export class Judge implements PeerVerifier {
  readonly acceptsUnauthorized = true
  readonly #flags: Flags
  /** Whether the peer was judged, and how. */
  verdict: 'good' | 'bad' | undefined

  constructor(flags: Flags) {
    this.#flags = flags
  }

  verify(chain: PeerChain, { keyUse }: VerifyContext): PeerVerdict | PromiseLike<PeerVerdict> {
    if (this.#flags.async === undefined) return this.#judge(chain, keyUse)
    return Promise.resolve(chain).then((one) => this.#judge(one, keyUse))
  }

  #judge(chain: PeerChain, keyUse: VerifyContext['keyUse']): PeerVerdict {
    const flags = this.#flags
    const leaf = Certificate.parse(chain.certificates[0] as Uint8Array)
    const { publicKey } = leaf
    if (
      leaf.keyUsage !== undefined &&
      !leaf.keyUsage.has(keyUse === 'decrypting' ? 'keyEncipherment' : 'digitalSignature')
    ) {
      throw new TlsError('ERR_TLS_CERTIFICATE_KEY_USAGE', 'the key of the certificate is for another use')
    }
    const failed = flags['verify-fail'] === true
    this.verdict = failed ? 'bad' : 'good'
    if (failed && this.#isHard()) throw new TlsError('ERR_TLS_CERTIFICATE_REFUSED', 'the verification is to fail')
    if (flags['use-ocsp-callback'] && flags['fail-ocsp-callback'] && flags.server === undefined) {
      throw new TlsError('ERR_TLS_CERTIFICATE_STATUS', 'the OCSP callback is to fail')
    }
    return { publicKey, authorized: !failed, failure: undefined, facts: undefined }
  }

  #isHard(): boolean {
    const flags = this.#flags
    return (
      (flags['verify-peer'] ?? flags['require-any-client-certificate'] ?? flags['use-custom-verify-callback']) === true
    )
  }
}
