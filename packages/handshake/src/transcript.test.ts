import { nodeCrypto } from '@typetls/crypto-node'
import type { Hash } from '@typetls/crypto-provider'
import { TLS_AES_128_GCM_SHA256 } from '@typetls/crypto-provider'
import { asyncProvider } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { Transcript, run } from './index.ts'
import { forkOf } from './post-handshake-transcript.ts'

const digest = (name: string, ...messages: readonly Uint8Array[]): Uint8Array =>
  (nodeCrypto.hash[name] as Hash<'sync'>).digest(concat(...messages))

describe.each([
  ['sync', nodeCrypto],
  ['async', asyncProvider(nodeCrypto)],
] as const)('with %s answers', (_mode, crypto) => {
  test('it hashes what was added so far, whenever it is asked', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.uint8Array({ maxLength: 50 }), fc.boolean())),
        fc.constantFrom('sha256', 'sha384'),
        fc.nat(5),
        async (messages, name, chosenAfter) => {
          const transcript = new Transcript(crypto)
          const added: Uint8Array[] = []
          for (const [i, [message, asks]] of messages.entries()) {
            if (i === chosenAfter) transcript.useHash(name)
            transcript.add(message)
            added.push(message)
            for (let times = asks && i >= chosenAfter ? 2 : 0; times > 0; times--) {
              expect(await run(transcript.hash())).toEqual(digest(name, ...added))
            }
          }
          transcript.useHash(name)
          expect(await run(transcript.hash())).toEqual(digest(name, ...added))
        },
      ),
      { numRuns: 50 },
    )
  })

  test('the hash of a first ClientHello stands in its place after a HelloRetryRequest', async () => {
    const [hello, retry, second] = ['hello', 'retry', 'second'].map(ascii) as [Uint8Array, Uint8Array, Uint8Array]
    const transcript = new Transcript(crypto)
    transcript.add(hello)
    transcript.restartWith(await run(transcript.hashBy('sha256')))
    transcript.add(retry)
    transcript.add(second)
    transcript.useHash('sha256')
    const messageHash = concat(Uint8Array.of(254, 0, 0, 32), digest('sha256', hello))
    expect(await run(transcript.hash())).toEqual(digest('sha256', messageHash, retry, second))
  })

  test('a binder covers everything but the end', async () => {
    const transcript = new Transcript(crypto)
    transcript.add(ascii('first '))
    transcript.add(ascii('second'))
    expect(await run(transcript.hashBy('sha384', 4))).toEqual(digest('sha384', ascii('first se')))
    expect(await run(transcript.hashBy('sha256'))).toEqual(digest('sha256', ascii('first second')))
  })

  test('a fork goes on by itself', async () => {
    const transcript = new Transcript(crypto)
    transcript.useHash('sha256')
    transcript.add(ascii('a'))
    await run(transcript.hash())
    const fork = forkOf(transcript, crypto, TLS_AES_128_GCM_SHA256)
    fork.add(ascii('b'))
    transcript.add(ascii('c'))
    expect(await run(fork.hash())).toEqual(digest('sha256', ascii('ab')))
    expect(await run(transcript.hash())).toEqual(digest('sha256', ascii('ac')))
  })
})

test('a hash the provider does not have is an error that names it', () => {
  expect(() => new Transcript(nodeCrypto).useHash('md5')).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_UNSUPPORTED', message: expect.stringContaining('md5') as string }),
  )
})
