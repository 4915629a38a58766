import {
  TLS_AES_128_GCM_SHA256,
  TLS_AES_256_GCM_SHA384,
  ecdsa_secp256r1_sha256,
  ed25519,
  rsa_pkcs1_sha256_legacy,
  rsa_pss_rsae_sha256,
} from '@typetls/crypto-provider'
import { parseRecords } from '@typetls/testing'
import { TlsError } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../test/backend.ts'
import { certificateFor, clock, connectedLater, credentialFor, pairOf, verifier } from '../test/peers.ts'
import type { ClientOptions, PeerVerifier, ServerOptions, Session } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: testCrypto, clock })

async function failing(
  client: Partial<ClientOptions>,
  server: Partial<ServerOptions>,
): Promise<{ client: TlsError | undefined; server: TlsError | undefined }> {
  const pair = pairOf(client, server)
  await pair.settle()
  return { client: pair.client.failure, server: pair.server.failure }
}

async function sessionOf(client: Partial<ClientOptions> = {}, server: Partial<ServerOptions> = {}): Promise<Session> {
  const pair = await connectedLater(client, { tickets, ...server })
  await pair.until(() => pair.client.sessions.length > 0)
  return pair.client.sessions[0] as Session
}

describe('a server that chooses the group itself', () => {
  const groups = ['secp384r1', 'secp256r1']

  test('is told of what both have in the order of the client, and asks for a share where there is none', async () => {
    const asked: unknown[] = []
    const { client, server } = await connectedLater(
      { groups: ['secp256r1', 'secp521r1', 'secp384r1'], keyShares: ['secp256r1'] },
      {
        groups,
        selectGroup: (offered) => {
          asked.push(offered)
          return 'secp384r1'
        },
      },
    )
    expect(asked[0]).toEqual([
      { name: 'secp256r1', hasShare: true },
      { name: 'secp384r1', hasShare: false },
    ])
    expect(client.facts).toMatchObject({ group: 'secp384r1', helloRetryRequest: true })
    expect(server.facts?.group).toBe('secp384r1')
  })

  test('refuses when it chooses none', async () => {
    const { server } = await failing({ groups }, { groups, selectGroup: () => undefined })
    expect(server).toMatchObject({ code: 'ERR_TLS_NO_SHARED_GROUP', alert: 'handshake_failure' })
  })
})

describe('resumption', () => {
  test('can be refused where another suite would be chosen now', async () => {
    const session = await sessionOf({ cipherSuites: [TLS_AES_128_GCM_SHA256] })
    const cipherSuites = [TLS_AES_256_GCM_SHA384, TLS_AES_128_GCM_SHA256]
    const resumed = async (resumeWithOtherSuite: boolean): Promise<unknown[]> => {
      const { client } = await connectedLater(
        { session, cipherSuites },
        { tickets, cipherSuites, resumeWithOtherSuite },
      )
      return [client.facts?.resumed, client.facts?.cipherSuite]
    }
    expect(await resumed(true)).toEqual([true, 'TLS_AES_128_GCM_SHA256'])
    expect(await resumed(false)).toEqual([false, 'TLS_AES_256_GCM_SHA384'])
  })

  const changed: PeerVerifier = {
    verify() {
      throw new TlsError('ERR_TLS_CERTIFICATE_REVOKED', 'revoked since')
    },
  }

  test('a client asks its verifier again if it is to', async () => {
    const session = await sessionOf()
    const seen: unknown[] = []
    const again: PeerVerifier = {
      verify: (chain, context) => {
        seen.push([chain.certificates, context.name, context.peer])
        return verifier.verify(chain, context)
      },
    }
    const { client } = await connectedLater({ session, verifier: again, verifyOnResumption: true }, { tickets })
    expect(client.facts).toMatchObject({ resumed: true, peer: { authorized: true } })
    expect(seen).toEqual([[certificateFor().chain, 'server.test', 'server']])
    await connectedLater({ session, verifier: changed }, { tickets })
    const refused = await failing({ session, verifier: changed, verifyOnResumption: true }, { tickets })
    expect(refused.client).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REVOKED', alert: 'certificate_revoked' })
    expect(refused.server).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'certificate_revoked' })
  })

  test('a server asks its verifier again if it is to', async () => {
    const asking = { clientAuthentication: 'require', verifier } as const
    const credentials = credentialFor(certificateFor('ec-secp256r1', 'client.test'))
    const session = await sessionOf({ credentials }, asking)
    const server = { ...asking, tickets, verifyOnResumption: true }
    expect((await connectedLater({ session }, server)).server.facts).toMatchObject({ resumed: true })
    const refused = await failing({ session }, { ...server, verifier: changed })
    expect(refused.server).toMatchObject({ code: 'ERR_TLS_CERTIFICATE_REVOKED' })
  })
})

