import { nodeCrypto } from '@typetls/crypto-node'
import { asyncProvider, createAuthority } from '@typetls/testing'
import { describe, expect, test } from 'vitest'
import type { TransparencyAnswer, TransparencyQuery } from '../transparency.ts'
import type { VerifyContext } from '../chain-verifier.ts'
import { createVerifier } from '../verifier.ts'

const root = createAuthority()
const leaf = root.issue({ dns: ['example.org'] })
const context: VerifyContext = {
  peer: 'server',
  name: 'example.org',
  now: Date.UTC(2026, 10, 21),
  crypto: nodeCrypto,
  signatureSchemes: [],
}
const list = Uint8Array.of(0, 1, 0)
const chain = { certificates: [leaf.certificate], ocspResponse: undefined, signedCertificateTimestamps: list }
const problem: TransparencyAnswer = { rule: 'transparency.policy', problem: 'has no timestamps' }

describe('a verifier that asks whether certificates were logged', () => {
  const refusing = { check: (): TransparencyAnswer => problem }
  const verifier = createVerifier({ trustAnchors: [root.certificate], transparency: refusing })
  const refusal = { code: 'ERR_TLS_CERTIFICATE_TRANSPARENCY', alert: 'bad_certificate' }

  test('refuses a server about whose certificate there is a problem', () => {
    expect(() => verifier.verify(chain, context)).toThrow(expect.objectContaining(refusal) as Error)
  })

  test('waits for an answer that comes later', async () => {
    const transparency = { check: (): Promise<TransparencyAnswer> => Promise.resolve(problem) }
    const later = createVerifier({ trustAnchors: [root.certificate], transparency })
    await expect(later.verify(chain, { ...context, crypto: asyncProvider(nodeCrypto) })).rejects.toMatchObject(refusal)
  })

  test('asks about the leaf with its issuer and what came beside it', () => {
    const asked: TransparencyQuery[] = []
    const transparency = {
      check(query: TransparencyQuery): undefined {
        asked.push(query)
      },
    }
    createVerifier({ trustAnchors: [root.certificate], transparency }).verify(chain, context)
    expect(asked).toMatchObject([{ signedCertificateTimestamps: list, time: context.now, crypto: nodeCrypto }])
    expect(asked[0]?.certificate.der).toEqual(leaf.certificate)
    expect(asked[0]?.issuer.publicKey.spki).toEqual(root.spki)
  })

  test('does not ask about clients, nor about a leaf that is itself the anchor', () => {
    expect(verifier.verify(chain, { ...context, peer: 'client' })).toMatchObject({ authorized: true })
    const pinned = createVerifier({ trustAnchors: [leaf.certificate], transparency: refusing })
    expect(pinned.verify(chain, context)).toMatchObject({ authorized: true })
  })
})
