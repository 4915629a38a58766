import { expect } from 'vitest'
import { certificates } from '../certificates.ts'
import { bothRoles, clientCell, serverCell, refusalCell, traced, until, line } from '../cell.ts'
import type { TraceEvent } from '@typetls/handshake'
import type { TlsSocket } from '@typetls/node-adapter'
import type { Cell } from '../cell.ts'

export function protocolCells(): Cell[] {
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

export function serverNameCells(): Cell[] {
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

export function recordSizeCells(): Cell[] {
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
      async play(match) {
        const { events, trace } = traced()
        const server = await match.theirServer({})
        const client = await match.ourClient(server.port, { recordSizeLimit: 1024, trace })
        client.write(data)
        await client.receive(data.length)
        within(longest(events, 'received'), 1024)
      },
    },
    {
      name: 'record_size_limit of ours',
      role: 'server',
      feature,
      async play(match) {
        const { events, trace } = traced()
        const server = await match.ourServer({ recordSizeLimit: 1024, trace })
        const client = await match.theirClient(server.port, {})
        // gnutls-cli sends one record of a longer line, and forgets the rest.
        await Promise.all([server.next(), client.roundTrip(data.slice(0, 1024))])
        within(longest(events, 'received'), 1024)
      },
    },
    {
      name: "record_size_limit of the peer's",
      role: 'client',
      feature,
      async play(match) {
        const { events, trace } = traced()
        const server = await match.theirServer({ recordSizeLimit: 1024 })
        const client = await match.ourClient(server.port, { trace, recordSizeLimit: 16384 })
        client.write(data)
        await client.receive(data.length)
        within(longest(events, 'sent'), 1024)
      },
    },
    {
      name: "record_size_limit of the peer's",
      role: 'server',
      feature,
      async play(match) {
        const { events, trace } = traced()
        // The extension counts only when both have sent it.
        const server = await match.ourServer({ trace, recordSizeLimit: 16384 })
        const client = await match.theirClient(server.port, { recordSizeLimit: 1024 })
        const [socket] = await Promise.all([server.next(), client.roundTrip(line)])
        socket.write(data)
        await client.hear(data)
        within(longest(events, 'sent'), 1024)
      },
    },
  ]
}

export function exporterCells(): Cell[] {
  const label = 'EXPORTER-interop'
  const check = async (socket: TlsSocket, report: () => string): Promise<void> => {
    const ours = socket.exportKeyingMaterial(32, label).toString('hex')
    await until(() => report().toLowerCase().replaceAll(':', '').includes(ours))
  }
  const setting = { exporterLabel: label, interactive: true }
  return bothRoles({ name: 'exporter', feature: 'exporter', setting, ours: {}, check })
}
