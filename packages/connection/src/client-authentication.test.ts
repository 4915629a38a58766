import { nodeCrypto } from '@typetls/crypto-node'
import { defaultSignatureSchemes } from '@typetls/crypto-provider'
import { ascii, fromAscii } from '@typetls/wire'
import { asyncProvider, createAuthority } from '@typetls/testing'
import { createVerifier, selectCredential } from '@typetls/x509'
import { describe, expect, test } from 'vitest'
import {
  authority,
  certificateFor,
  connectedLater,
  connectedPair,
  credentialFor,
  pairOf,
  serverOptions,
  verifier,
} from '../test/peers.ts'
import type { Credential, CredentialRequest } from './index.ts'

const certificate = certificateFor('ed25519', 'client.test')
const credentials = credentialFor(certificate)

/** One whose signature takes as long as a test wants. */
function slowCredential(): { credential: Credential; sign(): void } {
  let release = (): void => {}
  const held = new Promise<void>((resolve) => (release = resolve))
  const { signer } = credentials
  const sign: Credential['signer']['sign'] = (scheme, data) => held.then(() => signer.sign(scheme, data))
  return { credential: { ...credentials, signer: { schemes: signer.schemes, sign } }, sign: () => release() }
}

describe('during the handshake', () => {
  test('nobody is asked by default', () => {
    const { client, server } = connectedPair({ credentials }, { verifier })
    expect(server.facts).toMatchObject({ peer: undefined, clientSignatureScheme: undefined })
    expect(client.facts?.clientSignatureScheme).toBeUndefined()
  })

  test.each(['request', 'require'] as const)(
    'a client that has a certificate shows it on %s',
    (clientAuthentication) => {
      const { server } = connectedPair({ credentials }, { clientAuthentication, verifier })
      expect(server.facts).toMatchObject({ clientSignatureScheme: 'ed25519', peer: { authorized: true } })
      expect(server.facts?.peer?.certificates).toEqual(certificate.chain)
    },
  )

  test('a client without a certificate is fine where one is only requested', () => {
    const { server } = connectedPair({}, { clientAuthentication: 'request', verifier })
    expect(server.facts?.peer).toBeUndefined()
  })

  test('a client without a certificate is refused where one is required', () => {
    const pair = pairOf({}, { clientAuthentication: 'require', verifier })
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REQUIRED', alert: 'certificate_required' })
    // The client had its Finished out before it could hear of it.
    expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'certificate_required' })
  })

  test('a certificate of a stranger is refused', () => {
    const stranger = createAuthority({ name: 'somebody else' }).issue({ subject: 'client.test', keyType: 'ed25519' })
    const pair = pairOf({ credentials: credentialFor(stranger) }, { clientAuthentication: 'request', verifier })
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA', alert: 'unknown_ca' })
    expect(pair.server.told).not.toContain('connected')
  })

  test('the selector is told the authorities and schemes of the server', () => {
    const asked: CredentialRequest[] = []
    connectedPair(
      {
        credentials(request) {
          asked.push(request)
          return undefined
        },
      },
      { clientAuthentication: 'request', verifier, certificateAuthorities: [authority.subjectDer] },
    )
    expect(asked).toHaveLength(1)
    expect(asked[0]).toMatchObject({ role: 'client', serverName: undefined, clientHello: undefined })
    expect(asked[0]?.certificateAuthorities).toEqual([authority.subjectDer])
    expect(asked[0]?.signatureSchemes.map((row) => row.name)).toEqual(
      defaultSignatureSchemes.filter((row) => row.handshake).map((row) => row.name),
    )
  })

  test('the selector of x509 chooses by the authorities', () => {
    const other = createAuthority({ name: 'another root' })
    const fromOther = other.issue({ subject: 'client.test' })
    const trusting = createVerifier({ trustAnchors: [authority.certificate, other.certificate] })
    const { server } = connectedPair(
      { credentials: selectCredential([credentials, credentialFor(fromOther)]) },
      { clientAuthentication: 'require', verifier: trusting, certificateAuthorities: [other.subjectDer] },
    )
    expect(server.facts?.peer?.certificates).toEqual(fromOther.chain)
  })

  test('a client whose key has no scheme of the server shows nothing', () => {
    const onlyEcdsa = defaultSignatureSchemes.filter((row) => row.name.startsWith('ecdsa'))
    const { server } = connectedPair(
      { credentials },
      { clientAuthentication: 'request', verifier, signatureSchemes: onlyEcdsa },
    )
    expect(server.facts?.peer).toBeUndefined()
  })

  test('a signer may answer later', async () => {
    const { credential, sign } = slowCredential()
    const pair = pairOf({ credentials: credential }, { clientAuthentication: 'require', verifier })
    await pair.until(() => pair.client.trace.some((event) => event.event === 'message' && event.type === 'finished'))
    expect(pair.server.facts).toBeUndefined()
    sign()
    await pair.settle()
    expect(pair.server.facts?.peer?.authorized).toBe(true)
  })
})