describe('signing', () => {
  test('can be with other schemes than those accepted', async () => {
    const server = {
      credentials: credentialFor(certificateFor('ed25519')),
      signatureSchemes: [ecdsa_secp256r1_sha256],
    }
    expect((await failing({}, server)).server).toMatchObject({ code: 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME' })
    const { client } = await connectedLater({}, { ...server, signingSchemes: [ed25519] })
    expect(client.facts?.signatureScheme).toBe('ed25519')
  })

  test('a client may use PKCS #1 v1.5 where the server offers it for old keys, and a server never', async () => {
    const certificate = certificateFor('rsa', 'client.test')
    const legacy = { ...credentialFor(certificate), signer: legacySigner(certificate) }
    const schemes = [ecdsa_secp256r1_sha256, rsa_pss_rsae_sha256, rsa_pkcs1_sha256_legacy]
    const asking = { clientAuthentication: 'require', verifier, signatureSchemes: schemes } as const
    const { server } = await connectedLater({ credentials: legacy, signatureSchemes: schemes }, asking)
    expect(server.facts?.clientSignatureScheme).toBe('rsa_pkcs1_sha256_legacy')
    const refused = await failing(
      { signatureSchemes: schemes },
      { credentials: () => legacy, signatureSchemes: schemes },
    )
    expect(refused.server).toMatchObject({ code: 'ERR_TLS_NO_SHARED_SIGNATURE_SCHEME' })
  })

  function legacySigner(certificate: ReturnType<typeof certificateFor>): ReturnType<typeof credentialFor>['signer'] {
    const key = testCrypto.importPrivateKey(certificate.privateKeyDer)
    return {
      schemes: [rsa_pkcs1_sha256_legacy],
      sign: async (scheme, data) => await testCrypto.signature[scheme.algorithm]!.sign(await key, data),
    }
  }
})

describe('what a server can be told to do', () => {
  test('not to acknowledge the name', async () => {
    const names = async (acknowledgeServerName: boolean): Promise<unknown> => {
      const { client } = await connectedLater({}, { acknowledgeServerName })
      const event = client.trace.find((one) => one.event === 'message' && one.type === 'encrypted_extensions')
      return event?.event === 'message' ? event.bytes.length : undefined
    }
    expect(await names(true)).toBe(10)
    expect(await names(false)).toBe(6)
  })

  test('to send ChangeCipherSpec to clients that do not ask for it', async () => {
    const sent = async (alwaysChangeCipherSpec: boolean): Promise<number> => {
      const pair = await connectedLater({ middleboxCompatibility: false }, { alwaysChangeCipherSpec })
      return parseRecords(pair.sent('server-to-client')).records.filter(({ type }) => type === 20).length
    }
    expect(await sent(false)).toBe(0)
    expect(await sent(true)).toBe(1)
  })

  test('to leave GREASE out of its tickets', async () => {
    const extensions = async (grease?: boolean): Promise<number> => {
      const pair = await connectedLater({}, { tickets, ...(grease !== undefined && { grease }) })
      await pair.until(() => pair.client.sessions.length > 0)
      const event = pair.client.trace.find((one) => one.event === 'message' && one.type === 'new_session_ticket')
      const bytes = event?.event === 'message' ? event.bytes : new Uint8Array()
      return new DataView(bytes.buffer, bytes.byteOffset + bytes.length - 4, 4).getUint16(0) & 0x0f0f
    }
    expect(await extensions()).toBe(0x0a0a)
    expect(await extensions(false)).not.toBe(0x0a0a)
  })
})

describe('what a client can be told to do', () => {
  test('to say that it falls back', async () => {
    const pair = await connectedLater({ fallback: true })
    // The last suite, and the null compression behind it.
    const suites = [0x56, 0x00, 0x01, 0x00]
    expect([...pair.sent('client-to-server')].join()).toContain(suites.join())
  })
})
