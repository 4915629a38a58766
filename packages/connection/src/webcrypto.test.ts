import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { complete, isPromiseLike, defaultCipherSuites, defaultGroupNames } from '@typetls/crypto-provider'
import { webCrypto } from '@typetls/crypto-webcrypto'
import type { TestKeyType } from '@typetls/testing'
import { interceptedProvider, testKeyTypes } from '@typetls/testing'
import { ascii, fromAscii } from '@typetls/wire'
import { createCredential } from '@typetls/x509'
import { describe, expect, test } from 'vitest'
import { live, livelyClient, livelyServer } from '../test/life.ts'
import { certificateFor, clock, pairOf, verifier } from '../test/peers.ts'
import type { Credential } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

/** Calls of the platform that are not answered. */
let calls = 0

// Node prints a warning at the first use of X448 and Ed448; noble has them too.
const omit = ['x448', 'ed448']
const web = watched(await webCrypto({ omit }))
const filled = watched(await webCrypto({ omit, fill: nobleCrypto }))
const node: CryptoProvider = complete(nodeCrypto, nobleCrypto)

const sides: [string, string, CryptoProvider, CryptoProvider][] = [
  ['webcrypto', 'node:crypto', web, node],
  ['node:crypto', 'webcrypto', node, web],
  ['webcrypto', 'noble', web, nobleCrypto],
  ['noble', 'webcrypto', nobleCrypto, web],
  ['webcrypto', 'webcrypto', web, web],
  ['webcrypto and noble', 'webcrypto and noble', filled, filled],
]

describe.each(sides)('a client on %s and a server on %s', (_client, _server, client, server) => {
  test('live a whole life: client authentication, early and late, KeyUpdate, tickets, close', async () => {
    const tickets = rotatingTicketKeys({ crypto: server, clock })
    const credentials = await credentialBy(server, 'ec-secp256r1')
    const pair = pairOf({ ...livelyClient, crypto: client }, { ...livelyServer, tickets, crypto: server, credentials })
    await live({ ...pair, settle: () => idle(pair) })
    for (const peer of [pair.client, pair.server]) expect(peer.failure).toBeUndefined()
    expect(pair.client.told).toEqual(['connected', 'data', 'data', 'end', 'closed'])
    expect(pair.client.sessions).toHaveLength(2)
    expect(fromAscii(pair.client.received())).toBe('from the server, twice')
  })

  test('resume, after a HelloRetryRequest too', async () => {
    const tickets = rotatingTicketKeys({ crypto: server, clock })
    const credentials = await credentialBy(server, 'ec-secp256r1')
    const first = await connected({ crypto: client }, { crypto: server, credentials, tickets })
    const session = first.client.sessions[0]
    const second = await connected(
      { crypto: client, ...(session && { session }), groups: ['x25519', 'secp256r1'] },
      { crypto: server, credentials, tickets, groups: ['secp256r1'] },
    )
    expect(second.client.facts).toMatchObject({ resumed: true, helloRetryRequest: true, group: 'secp256r1' })
  })

  test.each(defaultCipherSuites.filter((suite) => client.aead[suite.aead] && server.aead[suite.aead]))(
    'carry data both ways by $name, under many keys',
    async (row) => {
      const suite = { ...row, recordLimit: 20 }
      const credentials = await credentialBy(server, 'ec-secp256r1')
      const pair = await connected(
        { crypto: client, cipherSuites: [suite] },
        { crypto: server, cipherSuites: [suite], credentials },
        { split: { seed: 3, max: 70_000 } },
      )
      const [one, other] = [pair.client, pair.server]
      const sent = { one: '', other: '' }
      for (let i = 0; i < 120; i++) {
        const text = `${i} ${'-'.repeat(i % 10 === 0 ? 17_000 : i)}`
        one.connection.write(ascii(text))
        sent.one += text
        other.connection.write(ascii(`${i},`))
        sent.other += `${i},`
        if (i % 40 === 7) one.connection.updateKeys(true)
        if (i % 30 === 0) await pair.settle(1)
      }
      one.connection.closeWrite()
      other.connection.closeWrite()
      await idle(pair)
      expect([one.failure, other.failure]).toEqual([undefined, undefined])
      expect(fromAscii(other.received())).toBe(sent.one)
      expect(fromAscii(one.received())).toBe(sent.other)
      const updates = one.trace.filter((event) => event.event === 'message' && event.type === 'key_update')
      expect(updates.length).toBeGreaterThan(6)
    },
  )
})

