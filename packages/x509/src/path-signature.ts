import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import type { TlsError } from '@typetls/wire'
import type { PlacedCertificate } from './certificate-failure.ts'
import { certificateFailure } from './certificate-failure.ts'
import type { NamedKey } from './named-key.ts'
import type { PathCertificate } from './path-certificate.ts'
import type { SearchState } from './path-search.ts'
import { spendSignatureCheck } from './path-search.ts'
import type { Program } from './program.ts'
import { wait } from './program.ts'
import type { SubjectPublicKey } from './public-key.ts'
import { fitsKey } from './signature-algorithm.ts'

/** The name of the child's signature algorithm, if the key can have made such a signature. */
export function checkedAlgorithm(child: PlacedCertificate, key: SubjectPublicKey, { crypto }: SearchState): string {
  const { oid, name } = child.certificate.signatureAlgorithm
  if (name === undefined || crypto.signature[name] === undefined) {
    const problem = `is signed with ${name ?? oid}, which is not supported`
    const reference = 'RFC 5280 section 4.1.1.2'
    throw certificateFailure(child, problem, 'signature.algorithm', 'ERR_TLS_CERTIFICATE_UNSUPPORTED', reference)
  }
  if (!fitsKey(name, key)) {
    throw signatureFailure(child, `is signed with ${name}, which is not for its issuer's ${key.keyType} key`)
  }
  return name
}

export function* isSignedBy(
  child: PlacedCertificate,
  key: SubjectPublicKey,
  algorithm: string,
  state: SearchState,
): Program<boolean> {
  const { certificate } = child
  spendSignatureCheck(child, state)
  if (state.verified.get(certificate) === key) return true
  const { verify } = state.crypto.signature[algorithm] as SignatureAlgorithm
  const good = yield* wait(verify(key, certificate.tbs, certificate.signature))
  if (good) state.verified.set(certificate, key)
  return good
}

export function wrongSignature(child: PlacedCertificate, { subject }: PathCertificate | NamedKey): TlsError {
  return signatureFailure(child, `was not signed by the key of ${subject}`)
}

function signatureFailure(child: PlacedCertificate, problem: string): TlsError {
  const reference = 'RFC 5280 section 6.1.3'
  return certificateFailure(child, problem, 'signature.value', 'ERR_TLS_CERTIFICATE_SIGNATURE', reference)
}
