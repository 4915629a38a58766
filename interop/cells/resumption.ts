import { Secret } from '@typetls/crypto-provider'
import { expect } from 'vitest'
import { clientCell, serverCell, echo, closed, line } from '../cell.ts'
import type { TlsSocket } from '@typetls/node-adapter'
import type { Cell } from '../cell.ts'

export function resumptionCells(): Cell[] {
  return ['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384'].flatMap((suite): Cell[] => [
    {
      name: `resumption, ${suite}`,
      role: 'client',
      feature: 'resumption',
      async play(match) {
        const server = await match.theirServer({ suite })
        const first = await match.ourClient(server.port, {})
        await echo(first, server)
        const session = await first.session()
        await closed(first)
        const second = await match.ourClient(server.port, { session })
        await echo(second, server)
        expect(second.socket.facts).toMatchObject({ resumed: true, cipherSuite: suite, signatureScheme: undefined })
        await closed(second)
      },
    },
    {
      name: `resumption, ${suite}`,
      role: 'server',
      feature: 'resumption',
      async play(match) {
        const server = await match.ourServer({})
        const first = await match.theirClient(server.port, { suite, keepSession: true })
        expect((await server.next()).facts).toMatchObject({ resumed: false, cipherSuite: suite })
        let second = first
        if (first.session !== undefined) {
          await first.roundTrip(line)
          second = await match.theirClient(server.port, { suite, sessionIn: await first.session() })
        }
        const [socket] = await Promise.all([server.next(), second.roundTrip(line)])
        expect(socket.facts).toMatchObject({ resumed: true, cipherSuite: suite, signatureScheme: undefined })
      },
    },
  ])
}

export function pskCells(): Cell[] {
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
