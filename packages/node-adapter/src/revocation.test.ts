import { createRevocationChecker } from '@typetls/x509/revocation'
import { Certificate } from '@typetls/x509'
import { expect, test } from 'vitest'
import { authority, ca, connectedPair, failureOf, identity, listen } from '../test/loopback.ts'
import { connect, createServer } from './index.ts'
import { crlOf } from '../test/crl.ts'

const leaf = Certificate.parse(identity.cert)
const good = crlOf(authority, [])
const revoked = crlOf(authority, [leaf.serialNumber])

test('a server whose certificate no CRL lists is accepted, with the same verifier each time', async () => {
  for (const crl of [good, [good], Buffer.from(good)]) {
    const { client } = await connectedPair({ client: { crl } })
    expect(client.authorized).toBe(true)
  }
})

test.each([
  ['is revoked', { crl: revoked }, 'ERR_TLS_CERTIFICATE_REVOKED'],
  ['is not told of', { crl: [] }, 'ERR_TLS_CERTIFICATE_STATUS_UNKNOWN'],
  [
    'is revoked, says a checker',
    { revocation: createRevocationChecker({ crls: [revoked] }) },
    'ERR_TLS_CERTIFICATE_REVOKED',
  ],
])('a server whose certificate %s is refused', async (_, options, code) => {
  const port = await listen(createServer(identity))
  const failure = await failureOf(connect({ host: 'localhost', port, family: 4, ca, ...options }))
  expect(failure).toMatchObject({ code })
})

test('a server goes on with a client that it may not authorize, and says why', async () => {
  const client = authority.issue({ subject: 'a client' })
  const serial = Certificate.parse(client.certificate).serialNumber
  const options = { requestCert: true, rejectUnauthorized: false, ca, crl: crlOf(authority, [serial]) }
  const pair = await connectedPair({
    client: { cert: client.chainPem, key: client.privateKeyPem },
    server: options,
  })
  expect(pair.server.authorized).toBe(false)
})

test.each([
  ['both crl and revocation', { crl: good, revocation: createRevocationChecker() }, 'ERR_TLS_OPTIONS'],
  ['a crl that cannot be read', { crl: 'nothing' }, 'ERR_TLS_CRL_PARSE'],
])('%s are refused', (_, options, code) => {
  expect(() => connect({ port: 1, ...options })).toThrow(expect.objectContaining({ code }) as Error)
})
