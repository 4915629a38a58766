import { once } from 'node:events'
import { rotatingTicketKeys } from '@typetls/connection'
import { cipherSuites, namedGroups, Secret } from '@typetls/crypto-provider'
import type { Credential, Signer, TraceEvent } from '@typetls/handshake'
import type { ConnectOptions, TlsServerOptions, TlsSocket } from '@typetls/node-adapter'
import { systemClock, systemCrypto } from '@typetls/node-adapter'
import { padToMultipleOf } from '@typetls/record'
import type { TestKeyType } from '@typetls/testing'
import { testKeyTypes } from '@typetls/testing'
import { Certificate, createCredential, createVerifier } from '@typetls/x509'
import { expect } from 'vitest'
import type { Identity } from './certificates.ts'
import { certificates } from './certificates.ts'
import type { Scope } from './child.ts'
import { noOcspResponse, ocspResponse, ocspResponseFile } from './ocsp.ts'
import { OurClient, OurServer } from './ours.ts'
import type { Feature, Peer, PeerClient, PeerServer, Role, Setting } from './peer.ts'

/** One square of the matrix, for any peer. */
export interface Cell {
  readonly name: string
  /** Which side is ours. */
  readonly role: Role
  /** What the peer must have. */
  readonly feature?: Feature | undefined
  /** Why we cannot do it on this machine. */
  readonly weLack?: string | undefined
  /** Milliseconds it may take. Default 60000. */
  readonly timeout?: number
  play(peer: Peer, scope: Scope): Promise<void>
}

/** All of them, in the order of the table. */
export function cells(): Cell[] {
  return [
    ...cipherSuites.flatMap((suite) => suiteCells(suite.name)),
    ...Object.keys(namedGroups).flatMap(groupCells),
    ...testKeyTypes.flatMap(certificateCells),
    ...retryCells(),
    ...clientAuthenticationCells(),
    ...trustCells(),
    ...resumptionCells(),
    ...pskCells(),
    ...protocolCells(),
    ...serverNameCells(),
    ...keyUpdateCells(),
    ...postHandshakeCells(),
    ...bulkCells(),
    ...endCells(),
    ...recordSizeCells(),
    ...oddityCells(),
    ...stapleCells(),
    ...exporterCells(),
  ]
}

function suiteCells(suite: string): Cell[] {
  const ours = { cipherSuites: [suite] }
  const check = ({ facts }: TlsSocket): void => expect(facts?.cipherSuite).toBe(suite)
  return bothRoles({ name: `suite ${suite}`, feature: `suite ${suite}`, setting: { suite }, ours, check })
}

function groupCells(group: string): Cell[] {
  const weLack =
    systemCrypto.keyExchange[group] === undefined
      ? `crypto-node on Node ${process.versions.node} has no ${group}`
      : undefined
  const ours = { groups: [group] }
  const check = ({ facts }: TlsSocket): void => expect(facts).toMatchObject({ group, helloRetryRequest: false })
  return bothRoles({
    name: `group ${group}`,
    feature: `group ${group}`,
    weLack,
    setting: { groups: [group] },
    ours,
    check,
  })
}

function certificateCells(keyType: TestKeyType): Cell[] {
  const identity = certificates.server(keyType)
  const check = ({ facts }: TlsSocket): void => expect(facts?.signatureScheme).toMatch(schemesOf[keyType])
  const common = { name: `certificate ${keyType}`, feature: `certificate ${keyType}`, check } as const
  return [
    clientCell({ ...common, setting: { identity }, ours: {} }),
    serverCell({ ...common, setting: {}, ours: pem(identity) }),
  ]
}

function retryCells(): Cell[] {
  const check = ({ facts }: TlsSocket): void =>
    expect(facts).toMatchObject({ group: 'secp384r1', helloRetryRequest: true })
  const cookies = rotatingTicketKeys({ crypto: systemCrypto, clock: systemClock })
  return [
    clientCell({
      name: 'HelloRetryRequest for another group',
      feature: 'retry',
      setting: { groups: ['secp384r1'] },
      ours: { groups: ['x25519', 'secp384r1'], keyShares: ['x25519'] },
      check,
    }),
    serverCell({
      name: 'HelloRetryRequest for another group',
      feature: 'retry',
      setting: { groups: ['x25519', 'secp384r1'] },
      ours: { groups: ['secp384r1'] },
      check,
    }),
    serverCell({
      name: 'HelloRetryRequest for another group, with a cookie',
      feature: 'retry',
      setting: { groups: ['x25519', 'secp384r1'] },
      ours: { groups: ['secp384r1'], cookies },
      check,
    }),
    serverCell({
      name: 'HelloRetryRequest for a cookie only',
      feature: 'retry without a group',
      setting: { groups: ['x25519'] },
      ours: { groups: ['x25519'], cookies, requireCookie: true },
      check: ({ facts }) => expect(facts).toMatchObject({ group: 'x25519', helloRetryRequest: true }),
    }),
  ]
}

