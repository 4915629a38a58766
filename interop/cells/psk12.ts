import { rotatingTicketKeys } from '@typetls/connection'
import { dhePskTls12CipherSuites, pskLegacyTls12CipherSuites, pskTls12CipherSuites } from '@typetls/connection/tls12'
import { Secret } from '@typetls/crypto-provider'
import type { ExternalPsk } from '@typetls/handshake'
import { systemClock, systemCrypto } from '@typetls/node-adapter'
import type { TlsSocket } from '@typetls/node-adapter'
import { expect } from 'vitest'
import type { Cell } from '../cell.ts'
import { bothRoles, clientCell, closed, echo, freshLine, refusalCell } from '../cell.ts'
import type { Setting } from '../peer.ts'

/** Each suite that needs a key both sides have; neither side of ours has a certificate then. */
export function psk12Cells(): Cell[] {
  return [
    ...[...pskTls12CipherSuites, ...dhePskTls12CipherSuites, ...pskLegacyTls12CipherSuites].flatMap(({ name }) =>
      bothRoles({ name, feature: `suite ${name}`, setting: settingOf(name), ours: oursOf(name), check: checked(name) }),
    ),
    ...resumedCells(),
    clientCell({
      name: 'a PSK chosen by its hint',
      feature,
      setting: settingOf(forwardSecret, { ...psk, hint: 'a hint' }),
      ours: {
        ...oursOf(forwardSecret),
        selectExternalPsk: (hint) => (Buffer.from(hint ?? []).toString() === 'a hint' ? external() : undefined),
      },
      check: checked(forwardSecret),
    }),
    refusalCell({
      name: 'a wrong PSK is refused',
      feature,
      setting: settingOf(plain, { ...psk, hex: '00ff'.repeat(8) }),
      ours: oursOf(plain),
      code: 'ERR_TLS_BAD_RECORD_MAC',
    }),
    refusalCell({
      name: 'a PSK with an unknown identity is refused as if it were wrong',
      feature,
      setting: settingOf(plain, { ...psk, identity: 'somebody else' }),
      ours: oursOf(plain),
      code: 'ERR_TLS_BAD_RECORD_MAC',
    }),
    refusalCell({
      name: 'a PSK with an unknown identity is refused by that name',
      feature,
      setting: settingOf(plain, { ...psk, identity: 'somebody else' }),
      ours: { ...oursOf(plain), tls12: { tellUnknownPskIdentity: true } },
      code: 'ERR_TLS_PSK_UNKNOWN_IDENTITY',
    }),
  ]
}

function resumedCells(): Cell[] {
  const name = `${plain}, resumed by ticket`
  const features = [feature, 'resumption'] as const
  const setting = settingOf(plain)
  const ours = oursOf(plain)
  return [
    {
      name,
      role: 'client',
      feature: features,
      async play(match) {
        const server = await match.theirServer(setting)
        const first = await match.ourClient(server.port, ours)
        await echo(first, server)
        const session = await first.session()
        await closed(first)
        const second = await match.ourClient(server.port, { ...ours, session })
        await echo(second, server)
        checked(plain, true)(second.socket)
      },
    },
    {
      name,
      role: 'server',
      feature: features,
      async play(match) {
        const tickets = rotatingTicketKeys({ crypto: systemCrypto, clock: systemClock })
        const server = await match.ourServer({ ...ours, tickets })
        const first = await match.theirClient(server.port, { ...setting, keepSession: true })
        const socket = await server.next()
        let second = first
        if (first.session !== undefined) {
          await first.roundTrip(freshLine())
          second = await match.theirClient(server.port, { ...setting, sessionIn: await first.session() })
        }
        checked(plain)(socket)
        const [again] = await Promise.all([server.next(), second.roundTrip(freshLine())])
        checked(plain, true)(again)
      },
    },
  ]
}

function checked(suite: string, resumed = false): (socket: TlsSocket) => void {
  return ({ facts, authorized }) => {
    expect(facts).toMatchObject({ cipherSuite: suite, resumed, peer: undefined, signatureScheme: undefined })
    expect(Buffer.from(facts?.externalPskIdentity ?? []).toString()).toBe(psk.identity)
    expect(authorized).toBe(true)
  }
}

function settingOf(suite: string, key: Setting['psk'] = psk): Setting {
  return { suite, ...(key !== undefined && { psk: key }) }
}

function oursOf(suite: string) {
  return {
    cipherSuites: [suite],
    credentials: () => undefined,
    externalPsks: [external()],
    externalPsk: (asked: Uint8Array) => (Buffer.from(asked).toString() === psk.identity ? external() : undefined),
  }
}

function external(): ExternalPsk {
  return { identity: Buffer.from(psk.identity), secret: new Secret(Buffer.from(psk.hex, 'hex')) }
}

const psk = { identity: 'interop', hex: '5ec2e7'.repeat(11) }
const feature = 'external PSK'
const plain = 'TLS_PSK_WITH_AES_128_GCM_SHA256'
// One that all peers have.
const forwardSecret = 'TLS_ECDHE_PSK_WITH_CHACHA20_POLY1305_SHA256'
