import { nodeCrypto } from '@typetls/crypto-node'
import type { VerifyContext } from '@typetls/handshake'
import { createAuthority } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { createVerifier } from '@typetls/x509'
import { expect, test, vi } from 'vitest'
import { rememberingVerdicts } from './remembered-verdicts.ts'

const now = Date.UTC(2026, 10, 21)
const root = createAuthority()
const authority = root.issueIntermediate({
  notBefore: new Date(Date.UTC(2026, 0)),
  notAfter: new Date(Date.UTC(2030, 0)),
})
const chain = authority.issue({ dns: ['example.org', 'example.com'], extendedKeyUsage: ['serverAuth'] }).chain

test('a chain that comes again is not judged again, for its name and while all of it is valid', () => {
  const { ask, judged } = remembering()
  const verdict = ask(chain)
  expect(verdict).toMatchObject({ authorized: true, facts: { matchedName: 'example.org' } })
  expect(ask(chain.map((der) => der.slice()))).toBe(verdict)
  expect(ask(chain, { now: Date.UTC(2030, 0) + 999 })).toBe(verdict)
  expect(judged()).toBe(1)
  expect(ask(chain, { name: 'example.com' })).toMatchObject({ facts: { matchedName: 'example.com' } })
  expect(judged()).toBe(2)
})

test('anything else about it is judged', () => {
  const { ask } = remembering()
  ask(chain)
  const [leaf, intermediate] = chain as [Uint8Array, Uint8Array]
  expect(codeOf(() => ask(chain, { now: Date.UTC(2030, 0) + 1000 }))).toBe('ERR_TLS_CERTIFICATE_EXPIRED')
  expect(codeOf(() => ask(chain, { now: Date.UTC(2025, 0) }))).toBe('ERR_TLS_CERTIFICATE_NOT_YET_VALID')
  expect(codeOf(() => ask(chain, { name: 'example.net' }))).toBe('ERR_TLS_CERTIFICATE_NAME')
  expect(codeOf(() => ask(chain, { peer: 'client' }))).toBe('ERR_TLS_CERTIFICATE_PURPOSE')
  expect(codeOf(() => ask([leaf]))).toBe('ERR_TLS_CERTIFICATE_UNKNOWN_CA')
  const changed = leaf.slice()
  const at = Buffer.from(leaf).lastIndexOf('example.org')
  changed.set(Buffer.from('example.net'), at)
  expect(codeOf(() => ask([changed, intermediate]))).toBe('ERR_TLS_CERTIFICATE_SIGNATURE')
})

test('a refusal is not remembered, nor is what was only accepted', () => {
  const { ask, judged } = remembering({ trustAnchors: [], dangerouslyAcceptAnyCertificate: true })
  expect(ask(chain)).toMatchObject({ authorized: false })
  expect(ask(chain)).toMatchObject({ authorized: false })
  expect(judged()).toBe(2)
})

test('the first of more than 64 chains is forgotten', () => {
  const { ask, judged } = remembering({ trustAnchors: [root.certificate], dangerouslySkipNameCheck: true })
  for (let i = 0; i <= 64; i++) ask(chain, { name: `host${i}` })
  ask(chain, { name: 'host64' })
  expect(judged()).toBe(65)
  ask(chain, { name: 'host0' })
  expect(judged()).toBe(66)
})

function remembering(options: Parameters<typeof createVerifier>[0] = { trustAnchors: [root.certificate] }) {
  const verifier = createVerifier(options)
  const verify = vi.spyOn(verifier, 'verify')
  const remembered = rememberingVerdicts(verifier)
  const ask = (certificates: readonly Uint8Array[], change: Partial<VerifyContext> = {}): unknown => {
    const context = { peer: 'server', name: 'example.org', now, crypto: nodeCrypto, signatureSchemes: [] } as const
    const sent = { certificates, ocspResponse: undefined, signedCertificateTimestamps: undefined }
    return remembered.verify(sent, { ...context, ...change })
  }
  return { ask, judged: () => verify.mock.calls.length }
}

function codeOf(act: () => unknown): string | undefined {
  try {
    act()
    return undefined
  } catch (error) {
    if (error instanceof TlsError) return error.code
    throw error
  }
}