describe('with what is filled in from noble', () => {
  test.each(defaultGroupNames)('%s is agreed on with node:crypto', async (group) => {
    const pair = await connected({ crypto: filled, groups: [group] }, { crypto: node, groups: [group] })
    expect(pair.client.facts?.group).toBe(group)
    const credentials = await credentialBy(filled, 'ec-secp256r1')
    const other = await connected({ crypto: node, groups: [group] }, { crypto: filled, groups: [group], credentials })
    expect(other.client.facts?.group).toBe(group)
  })

  test.each(testKeyTypes)('a certificate with a key of type %s is signed with and verified', async (keyType) => {
    const credentials = await credentialBy(filled, keyType)
    const pair = await connected({ crypto: filled, verifier }, { crypto: filled, credentials })
    expect(pair.client.facts?.peer?.certificates).toHaveLength(1)
    const mixed = await connected({ crypto: node, verifier }, { crypto: filled, credentials })
    expect(mixed.client.failure).toBeUndefined()
  })
})

test('what one record damages is told after all that came before it', async () => {
  const credentials = await credentialBy(web, 'ec-secp256r1')
  let damaged = -1
  const pair = await connected(
    { crypto: node },
    { crypto: web, credentials },
    {
      split: 'whole',
      transformRecord(direction, record, index) {
        if (direction !== 'client-to-server' || index !== damaged) return record
        return record.map((byte, i) => (i === record.length - 1 ? byte ^ 1 : byte))
      },
    },
  )
  // The records before these are the ClientHello, ChangeCipherSpec and Finished.
  damaged = 3 + 57
  for (let i = 0; i < 100; i++) pair.client.connection.write(Uint8Array.of(i))
  await idle(pair)
  expect([...pair.server.received()]).toEqual(Array.from({ length: 57 }, (_, i) => i))
  expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_BAD_RECORD_MAC' })
  expect(pair.client.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'bad_record_mac' })
})

type Pair = ReturnType<typeof pairOf>

async function connected(...options: Parameters<typeof pairOf>): Promise<Pair> {
  const pair = pairOf(...options)
  await idle(pair)
  for (const peer of [pair.client, pair.server])
    if (peer.facts === undefined) throw peer.failure ?? new Error('not done')
  return pair
}

/** Until nothing moves and the platform has nothing to do for us, which no number of turns of the event loop tells. */
async function idle(pair: Pair): Promise<void> {
  for (let quiet = 0; quiet < 2;) {
    await new Promise((resolve) => setTimeout(resolve, 1))
    const before = calls
    await pair.settle(3)
    quiet = before + calls === 0 ? quiet + 1 : 0
  }
}

function watched(provider: CryptoProvider<'async'>): CryptoProvider {
  return interceptedProvider<'async'>(provider, (_call, args, run) => {
    const answer = run(args)
    if (isPromiseLike(answer)) {
      const ended = (): void => void calls--
      calls++
      answer.then(ended, ended)
    }
    return answer
  })
}

async function credentialBy(crypto: CryptoProvider, keyType: TestKeyType): Promise<Credential> {
  const certificate = certificateFor(keyType)
  return (await createCredential({
    certificates: certificate.chain as Uint8Array[],
    privateKey: certificate.privateKeyDer,
    provider: crypto,
  })) as Credential
}
