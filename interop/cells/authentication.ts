import { systemCrypto } from '@typetls/node-adapter'
import { testKeyTypes } from '@typetls/testing'
import { createCredential } from '@typetls/x509'
import { expect } from 'vitest'
import { certificates } from '../certificates.ts'
import { noOcspResponse, ocspResponse, ocspResponseFile } from '../ocsp.ts'
import { clientCell, serverCell, refusalCell, until, subjectOf, pem, line } from '../cell.ts'
import { schemesOf } from '../schemes.ts'
import type { TestKeyType } from '@typetls/testing'
import type { Cell } from '../cell.ts'

export function clientAuthenticationCells(): Cell[] {
  const feature = 'client authentication'
  const require = { requestCert: true, ca: certificates.ca }
  const signed = (keyType: TestKeyType): Cell[] => {
    const clientIdentity = certificates.client(keyType)
    const name = `client authentication, ${keyType}`
    return [
      clientCell({
        name,
        feature,
        setting: { clientAuthentication: 'require' },
        ours: pem(clientIdentity),
        check: ({ facts }) => expect(facts?.clientSignatureScheme).toMatch(schemesOf(keyType, facts)),
      }),
      serverCell({
        name,
        feature,
        setting: { clientIdentity },
        ours: require,
        check({ facts }) {
          expect(facts?.clientSignatureScheme).toMatch(schemesOf(keyType, facts))
          expect(facts?.peer).toMatchObject({ authorized: true })
          expect(subjectOf(facts?.peer?.certificates)).toBe('CN=interop client')
        },
      }),
    ]
  }
  return [
    ...testKeyTypes.flatMap(signed),
    clientCell({
      name: 'client authentication requested, without a certificate',
      feature,
      setting: { clientAuthentication: 'request' },
      ours: {},
      check: ({ facts }) => expect(facts?.clientSignatureScheme).toBeUndefined(),
    }),
    serverCell({
      name: 'client authentication requested, without a certificate',
      feature,
      setting: {},
      ours: { ...require, rejectUnauthorized: false },
      check: ({ facts }) => expect(facts?.peer).toBeUndefined(),
    }),
    {
      name: 'client authentication required, without a certificate',
      role: 'client',
      feature,
      async play(match) {
        const server = await match.theirServer({ clientAuthentication: 'require' })
        // In TLS 1.2 it is the handshake that fails, with an alert that has meant many things.
        const older = match.version === 'TLSv1.2'
        const received = older
          ? /^(handshake_failure|bad_certificate|certificate_required|decode_error)$/
          : /^certificate_required$/
        const failure = await match.ourClient(server.port, {}).then(
          (client) => {
            client.write(line)
            return client.failure()
          },
          (error: Error) => error,
        )
        expect(failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: expect.stringMatching(received) })
      },
    },
    refusalCell({
      name: 'client authentication required, without a certificate',
      feature,
      setting: {},
      ours: require,
      code: /^ERR_TLS_(CERTIFICATE_REQUIRED|CLIENT_CERTIFICATE_MISSING)$/,
    }),
    refusalCell({
      name: "client authentication with a stranger's certificate",
      feature,
      setting: { clientIdentity: certificates.stranger() },
      ours: { ...require, ca: certificates.root.pem },
      code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
    }),
  ]
}

export function trustCells(): Cell[] {
  const stranger = certificates.stranger()
  return [
    {
      name: 'an untrusted server is refused',
      role: 'client',
      async play(match) {
        const server = await match.theirServer({ identity: stranger })
        await expect(match.ourClient(server.port, {})).rejects.toMatchObject({
          code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
          alert: 'unknown_ca',
        })
      },
    },
    {
      name: 'a server with another name is refused',
      role: 'client',
      async play(match) {
        const server = await match.theirServer({})
        const dialled = match.ourClient(server.port, { servername: 'other.localhost' })
        await expect(dialled).rejects.toMatchObject({ code: 'ERR_TLS_CERTIFICATE_NAME' })
      },
    },
    refusalCell({
      name: 'an untrusted server is refused',
      setting: {},
      ours: pem(stranger),
      // node:tls closes before it looks at a certificate that it is going to refuse.
      code: /^(ERR_TLS_PEER_ALERT|ECONNRESET|ERR_TLS_TRUNCATED|EPIPE)$/,
    }),
  ]
}

export function stapleCells(): Cell[] {
  const feature = 'OCSP staple'
  const identity = certificates.server('ec-secp256r1')
  const file = noOcspResponse === undefined ? ocspResponseFile(identity) : ''
  const staple = noOcspResponse === undefined ? ocspResponse(file) : undefined
  return [
    clientCell({
      name: feature,
      feature,
      weLack: noOcspResponse,
      setting: { identity, ocspFile: file },
      ours: {},
      check: ({ facts }) => expect(facts?.peer?.ocspResponse).toEqual(staple),
    }),
    serverCell({
      name: feature,
      feature,
      weLack: noOcspResponse,
      setting: { ocspFile: file, interactive: true },
      ours: {
        credentials: createCredential({
          certificates: identity.chainPem,
          privateKey: identity.privateKeyPem,
          provider: systemCrypto,
          ...(staple && { ocspResponse: staple }),
        }),
      },
      check: async (_socket, report) => {
        const theirs = new RegExp(`OCSP Response Status: successful|OCSP ${Buffer.from(staple ?? []).toString('hex')}`)
        await until(() => theirs.test(report()))
      },
    }),
  ]
}