describe('after the handshake', () => {
  const offering = { postHandshakeAuthentication: true }

  test('the client shows its certificate when it is asked', () => {
    const { client, server, pump } = connectedPair({ ...offering, credentials }, { verifier })
    expect(server.facts?.peer).toBeUndefined()
    server.connection.requestClientCertificate()
    pump()
    expect(server.authenticated).toHaveLength(1)
    expect(server.facts).toMatchObject({ clientSignatureScheme: 'ed25519', peer: { authorized: true } })
    expect(client.failure).toBeUndefined()
  })

  test('a client without one says so, and goes on', () => {
    const { client, server, pump } = connectedPair(offering, { verifier })
    server.connection.requestClientCertificate()
    pump()
    expect(server.authenticated).toMatchObject([{ peer: undefined }])
    client.connection.write(ascii('still here'))
    pump()
    expect(fromAscii(server.received())).toBe('still here')
  })

  test('it may be asked again when it has answered, and not before', () => {
    const { server, pump } = connectedPair({ ...offering, credentials }, { verifier })
    server.connection.requestClientCertificate()
    expect(() => server.connection.requestClientCertificate()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_STATE' }),
    )
    pump()
    server.connection.requestClientCertificate()
    pump()
    expect(server.authenticated).toHaveLength(2)
  })

  test('data and key updates go on while the signer takes its time', async () => {
    const { credential, sign } = slowCredential()
    const pair = connectedPair({ ...offering, credentials: credential }, { verifier })
    const { client, server } = pair
    server.connection.requestClientCertificate()
    pair.pump()
    client.connection.write(ascii('before, '))
    client.connection.updateKeys()
    client.connection.write(ascii('under new keys, '))
    pair.pump()
    expect(fromAscii(server.received())).toBe('before, under new keys, ')
    expect(server.authenticated).toEqual([])
    sign()
    await pair.until(() => server.authenticated.length > 0)
    client.connection.write(ascii('after'))
    await pair.settle()
    expect(fromAscii(server.received())).toBe('before, under new keys, after')
    expect(server.facts?.peer?.authorized).toBe(true)
  })

  test('the answer is under the keys that came before it, whoever updated them', () => {
    const { client, server, pump } = connectedPair({ ...offering, credentials }, { verifier })
    client.connection.updateKeys(true)
    server.connection.requestClientCertificate()
    pump()
    client.connection.write(ascii('x'))
    pump()
    server.connection.updateKeys(true)
    server.connection.requestClientCertificate()
    pump()
    expect(server.authenticated).toHaveLength(2)
  })

  test('it works behind a HelloRetryRequest, whose transcript began anew', () => {
    const { server, pump } = connectedPair(
      { ...offering, credentials, groups: ['x25519', 'secp256r1'] },
      { verifier, groups: ['secp256r1'] },
    )
    server.connection.requestClientCertificate()
    pump()
    expect(server.facts).toMatchObject({ helloRetryRequest: true, peer: { authorized: true } })
  })

  test.each([
    ['the client did not offer it', {}, { verifier }],
    ['there is no verifier', offering, {}],
  ])('it cannot be asked for when %s', (_why, client, server) => {
    const pair = connectedPair(client, server)
    expect(() => pair.server.connection.requestClientCertificate()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_STATE' }),
    )
    expect(pair.server.failure).toBeUndefined()
  })

  test('it cannot be asked for before the handshake is done, nor after the end', () => {
    const pair = pairOf(offering, { verifier })
    const ask = (): void => pair.server.connection.requestClientCertificate()
    expect(ask).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
    pair.pump()
    pair.server.connection.abort()
    expect(ask).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
  })

  test.each(['client', 'server'] as const)('it cannot be asked for when the %s has closed its side', (side) => {
    const pair = connectedPair(offering, { verifier })
    pair[side].connection.closeWrite()
    pair.pump()
    expect(() => pair.server.connection.requestClientCertificate()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_STATE' }),
    )
  })

  test('one request waits for new keys, and a second one is refused meanwhile', async () => {
    const pair = await connectedLater({ ...offering, credentials }, { crypto: asyncProvider(nodeCrypto), verifier })
    pair.server.connection.updateKeys()
    pair.server.connection.requestClientCertificate()
    expect(() => pair.server.connection.requestClientCertificate()).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_STATE' }),
    )
    await pair.settle()
    expect(pair.server.failure).toBeUndefined()
    expect(pair.server.authenticated).toHaveLength(1)
  })

  test('a certificate that the verifier refuses ends the connection', () => {
    const stranger = createAuthority({ name: 'somebody else' }).issue({ subject: 'client.test', keyType: 'ed25519' })
    const pair = connectedPair({ ...offering, credentials: credentialFor(stranger) }, { verifier })
    pair.server.connection.requestClientCertificate()
    pair.pump()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA' })
    expect(pair.server.authenticated).toEqual([])
  })
})

test('a staple and timestamps reach the client that asked for them', () => {
  const ocspResponse = ascii('not really an OCSPResponse')
  const signedCertificateTimestamps = Uint8Array.of(0, 4, 0, 2, 1, 2)
  const stapled = { ...(serverOptions().credentials as Credential), ocspResponse, signedCertificateTimestamps }
  const { client } = connectedPair({}, { credentials: stapled })
  expect(client.facts?.peer).toMatchObject({ ocspResponse, signedCertificateTimestamps })
  const plain = connectedPair({ requestStatus: false, requestTimestamps: false }, { credentials: stapled })
  expect(plain.client.facts?.peer).toMatchObject({ ocspResponse: undefined, signedCertificateTimestamps: undefined })
})
