import { expect } from 'vitest'
import type { Cell } from '../cell.ts'
import {
  bothRoles,
  clientCell,
  echo,
  freshLine,
  messages,
  pem,
  refusalCell,
  serverCell,
  traced,
  until,
} from '../cell.ts'
import { certificates } from '../certificates.ts'
import type { TraceEvent } from '@typetls/handshake'
import { hasBlockCipher, suites12 } from './suites12.ts'

/** Whoever has both versions speaks TLS 1.2 with those who have it alone, and TLS 1.3 with the others. */
export function versionCells(): Cell[] {
  const ours = { minVersion: 'TLSv1.2', maxVersion: 'TLSv1.3' }
  const name = 'both of our versions, with a peer of TLS 1.2'
  return [
    ...bothRoles({ name, setting: {}, ours }),
    clientCell({ name: 'TLS 1.2 alone, with a peer of both versions', setting: { version: 'both' }, ours: {} }),
    serverCell({ name: 'TLS 1.2 alone, with a peer of both versions', setting: { version: 'both' }, ours: {} }),
    {
      name: 'both versions on both sides come to TLS 1.3',
      role: 'client',
      async play(match) {
        const server = await match.theirServer({ version: 'both' })
        const client = await match.ourClient(server.port, ours)
        await echo(client, server)
        expect(client.socket.facts?.version).toBe('TLSv1.3')
      },
    },
    {
      name: 'both versions on both sides come to TLS 1.3',
      role: 'server',
      async play(match) {
        const server = await match.ourServer(ours)
        const client = await match.theirClient(server.port, { version: 'both' })
        const [socket] = await Promise.all([server.next(), client.roundTrip(freshLine())])
        expect(socket.facts?.version).toBe('TLSv1.3')
      },
    },
    {
      name: 'a peer of another version is refused',
      role: 'client',
      async play(match) {
        const server = await match.theirServer({ version: 'TLSv1.3' })
        const dialled = match.ourClient(server.port, {})
        const received = expect.stringMatching(/^(protocol_version|handshake_failure)$/) as string
        await expect(dialled).rejects.toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received })
      },
    },
    refusalCell({
      name: 'a peer of another version is refused',
      setting: { version: 'TLSv1.3' },
      ours: {},
      code: 'ERR_TLS_VERSION',
    }),
  ]
}

/** By default a peer must have it. */
export function mainSecretCells(): Cell[] {
  const feature = 'extended_main_secret off'
  const setting = { extendedMainSecret: false }
  const name = 'a peer without extended_main_secret is refused'
  return [
    {
      name,
      role: 'client',
      feature,
      async play(match) {
        const server = await match.theirServer(setting)
        await expect(match.ourClient(server.port, {})).rejects.toMatchObject({ code: 'ERR_TLS_EXTENDED_MAIN_SECRET' })
      },
    },
    refusalCell({ name, feature, setting, ours: {}, code: 'ERR_TLS_EXTENDED_MAIN_SECRET' }),
  ]
}

/** Of ours: the peer's is among the combinations. */
export function encryptThenMacCells(): Cell[] {
  const suite = suites12.find(hasBlockCipher)?.name
  if (suite === undefined) return []
  return [true, false].flatMap((encryptThenMac) =>
    bothRoles({
      name: encryptThenMac ? 'encrypt_then_mac of both' : 'our encrypt_then_mac is off',
      setting: { suite },
      ours: { cipherSuites: [suite], tls12: { encryptThenMac } },
      check: ({ facts }) => expect(facts?.encryptThenMac).toBe(encryptThenMac),
    }),
  )
}

export function renegotiationCells(): Cell[] {
  const feature = 'renegotiation'
  const name = 'renegotiation is refused'
  const setting = { interactive: true }
  return [
    {
      name,
      role: 'client',
      feature,
      async play(match) {
        const server = await match.theirServer(setting)
        const client = await match.ourClient(server.port, {})
        await echo(client, server)
        await server.command?.('renegotiate')
        expect(await client.failure()).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })
      },
    },
    {
      name,
      role: 'server',
      feature,
      async play(match) {
        const server = await match.ourServer({})
        const client = await match.theirClient(server.port, setting)
        await Promise.all([server.next(), client.roundTrip(freshLine())])
        await client.command?.('renegotiate')
        expect(await server.nextFailure()).toMatchObject({ code: 'ERR_TLS_NO_RENEGOTIATION' })
        await client.ended
      },
    },
  ]
}

