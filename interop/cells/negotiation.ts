import { rotatingTicketKeys } from '@typetls/connection'
import { systemClock, systemCrypto } from '@typetls/node-adapter'
import { expect } from 'vitest'
import { certificates } from '../certificates.ts'
import { bothRoles, clientCell, serverCell, pem } from '../cell.ts'
import { schemesOf } from '../schemes.ts'
import type { TlsSocket } from '@typetls/node-adapter'
import type { TestKeyType } from '@typetls/testing'
import type { Cell } from '../cell.ts'

export function suiteCells(suite: string): Cell[] {
  const ours = { cipherSuites: [suite] }
  const check = ({ facts }: TlsSocket): void => expect(facts?.cipherSuite).toBe(suite)
  return bothRoles({ name: `suite ${suite}`, feature: `suite ${suite}`, setting: { suite }, ours, check })
}

export function groupCells(group: string): Cell[] {
  const weLack =
    systemCrypto.keyExchange[group] === undefined
      ? `crypto-node on Node ${process.versions.node} has no ${group}`
      : undefined
  // For TLS 1.2 groups are those of certificates too.
  const identity = certificates.server('rsa')
  const ours = { groups: [group], ...pem(identity) }
  const check = ({ facts }: TlsSocket): void => expect(facts).toMatchObject({ group, helloRetryRequest: false })
  return bothRoles({
    name: `group ${group}`,
    feature: `group ${group}`,
    weLack,
    setting: { groups: [group], identity },
    ours,
    check,
  })
}

export function certificateCells(keyType: TestKeyType): Cell[] {
  const identity = certificates.server(keyType)
  const check = ({ facts }: TlsSocket): void => expect(facts?.signatureScheme).toMatch(schemesOf(keyType, facts))
  const common = { name: `certificate ${keyType}`, feature: `certificate ${keyType}`, check } as const
  return [
    clientCell({ ...common, setting: { identity }, ours: {} }),
    serverCell({ ...common, setting: {}, ours: pem(identity) }),
  ]
}

export function retryCells(): Cell[] {
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
