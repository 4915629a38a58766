import { createVerifier } from '@typetls/x509'
import { once } from 'node:events'
import { expect } from 'vitest'
import { certificates } from '../certificates.ts'
import { echo, traced, messages, until, subjectOf, pem, freshLine } from '../cell.ts'
import type { TraceEvent } from '@typetls/handshake'
import type { Cell } from '../cell.ts'
import type { PeerClient, PeerServer } from '../peer.ts'

export function keyUpdateCells(): Cell[] {
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
        async play(match) {
          const { events, trace } = traced()
          const server = await match.theirServer({})
          const client = await match.ourClient(server.port, { trace })
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
        async play(match) {
          const { events, trace } = traced()
          const server = await match.ourServer({ trace })
          const client = await match.theirClient(server.port, {})
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
        async play(match) {
          const { events, trace } = traced()
          const server = await match.theirServer({ interactive: true })
          const client = await match.ourClient(server.port, { trace })
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
        async play(match) {
          const { events, trace } = traced()
          const server = await match.ourServer({ trace })
          const client = await match.theirClient(server.port, { interactive: true })
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

export function postHandshakeCells(): Cell[] {
  const feature = 'post-handshake authentication'
  const clientIdentity = certificates.client('ec-secp256r1')
  const verifier = createVerifier({ trustAnchors: [certificates.root.pem] })
  const setting = { interactive: true, postHandshakeAuthentication: true }
  return [
    {
      name: feature,
      role: 'client',
      feature,
      async play(match) {
        const { events, trace } = traced()
        const server = await match.theirServer(setting)
        const ours = { ...pem(clientIdentity), postHandshakeAuthentication: true, trace }
        const client = await match.ourClient(server.port, ours)
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
      async play(match) {
        const server = await match.ourServer({ verifier })
        const client = await match.theirClient(server.port, { ...setting, clientIdentity })
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
      async play(match) {
        const server = await match.ourServer({ verifier })
        const client = await match.theirClient(server.port, setting)
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
