import { createHash } from 'node:crypto'
import { nodeCrypto } from '@typetls/crypto-node'
import { createAuthority } from '@typetls/testing'
import { Certificate } from '@typetls/x509'
import { describe, expect, test } from 'vitest'
import { chunkOf } from './chunk-of.ts'
import { chunks } from './data/chunks.ts'
import { allRoots, createRootsVerifier, edition, findRoots } from './index.ts'

test('the data is what its edition says', async () => {
  const roots = await allRoots()
  expect(roots).toHaveLength(edition.count)
  expect(edition.count).toBeGreaterThan(100)
  const digest = (data: Uint8Array): string => createHash('sha256').update(data).digest('hex')
  const sorted = roots.map(({ der }) => der).sort((a, b) => (digest(a) < digest(b) ? -1 : 1))
  expect(digest(Buffer.concat(sorted))).toBe(edition.sha256)
})

test('every root is found by its subject, in the chunk that its name says', async () => {
  for (const root of await allRoots()) {
    expect((await findRoots(root.subject)).some((one) => one.equals(root))).toBe(true)
    const { certificates } = await chunks[chunkOf(root.subject.der)]!()
    expect(certificates).toContain(Buffer.from(root.der).toString('base64'))
  }
})

test('every root can be read to the end, and says that it is an authority', async () => {
  for (const root of await allRoots()) {
    expect(root.isSelfIssued).toBe(true)
    expect(root.publicKey.keyType).toMatch(/^(rsa|ec-secp(256|384|521)r1)$/)
    expect(root.basicConstraints?.ca ?? root.version < 3).toBe(true)
  }
})

test('a name that no root has finds nothing', async () => {
  expect(await findRoots(Uint8Array.of(0x30, 0))).toEqual([])
})

describe('a verifier over the roots', () => {
  const authority = createAuthority({})
  const leaf = authority.issue({ dns: ['example.org'] })
  const context = { peer: 'server', name: 'example.org', crypto: nodeCrypto, signatureSchemes: [] } as const
  const chain = (...certificates: Uint8Array[]) =>
    ({ certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined }) as const

  test('loads a root that a chain names, and trusts it', async () => {
    const root = (await allRoots()).find(({ publicKey }) => publicKey.keyType === 'ec-secp384r1') as Certificate
    const verifier = createRootsVerifier({ dangerouslySkipNameCheck: true })
    // The root itself, which is no server: all that is left to complain of is its purpose or usage, not its origin.
    const refusal = verifier.verify(chain(root.der), { ...context, now: root.notBefore + 1000 })
    await expect(
      refusal.then(
        () => 'accepted',
        (error) => error.code,
      ),
    ).resolves.not.toBe('ERR_TLS_CERTIFICATE_UNKNOWN_CA')
  })

  test('refuses an authority that is not among them, and takes it where it is given', async () => {
    const der = Certificate.parseAll(leaf.chainPem).map((one) => one.der)
    const now = Date.now()
    const refusal = createRootsVerifier().verify(chain(...der), { ...context, now })
    await expect(refusal).rejects.toMatchObject({ code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' })
    const verifier = createRootsVerifier({ trustAnchors: [authority.pem] })
    expect(await verifier.verify(chain(...der), { ...context, now })).toMatchObject({ authorized: true })
  })

  test('leaves the refusal of what is no certificate to the verifier', async () => {
    const refusal = createRootsVerifier().verify(chain(new Uint8Array(9)), { ...context, now: 0 })
    await expect(refusal).rejects.toMatchObject({ code: 'ERR_TLS_CERTIFICATE_PARSE' })
  })
})