/** What few servers do, and some to ask for a certificate when they know what is wanted. */
export function renegotiatedCells(): Cell[] {
  const feature = 'renegotiation'
  const identity = certificates.client('ec-secp256r1')
  const wanted = [
    ['renegotiation, twice', 'renegotiate', 'freely', 2],
    ['renegotiation that asks for a certificate', 'renegotiate-for-certificate', 'once', 1],
  ] as const
  const asked: Cell[] = wanted.map(([name, command, renegotiation, times]) => ({
    name,
    role: 'client',
    feature,
    async play(match) {
      const { events, trace } = traced()
      const server = await match.theirServer({ interactive: true })
      const client = await match.ourClient(server.port, { ...pem(identity), trace, tls12: { renegotiation } })
      await echo(client, server)
      const handshakes = () => messages(events, 'received').filter((type) => type === 'finished').length
      for (let time = 1; time <= times; time++) {
        await server.command?.(command)
        await until(() => handshakes() === 1 + time)
        await echo(client, server)
      }
      const asked = messages(events, 'received').includes('certificate_request')
      expect(asked).toBe(command === 'renegotiate-for-certificate')
      expect(messages(events, 'sent').includes('certificate_verify')).toBe(asked)
    },
  }))
  return [...asked, begunByTheirClient(feature)]
}

function begunByTheirClient(feature: Cell['feature']): Cell {
  return {
    name: 'renegotiation, twice',
    role: 'server',
    feature,
    async play(match) {
      const { events, trace } = traced()
      const server = await match.ourServer({ trace, tls12: { renegotiation: 'freely' } })
      const client = await match.theirClient(server.port, { interactive: true })
      const handshakes = () => messages(events, 'received').filter((type) => type === 'finished').length
      await Promise.all([server.next(), client.roundTrip(freshLine())])
      for (let time = 1; time <= 2; time++) {
        await client.command?.('renegotiate')
        await until(() => handshakes() === 1 + time)
        await client.roundTrip(freshLine())
      }
    },
  }
}

export function fragmentCells(): Cell[] {
  const feature = 'max_fragment_length'
  const maxFragmentLength = 1024
  const data = `${'x'.repeat(3000)}\n`
  const longest = (events: readonly TraceEvent[], direction: 'sent' | 'received'): number =>
    Math.max(...events.map((one) => (one.event === 'record' && one.direction === direction ? one.length : 0)))
  return [
    {
      name: 'max_fragment_length',
      role: 'client',
      feature,
      async play(match) {
        const { events, trace } = traced()
        const server = await match.theirServer({})
        const client = await match.ourClient(server.port, { trace, tls12: { maxFragmentLength } })
        client.write(data)
        await client.receive(data.length)
        for (const direction of ['sent', 'received'] as const)
          expect(longest(events, direction)).toBe(maxFragmentLength)
      },
    },
    {
      name: 'max_fragment_length',
      role: 'server',
      feature,
      async play(match) {
        const { events, trace } = traced()
        const server = await match.ourServer({ trace })
        const client = await match.theirClient(server.port, { maxFragmentLength })
        const [socket] = await Promise.all([server.next(), client.roundTrip(freshLine())])
        socket.write(data)
        await client.hear(data)
        expect(longest(events, 'sent')).toBe(maxFragmentLength)
      },
    },
  ]
}

/** https://www.rfc-editor.org/rfc/rfc5929#section-3 */
export function uniqueCells(): Cell[] {
  const feature = 'tls-unique'
  return bothRoles({
    name: feature,
    feature,
    setting: { interactive: true },
    ours: {},
    async check({ facts }, report) {
      const unique = Buffer.from(facts?.tlsUnique ?? []).toString('hex')
      expect(unique).toHaveLength(24)
      await until(
        () => report().toLowerCase().includes(`unique ${unique}`) || report().includes(`'tls-unique': ${unique}`),
      )
    },
  })
}
