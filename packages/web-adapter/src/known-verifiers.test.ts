import { createAuthority } from '@typetls/testing'
import { Certificate } from '@typetls/x509'
import { expect, test } from 'vitest'
import { verifierFor } from './known-verifiers.ts'

const one = createAuthority({ name: 'one' })
const other = createAuthority({ name: 'other', key: 'fresh' })

test('the same anchors have the same verifier, which remembers what it has checked', () => {
  const known = verifierFor([one.certificate, other.certificate], false)
  expect(verifierFor([one.certificate.slice(), other.certificate], false)).toBe(known)
  const parsed = Certificate.parse(one.certificate)
  expect(verifierFor([parsed], false)).toBe(verifierFor([parsed], false))
})

test.each([
  ['fewer anchors', [one.certificate], false],
  ['more', [one.certificate, other.certificate, one.certificate], false],
  ['another order', [other.certificate, one.certificate], false],
  ['none', [], false],
  ['no certificate that is refused', [one.certificate, other.certificate], true],
])('%s have another', (_, anchors, acceptsAny) => {
  expect(verifierFor(anchors, acceptsAny)).not.toBe(verifierFor([one.certificate, other.certificate], false))
})

test('bytes that changed since are others', () => {
  const bytes = one.certificate.slice()
  const verifier = verifierFor([bytes], false)
  bytes.fill(0)
  expect(() => verifierFor([bytes], false)).toThrow(expect.objectContaining({ code: 'ERR_TLS_CERTIFICATE_PARSE' }))
  expect(verifierFor([one.certificate], false)).toBe(verifier)
})

test('the last eight are kept', () => {
  const anchorsOf = (i: number): Uint8Array[] => Array.from({ length: 3 + i }, () => one.certificate)
  const first = verifierFor(anchorsOf(0), false)
  for (let i = 1; i < 8; i++) verifierFor(anchorsOf(i), false)
  expect(verifierFor(anchorsOf(0), false)).toBe(first)
  verifierFor(anchorsOf(8), false)
  expect(verifierFor(anchorsOf(0), false)).not.toBe(first)
})
