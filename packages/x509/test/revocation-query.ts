import type { CryptoProvider, PublicKey } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import type { Certificate } from '../src/certificate.ts'
import type { RevocationAnswer, RevocationChecker, RevocationQuery, SignedData } from '../src/revocation.ts'
import { fitsKey, readSignatureAlgorithm } from '../src/signature-algorithm.ts'

export interface Question {
  readonly checker: RevocationChecker
  /** Leaf first, anchor last. */
  readonly path: readonly Certificate[]
  readonly others?: readonly Certificate[]
  /** Milliseconds since 1970. */
  readonly time: number
  readonly crypto: CryptoProvider
  readonly ocspResponse?: Uint8Array
}

/**
 * The answers for each certificate of a path below its anchor, the highest first, as a path validation asks; it ends
 * with the first problem. A signer's path is the first chain of names and signatures among what is there.
 */
export function answersFor(question: Question): readonly RevocationAnswer[] {
  return answersAlong(question.path, question, [])
}

function answersAlong(
  path: readonly Certificate[],
  question: Question,
  pending: readonly Certificate[],
): readonly RevocationAnswer[] {
  const answers: RevocationAnswer[] = []
  for (let index = path.length - 2; index >= 0; index--) {
    const answer = question.checker.check(queryAt(path, index, question, pending)) as RevocationAnswer
    answers.push(answer)
    if (answer.problems.length > 0) break
  }
  return answers
}

/** The question about one certificate of a path. */
function queryAt(
  path: readonly Certificate[],
  index: number,
  question: Question,
  pending: readonly Certificate[] = [],
): RevocationQuery {
  const { others = [], time, crypto, ocspResponse } = question
  const anchor = path.at(-1) as Certificate
  const isSignedBy = (signed: SignedData, key: PublicKey): boolean => {
    const { name } = readSignatureAlgorithm(signed.algorithm, signed.algorithmPath)
    if (name === undefined || !fitsKey(name, key)) return false
    return crypto.signature[name]?.verify(key, signed.data, signed.signature) === true
  }
  const isIssued = (certificate: Certificate, by: Certificate): boolean =>
    certificate.issuer.equals(by.subject) &&
    isSignedBy(
      {
        algorithm: certificate.algorithm,
        algorithmPath: 'signature',
        data: certificate.tbs,
        signature: certificate.signature,
      },
      by.publicKey,
    )
  const pathOf = (certificate: Certificate, depth: number): readonly Certificate[] | undefined => {
    if (equalBytes(certificate.der, anchor.der)) return [anchor]
    if (depth > 6) return undefined
    for (const issuer of [anchor, ...question.path, ...others]) {
      if (issuer.equals(certificate) || !isIssued(certificate, issuer)) continue
      const above = pathOf(issuer, depth + 1)
      if (above !== undefined) return [certificate, ...above]
    }
    return undefined
  }
  return {
    certificate: path[index] as Certificate,
    issuer: path[index + 1] as Certificate,
    path,
    index,
    anchor,
    others,
    time,
    crypto,
    ocspResponse: index === 0 && pending.length === 0 ? ocspResponse : undefined,
    pending,
    isSignedBy,
    signerPath(signer) {
      const found = pathOf(signer, 0)
      if (found === undefined) return undefined
      const answers = answersAlong(found, question, [...pending, signer])
      return answers.some(({ problems }) => problems.length > 0) ? undefined : found
    },
  }
}
