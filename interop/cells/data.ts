import { systemCrypto } from '@typetls/node-adapter'
import { padToMultipleOf } from '@typetls/record'
import { createCredential } from '@typetls/x509'
import { expect } from 'vitest'
import { certificates } from '../certificates.ts'
import { bothRoles, clientCell, serverCell, line } from '../cell.ts'
import type { Credential, Signer } from '@typetls/handshake'
import type { Cell } from '../cell.ts'

/** @param mebibytes how much */
export function bulkCells(mebibytes: number): Cell[] {
  const feature = 'bulk'
  const name = `${mebibytes} MiB there and back`
  // gnutls-cli reads its input byte by byte.
  const timeout = 240_000
  return [
    {
      name,
      role: 'client',
      feature,
      timeout,
      async play(match) {
        const server = await match.theirServer({})
        const client = await match.ourClient(server.port, {})
        const data = bulk(mebibytes)
        client.write(data)
        expect((await client.receive(data.length)).equals(data)).toBe(true)
      },
    },
    {
      name,
      role: 'server',
      feature,
      timeout,
      async play(match) {
        const server = await match.ourServer({})
        const client = await match.theirClient(server.port, {})
        const data = bulk(mebibytes)
        const [, back] = await Promise.all([server.next(), client.sendAndReceive(data)])
        expect(back.equals(data)).toBe(true)
      },
    },
  ]
}

export function endCells(): Cell[] {
  const name = 'half-close: an answer after our or their end'
  return [
    {
      name,
      role: 'client',
      feature: 'half-close',
      async play(match) {
        const server = await match.theirServer({ halfClosed: true })
        const client = await match.ourClient(server.port, {})
        client.socket.end('abcdef\n')
        await client.end()
        expect(['abcdef\n', 'fedcba\n']).toContain(`${client.received}`)
      },
    },
    {
      name,
      role: 'server',
      feature: 'half-close',
      async play(match) {
        const server = await match.ourServer({})
        const client = await match.theirClient(server.port, { halfClosed: true })
        const [socket] = await Promise.all([server.next(), client.roundTrip(line)])
        await client.ended
        expect(socket.readableEnded && socket.writableFinished).toBe(true)
      },
    },
  ]
}

/** What a peer must take although few others do it. */
export function oddityCells(): Cell[] {
  const padded = { padding: padToMultipleOf(256), maxFragment: 100 }
  const { chainPem, privateKeyPem } = certificates.server('rsa')
  return [
    ...bothRoles({ name: 'padded records in pieces', setting: {}, ours: padded }),
    clientCell({
      name: 'a client without GREASE and middlebox compatibility',
      setting: {},
      ours: { grease: false, middleboxCompatibility: false },
    }),
    serverCell({
      name: 'a signer that answers later',
      setting: {},
      ours: {
        credentials: () =>
          later(createCredential({ certificates: chainPem, privateKey: privateKeyPem, provider: systemCrypto })),
      },
    }),
  ]
}

/** The same, with a signer that might as well be far away. */
function later(credential: Credential): Credential {
  const { signer } = credential
  const sign: Signer['sign'] = async (scheme, data) => {
    await new Promise((resolve) => setTimeout(resolve, 50))
    return signer.sign(scheme, data)
  }
  return { ...credential, signer: { ...signer, sign } }
}

/** Lines, since some peers send back lines; no two of them alike. */
function bulk(mebibytes: number): Buffer {
  const lineLength = 1024
  const count = 1024 * mebibytes
  return Buffer.concat(
    Array.from({ length: count }, (_, i) => Buffer.from(`${i} `.repeat(lineLength).slice(0, lineLength - 1) + '\n')),
  )
}