function clientAuthenticationCells(): Cell[] {
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
        check: ({ facts }) => expect(facts?.clientSignatureScheme).toMatch(schemesOf[keyType]),
      }),
      serverCell({
        name,
        feature,
        setting: { clientIdentity },
        ours: require,
        check({ facts }) {
          expect(facts?.clientSignatureScheme).toMatch(schemesOf[keyType])
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
      async play(peer, scope) {
        const server = await peer.serve({ clientAuthentication: 'require' }, scope)
        const client = await OurClient.connect(server.port, {}, scope)
        client.write(line)
        const failure = { code: 'ERR_TLS_PEER_ALERT', received: 'certificate_required' }
        expect(await client.failure()).toMatchObject(failure)
      },
    },
    refusalCell({
      name: 'client authentication required, without a certificate',
      feature,
      setting: {},
      ours: require,
      code: 'ERR_TLS_CERTIFICATE_REQUIRED',
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

function trustCells(): Cell[] {
  const stranger = certificates.stranger()
  return [
    {
      name: 'an untrusted server is refused',
      role: 'client',
      async play(peer, scope) {
        const server = await peer.serve({ identity: stranger }, scope)
        await expect(OurClient.connect(server.port, {}, scope)).rejects.toMatchObject({
          code: 'ERR_TLS_CERTIFICATE_UNKNOWN_CA',
          alert: 'unknown_ca',
        })
      },
    },
    {
      name: 'a server with another name is refused',
      role: 'client',
      async play(peer, scope) {
        const server = await peer.serve({}, scope)
        const dialled = OurClient.connect(server.port, { servername: 'other.localhost' }, scope)
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

function resumptionCells(): Cell[] {
  return ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'].flatMap((suite): Cell[] => [
    {
      name: `resumption, ${suite}`,
      role: 'client',
      feature: 'resumption',
      async play(peer, scope) {
        const server = await peer.serve({ suite }, scope)
        const first = await OurClient.connect(server.port, {}, scope)
        await echo(first, server)
        const session = await first.session()
        await closed(first)
        const second = await OurClient.connect(server.port, { session }, scope)
        await echo(second, server)
        expect(second.socket.facts).toMatchObject({ resumed: true, cipherSuite: suite, signatureScheme: undefined })
        await closed(second)
      },
    },
    {
      name: `resumption, ${suite}`,
      role: 'server',
      feature: 'resumption',
      async play(peer, scope) {
        const server = await OurServer.start({}, scope)
        const first = await peer.connect(server.port, { suite, keepSession: true }, scope)
        expect((await server.next()).facts).toMatchObject({ resumed: false, cipherSuite: suite })
        let second = first
        if (first.session !== undefined) {
          await first.roundTrip(line)
          second = await peer.connect(server.port, { suite, sessionIn: await first.session() }, scope)
        }
        const [socket] = await Promise.all([server.next(), second.roundTrip(line)])
        expect(socket.facts).toMatchObject({ resumed: true, cipherSuite: suite, signatureScheme: undefined })
      },
    },
  ])
}

function pskCells(): Cell[] {
  const psk = { identity: 'interop', hex: 'c0ffee00c0ffee01c0ffee02c0ffee03c0ffee04c0ffee05c0ffee06c0ffee07' }
  const identity = new Uint8Array(Buffer.from(psk.identity))
  const external = (): { identity: Uint8Array; secret: Secret } => ({
    identity,
    secret: new Secret(new Uint8Array(Buffer.from(psk.hex, 'hex'))),
  })
  const check = ({ facts }: TlsSocket): void => {
    expect(Buffer.from(facts?.externalPskIdentity ?? [])).toEqual(Buffer.from(psk.identity))
    expect(facts).toMatchObject({ resumed: false, signatureScheme: undefined })
  }
  const feature = 'external PSK'
  // OpenSSL ties keys of its `-psk` to this suite, and they are for SHA-256 everywhere.
  const setting = { psk, suite: 'TLS_AES_128_GCM_SHA256' }
  return [
    clientCell({ name: feature, feature, setting, ours: { externalPsks: [external()] }, check }),
    serverCell({
      name: feature,
      feature,
      setting,
      ours: { externalPsk: (asked) => (Buffer.from(asked).equals(identity) ? external() : undefined) },
      check,
    }),
  ]
}

function protocolCells(): Cell[] {
  const feature = 'ALPN'
  const setting = { protocols: ['acme', 'http/1.1'] }
  const ours = { ALPNProtocols: ['h2', 'http/1.1'] }
  return [
    ...bothRoles({
      name: feature,
      feature,
      setting,
      ours,
      check: ({ alpnProtocol }) => expect(alpnProtocol).toBe('http/1.1'),
    }),
    refusalCell({
      name: 'ALPN without a common protocol is refused',
      feature,
      setting: { protocols: ['acme'] },
      ours,
      code: 'ERR_TLS_NO_APPLICATION_PROTOCOL',
    }),
  ]
}

function serverNameCells(): Cell[] {
  const feature = 'SNI'
  const name = 'other.localhost'
  const identity = certificates.short(name)
  const own = certificates.server('ec-secp256r1')
  return [
    clientCell({
      name: 'SNI chooses the certificate',
      feature,
      setting: { named: { name, identity } },
      ours: { servername: name },
      check: ({ facts }) => expect(facts?.peer?.certificates[0]).toEqual(identity.certificate),
    }),
    serverCell({
      name: 'SNI chooses the certificate',
      feature,
      // The peer verifies the name.
      setting: { serverName: name },
      ours: { cert: [own.chainPem, identity.chainPem], key: [own.privateKeyPem, identity.privateKeyPem] },
      check: ({ servername }) => expect(servername).toBe(name),
    }),
  ]
}

function keyUpdateCells(): Cell[] {
  const ours = [false, true].flatMap((requestPeer): Cell[] => {
    const name = requestPeer ? 'KeyUpdate of both, asked for by us' : 'KeyUpdate of ours'
    const updated = (events: TraceEvent[]): void => {
      expect(messages(events, 'sent')).toContain('key_update')
      expect(messages(events, 'received').includes('key_update')).toBe(requestPeer)
    }
    return [
      {
        name,
        role: 'client',
        async play(peer, scope) {
          const { events, trace } = traced()
          const server = await peer.serve({}, scope)
          const client = await OurClient.connect(server.port, { trace }, scope)
          await echo(client, server)
          client.socket.updateKeys(requestPeer)
          await echo(client, server)
          await echo(client, server)
          updated(events)
        },
      },
      {
        name,
        role: 'server',
        async play(peer, scope) {
          const { events, trace } = traced()
          const server = await OurServer.start({ trace }, scope)
          const client = await peer.connect(server.port, {}, scope)
          const [socket] = await Promise.all([server.next(), client.roundTrip(freshLine())])
          socket.updateKeys(requestPeer)
          await client.roundTrip(freshLine())
          await client.roundTrip(freshLine())
          updated(events)
        },
      },
    ]
  })
  const theirs = (['update-keys', 'update-both-keys'] as const).flatMap((command): Cell[] => {
    const both = command === 'update-both-keys'
    const name = both ? 'KeyUpdate of both, asked for by the peer' : "KeyUpdate of the peer's"
    const feature = both ? 'key update of both' : 'key update'
    const updated = (events: TraceEvent[]): void => {
      expect(messages(events, 'received')).toContain('key_update')
      expect(messages(events, 'sent').includes('key_update')).toBe(both)
    }
    const commanded = async (peer: PeerServer | PeerClient, events: TraceEvent[]): Promise<void> => {
      await peer.command?.(command)
      await until(() => messages(events, 'received').includes('key_update'))
    }
    return [
      {
        name,
        role: 'client',
        feature,
        async play(peer, scope) {
          const { events, trace } = traced()
          const server = await peer.serve({ interactive: true }, scope)
          const client = await OurClient.connect(server.port, { trace }, scope)
          await echo(client, server)
          await commanded(server, events)
          await echo(client, server)
          updated(events)
        },
      },
      {
        name,
        role: 'server',
        feature,
        async play(peer, scope) {
          const { events, trace } = traced()
          const server = await OurServer.start({ trace }, scope)
          const client = await peer.connect(server.port, { interactive: true }, scope)
          await Promise.all([server.next(), client.roundTrip(freshLine())])
          await commanded(client, events)
          await client.roundTrip(freshLine())
          updated(events)
        },
      },
    ]
  })
  return [...ours, ...theirs]
}

function postHandshakeCells(): Cell[] {
  const feature = 'post-handshake authentication'
  const clientIdentity = certificates.client('ec-secp256r1')
  const verifier = createVerifier({ trustAnchors: [certificates.root.pem] })
  const setting = { interactive: true, postHandshakeAuthentication: true }
  return [
    {
      name: feature,
      role: 'client',
      feature,
      async play(peer, scope) {
        const { events, trace } = traced()
        const server = await peer.serve(setting, scope)
        const ours = { ...pem(clientIdentity), postHandshakeAuthentication: true, trace }
        const client = await OurClient.connect(server.port, ours, scope)
        await echo(client, server)
        // Some servers have asked in the handshake too.
        events.length = 0
        if (server.command === undefined) client.write('**REAUTH**\n')
        else await server.command('request-certificate')
        await until(() => messages(events, 'sent').includes('finished'))
        await echo(client, server)
        expect(messages(events, 'received')).toContain('certificate_request')
        expect(messages(events, 'sent')).toEqual(['certificate', 'certificate_verify', 'finished'])
        expect(server.report()).toContain('interop client')
      },
    },
    {
      name: feature,
      role: 'server',
      feature,
      async play(peer, scope) {
        const server = await OurServer.start({ verifier }, scope)
        const client = await peer.connect(server.port, { ...setting, clientIdentity }, scope)
        const [socket] = await Promise.all([server.next(), client.roundTrip(freshLine())])
        const authenticated = once(socket, 'authenticated')
        socket.requestClientCertificate()
        await client.roundTrip(freshLine())
        await authenticated
        expect(socket.facts?.peer).toMatchObject({ authorized: true })
        expect(subjectOf(socket.facts?.peer?.certificates)).toBe('CN=interop client')
        await client.roundTrip(freshLine())
      },
    },
    {
      name: 'post-handshake authentication, without a certificate',
      role: 'server',
      feature,
      async play(peer, scope) {
        const server = await OurServer.start({ verifier }, scope)
        const client = await peer.connect(server.port, setting, scope)
        const [socket] = await Promise.all([server.next(), client.roundTrip(freshLine())])
        const authenticated = once(socket, 'authenticated')
        socket.requestClientCertificate()
        await client.roundTrip(freshLine())
        await authenticated
        expect(socket.facts?.peer).toBeUndefined()
      },
    },
  ]
}

function bulkCells(): Cell[] {
  const feature = '16 MiB'
  const name = '16 MiB there and back'
  // gnutls-cli reads its input byte by byte.
  const timeout = 240_000
  return [
    {
      name,
      role: 'client',
      feature,
      timeout,
      async play(peer, scope) {
        const server = await peer.serve({}, scope)
        const client = await OurClient.connect(server.port, {}, scope)
        const data = bulk()
        client.write(data)
        expect((await client.receive(data.length)).equals(data)).toBe(true)
      },
    },
    {
      name,
      role: 'server',
      feature,
      timeout,
      async play(peer, scope) {
        const server = await OurServer.start({}, scope)
        const client = await peer.connect(server.port, {}, scope)
        const data = bulk()
        const [, back] = await Promise.all([server.next(), client.sendAndReceive(data)])
        expect(back.equals(data)).toBe(true)
      },
    },
  ]
}

function endCells(): Cell[] {
  const name = 'half-close: an answer after our or their end'
  return [
    {
      name,
      role: 'client',
      feature: 'half-close',
      async play(peer, scope) {
        const server = await peer.serve({ halfClosed: true }, scope)
        const client = await OurClient.connect(server.port, {}, scope)
        client.socket.end('abcdef\n')
        await client.end()
        expect(['abcdef\n', 'fedcba\n']).toContain(`${client.received}`)
      },
    },
    {
      name,
      role: 'server',
      feature: 'half-close',
      async play(peer, scope) {
        const server = await OurServer.start({}, scope)
        const client = await peer.connect(server.port, { halfClosed: true }, scope)
        const [socket] = await Promise.all([server.next(), client.roundTrip(line)])
        await client.ended
        expect(socket.readableEnded && socket.writableFinished).toBe(true)
      },
    },
  ]
}

function recordSizeCells(): Cell[] {
  const feature = 'record size limit'
  const longest = (events: TraceEvent[], direction: 'sent' | 'received'): number =>
    Math.max(
      ...events.map((one) =>
        one.event === 'record' && one.direction === direction && one.contentType === 23 ? one.length : 0,
      ),
    )
  // Some stacks count the type byte that TLS 1.3 adds.
  const within = (length: number, limit: number): void => {
    expect(length).toBeLessThanOrEqual(limit)
    expect(length).toBeGreaterThan(limit / 2)
  }
  const data = `${'x'.repeat(3000)}\n`
  return [
    {
      name: 'record_size_limit of ours',
      role: 'client',
      feature,
      async play(peer, scope) {
        const { events, trace } = traced()
        const server = await peer.serve({}, scope)
        const client = await OurClient.connect(server.port, { recordSizeLimit: 1024, trace }, scope)
        client.write(data)
        await client.receive(data.length)
        within(longest(events, 'received'), 1024)
      },
    },
    {
      name: 'record_size_limit of ours',
      role: 'server',
      feature,
      async play(peer, scope) {
        const { events, trace } = traced()
        const server = await OurServer.start({ recordSizeLimit: 1024, trace }, scope)
        const client = await peer.connect(server.port, {}, scope)
        // gnutls-cli sends one record of a longer line, and forgets the rest.
        await Promise.all([server.next(), client.roundTrip(data.slice(0, 1024))])
        within(longest(events, 'received'), 1024)
      },
    },
    {
      name: "record_size_limit of the peer's",
      role: 'client',
      feature,
      async play(peer, scope) {
        const { events, trace } = traced()
        const server = await peer.serve({ recordSizeLimit: 1024 }, scope)
        const client = await OurClient.connect(server.port, { trace, recordSizeLimit: 16384 }, scope)
        client.write(data)
        await client.receive(data.length)
        within(longest(events, 'sent'), 1024)
      },
    },
    {
      name: "record_size_limit of the peer's",
      role: 'server',
      feature,
      async play(peer, scope) {
        const { events, trace } = traced()
        // The extension counts only when both have sent it.
        const server = await OurServer.start({ trace, recordSizeLimit: 16384 }, scope)
        const client = await peer.connect(server.port, { recordSizeLimit: 1024 }, scope)
        const [socket] = await Promise.all([server.next(), client.roundTrip(line)])
        socket.write(data)
        await client.hear(data)
        within(longest(events, 'sent'), 1024)
      },
    },
  ]
}

/** What a peer must take although few others do it. */
function oddityCells(): Cell[] {
  const padded = { padding: padToMultipleOf(256), maxFragment: 100 }
  const { chainPem, privateKeyPem } = certificates.server('rsa')
  return [
    ...bothRoles({ name: 'padded records, messages in pieces', setting: {}, ours: padded, check: connected }),
    clientCell({
      name: 'a client without GREASE and middlebox compatibility',
      setting: {},
      ours: { grease: false, middleboxCompatibility: false },
      check: connected,
    }),
    serverCell({
      name: 'a signer that answers later',
      setting: {},
      ours: {
        credentials: () =>
          later(createCredential({ certificates: chainPem, privateKey: privateKeyPem, provider: systemCrypto })),
      },
      check: connected,
    }),
  ]
}

function stapleCells(): Cell[] {
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

function exporterCells(): Cell[] {
  const label = 'EXPORTER-interop'
  const check = async (socket: TlsSocket, report: () => string): Promise<void> => {
    const ours = socket.exportKeyingMaterial(32, label, new Uint8Array(0)).toString('hex')
    await until(() => report().toLowerCase().replaceAll(':', '').includes(ours))
  }
  const setting = { exporterLabel: label, interactive: true }
  return bothRoles({ name: 'exporter', feature: 'exporter', setting, ours: {}, check })
}

interface Plan<Options> {
  readonly name: string
  readonly feature?: Feature
  readonly weLack?: string | undefined
  /** The peer's. */
  readonly setting: Setting
  readonly ours: Options
  /** After a line went there and back. */
  readonly check: (ours: TlsSocket, report: () => string) => void | Promise<void>
}

function bothRoles(plan: Plan<ConnectOptions & TlsServerOptions>): Cell[] {
  return [clientCell(plan), serverCell(plan)]
}

function clientCell({ name, feature, weLack, setting, ours, check }: Plan<ConnectOptions>): Cell {
  return {
    name,
    role: 'client',
    feature,
    weLack,
    async play(peer, scope) {
      const server = await peer.serve(setting, scope)
      const client = await OurClient.connect(server.port, ours, scope)
      await echo(client, server)
      await check(client.socket, server.report)
      await closed(client)
    },
  }
}

function serverCell({ name, feature, weLack, setting, ours, check }: Plan<TlsServerOptions>): Cell {
  return {
    name,
    role: 'server',
    feature,
    weLack,
    async play(peer, scope) {
      const server = await OurServer.start(ours, scope)
      const client = await peer.connect(server.port, setting, scope)
      const [socket] = await Promise.all([server.next(), client.roundTrip(line)])
      await check(socket, client.report)
    },
  }
}

/** Our server refuses, or is refused. */
function refusalCell(plan: Omit<Plan<TlsServerOptions>, 'check'> & { readonly code: string | RegExp }): Cell {
  const { name, feature, setting, ours, code } = plan
  return {
    name,
    role: 'server',
    feature,
    async play(peer, scope) {
      const server = await OurServer.start(ours, scope)
      const client = await peer.connect(server.port, setting, scope)
      const failure = (await server.nextFailure()) as Error & { code: string }
      expect(failure.code).toMatch(typeof code === 'string' ? new RegExp(`^${code}$`) : code)
      await client.ended
    },
  }
}

function connected({ facts }: TlsSocket): void {
  expect(facts?.version).toBe('TLSv1.3')
}

/** The same, with a signer that might as well be far away. */
function later(credential: Credential): Credential {
  const { signer } = credential
  const sign: Signer['sign'] = async (scheme, data) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return signer.sign(scheme, data)
  }
  return { ...credential, signer: { schemes: signer.schemes, sign } }
}

async function echo(client: OurClient, server: PeerServer): Promise<void> {
  const sent = freshLine()
  client.write(sent)
  await server.sendBack?.(sent)
  await client.hear(sent)
}

/** Both sides say close_notify. */
async function closed(client: OurClient): Promise<void> {
  client.socket.end()
  await client.end()
}

function traced(): { events: TraceEvent[]; trace: (event: TraceEvent) => void } {
  const events: TraceEvent[] = []
  return { events, trace: (event) => void events.push(event) }
}

function messages(events: readonly TraceEvent[], direction: 'sent' | 'received'): string[] {
  return events.flatMap((one) => (one.event === 'message' && one.direction === direction ? [one.type] : []))
}

/** For what has no event of its own. */
async function until(condition: () => boolean): Promise<void> {
  for (let tries = 0; !condition(); tries++) {
    if (tries > 1000) throw new Error(`this did not become true: ${condition}`)
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
}

function subjectOf(chain: readonly Uint8Array[] | undefined): string {
  return `${Certificate.parse(chain?.[0] ?? new Uint8Array(0)).subject}`
}

function pem(identity: Identity): { cert: string; key: string } {
  return { cert: identity.chainPem, key: identity.privateKeyPem }
}

const line = 'interoperability\n'
let lines = 0

function freshLine(): string {
  return `interoperability ${++lines}\n`
}

/** Lines, since some peers send back lines; no two of them alike. */
function bulk(): Buffer {
  const lineLength = 1024
  const count = 16_384
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => Buffer.from(`${i} `.repeat(lineLength).slice(0, lineLength - 1) + '\n')),
  )
}

const schemesOf: Readonly<Record<TestKeyType, RegExp>> = {
  'ec-secp256r1': /^ecdsa_secp256r1_sha256$/,
  'ec-secp384r1': /^ecdsa_secp384r1_sha384$/,
  'ec-secp521r1': /^ecdsa_secp521r1_sha512$/,
  rsa: /^rsa_pss_rsae_/,
  'rsa-pss': /^rsa_pss_pss_/,
  ed25519: /^ed25519$/,
  ed448: /^ed448$/,
}
