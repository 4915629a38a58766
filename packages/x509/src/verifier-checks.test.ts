import { nodeCrypto } from '@typetls/crypto-node'
import type { CertificateOptions } from '@typetls/testing'
import { createAuthority } from '@typetls/testing'
import { fromHex, TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { makeCrl } from '../test/crl-bytes.ts'
import { certificatePolicies } from './certificate-policies.ts'
import { derElement, objectIdentifier, sequence } from '@typetls/wire/der'
import * as extensionIds from './extension-ids.ts'
import { createRevocationChecker } from './revocation/index.ts'
import type { RevocationChecker } from './revocation.ts'
import type { PeerVerdict } from './chain-verifier.ts'
import type { VerifierOptions } from './verifier.ts'
import { createVerifier } from './verifier.ts'

const now = Date.UTC(2026, 10, 21)
const root = createAuthority()
const policy = derElement(sequence, derElement(sequence, derElement(objectIdentifier, fromHex('2a03'))))
const withPolicy: CertificateOptions = { extensions: [{ oid: extensionIds.certificatePolicies, value: policy }] }

describe('the option policies', () => {
  const chain = root.issueIntermediate(withPolicy).issue({ dns: ['example.org'], ...withPolicy }).chain
  const strict = certificatePolicies({ acceptable: ['1.2.3'], requireExplicit: true })

  test('accepts a chain that has one of the policies all along', () => {
    expect(verdict(chain, { policies: strict })).toMatchObject({ authorized: true })
  })

  test.each([
    ['has none', root.issueIntermediate().issue({ dns: ['example.org'], ...withPolicy }).chain, strict],
    ['has another', chain, certificatePolicies({ acceptable: ['1.2.4'], requireExplicit: true })],
  ])('refuses a chain that %s', (_, certificates, policies) => {
    expect(refusal(certificates, { policies })).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_CONSTRAINT',
      details: { rule: 'policy.explicit' },
    })
  })

  test('decides whether critical policyConstraints can be judged', () => {
    const value = fromHex('3003800100')
    const extensions = [
      ...(withPolicy.extensions ?? []),
      { oid: extensionIds.policyConstraints, critical: true, value },
    ]
    const constrained = root.issueIntermediate({ extensions })
    const good = constrained.issue({ dns: ['example.org'], ...withPolicy }).chain
    const bad = constrained.issue({ dns: ['example.org'] }).chain
    expect(refusal(good, {})).toMatchObject({ details: { rule: 'extensions.unknown-critical' } })
    expect(verdict(good, { policies: certificatePolicies() })).toMatchObject({ authorized: true })
    expect(refusal(bad, { policies: certificatePolicies() })).toMatchObject({ details: { rule: 'policy.explicit' } })
  })
})

describe('the option revocation', () => {
  const leaf = root.issue({ dns: ['example.org'] })
  const other = root.issue({ dns: ['other.example'] })
  const checker = (...revoked: readonly (typeof leaf)[]): RevocationChecker =>
    createRevocationChecker({
      crls: [makeCrl({ issuer: root, revoked: revoked.map((certificate) => ({ certificate, reason: 1 })) })],
    })

  test('accepts a chain that is not revoked', () => {
    expect(verdict(leaf.chain, { revocation: checker(other) })).toMatchObject({ authorized: true })
  })

  test('refuses one that is', () => {
    expect(refusal(leaf.chain, { revocation: checker(other, leaf) })).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_REVOKED',
      alert: 'certificate_revoked',
      details: { rule: 'revocation.revoked', index: 0 },
    })
  })

  test('refuses one whose status nobody tells', () => {
    expect(refusal(leaf.chain, { revocation: createRevocationChecker() })).toMatchObject({
      code: 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN',
    })
  })

  test('waits for a checker that answers later', async () => {
    const answer = { status: 'good', problems: [] } as const
    const later = ask(leaf.chain, { revocation: { check: async () => await Promise.resolve(answer) } })
    expect(later).toBeInstanceOf(Promise)
    expect(await later).toMatchObject({ authorized: true })
  })
})

function verdict(certificates: readonly Uint8Array[], options: Partial<VerifierOptions>): PeerVerdict {
  const answer = ask(certificates, options)
  if (answer instanceof Promise) throw new TypeError('a synchronous provider must give a synchronous verdict')
  return answer
}

function refusal(certificates: readonly Uint8Array[], options: Partial<VerifierOptions>): TlsError {
  try {
    verdict(certificates, options)
  } catch (error) {
    if (error instanceof TlsError) return error
    throw error
  }
  throw new TypeError('the chain was accepted')
}

function ask(
  certificates: readonly Uint8Array[],
  options: Partial<VerifierOptions>,
): PeerVerdict | Promise<PeerVerdict> {
  const verifier = createVerifier({ trustAnchors: [root.pem], ...options })
  return verifier.verify(
    { certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined },
    { peer: 'server', name: 'example.org', now, crypto: nodeCrypto, signatureSchemes: [] },
  )
}
