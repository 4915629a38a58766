import { nodeCrypto } from '@typetls/crypto-node'
import { compose, hybrid, namedGroups, pick } from '@typetls/crypto-provider'
import type { KeyExchange, Listed } from '@typetls/crypto-provider'
import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
import { TlsError } from '@typetls/wire'
import { expect, test } from 'vitest'
import { mlkem768 } from './ml-kem.ts'
import { nobleCrypto } from './noble-crypto.ts'
import { x25519 } from './x25519.ts'

test('noble keeps the contract of a provider, and agrees with node:crypto', async () => {
  const none = 'noble has none, and we write no primitives of our own'
  const leavesOut = { 'aes-128-ccm': none, 'aes-128-ccm-8': none }
  const report = await checkCompliance(nobleCrypto, { leavesOut, reference: nodeCrypto })
  expect(report.passed, formatReport(report)).toBe(true)
  const missing = report.algorithms.filter((one) => one.status === 'left out')
  expect(missing.map((one) => [one.name, one.reason])).toEqual([
    ['aes-128-ccm', `on purpose: ${none}`],
    ['aes-128-ccm-8', `on purpose: ${none}`],
  ])
}, 60_000)

test('node:crypto with parts of noble keeps it too', async () => {
  const parts = ['chacha20-poly1305', 'X25519MLKEM768', 'SecP256r1MLKEM768', 'sha384', 'secp256r1']
  const report = await checkCompliance(compose(nodeCrypto, pick(nobleCrypto, parts)))
  expect(report.passed, formatReport(report)).toBe(true)
  const missing = report.algorithms.filter((one) => one.status === 'left out').map((one) => one.name)
  expect(missing.filter((name) => !name.startsWith('ml-dsa-'))).toEqual([])
  expect(report.provider).toBe('node:crypto + noble')
}, 60_000)

test('a signature algorithm taken from another backend verifies, and does not sign with keys of the base', async () => {
  const mixed = compose(nodeCrypto, pick(nobleCrypto, ['ed448']))
  const signs = (await checkCompliance(mixed)).algorithms.find(
    (one) => one.list === 'signature' && one.name === 'ed448',
  )
  expect(signs?.status).toBe('wrong')
  expect(signs?.findings.map((finding) => finding.problem)).toContain(
    'threw TlsError ERR_TLS_CRYPTO: this private key was imported by another crypto provider',
  )
  const report = await checkCompliance(mixed, { verifiesOnly: { ed448: 'keys are those of node:crypto' } })
  expect(report.passed, formatReport(report)).toBe(true)
  expect(formatReport(report)).toContain('ed448 (verifies only: keys are those of node:crypto)')
}, 60_000)

test('a hybrid whose halves are in the wrong order is found, though both sides agree', async () => {
  const swapped = hybrid(namedGroups.X25519MLKEM768, x25519, mlkem768)
  const found = await groupFindings({ X25519MLKEM768: swapped })
  expect(found).toContain('the base point as a share gives the answering share for a secret')
})

test('encapsulation keys that are not reduced, and ciphertexts that are an error, are found', async () => {
  const careless: KeyExchange<'sync'> = {
    ...mlkem768,
    respond(share) {
      const reduced = share.slice()
      // Coefficients of 3329 and more are taken for 0.
      if ((((reduced[1] as number) & 15) << 8) + (reduced[0] as number) > 3328) reduced.fill(0, 0, 2)
      return mlkem768.respond(reduced)
    },
    start() {
      const start = mlkem768.start()
      const known = start.finish
      return { ...start, finish: (share) => (share[0] === share[1] ? known(share) : rejected()) }
    },
  }
  const found = await groupFindings({ X25519MLKEM768: hybrid(namedGroups.X25519MLKEM768, careless, x25519) })
  expect(found).toContain('an encapsulation key that is not reduced is refused')
  expect(found).toContain('a changed ciphertext gives another secret, not an error: implicit rejection')
})

function rejected(): never {
  throw new TlsError('ERR_TLS_KEY_SHARE_INVALID', 'explicit rejection')
}

async function groupFindings(keyExchange: Listed<KeyExchange<'sync'>>): Promise<string[]> {
  const { algorithms } = await checkCompliance({ ...nobleCrypto, aead: {}, signature: {}, keyExchange })
  return algorithms.flatMap((one) => one.findings.map((finding) => finding.rule))
}
