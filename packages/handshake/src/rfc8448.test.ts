import { nodeCrypto } from '@typetls/crypto-node'
import type { Hkdf } from '@typetls/crypto-provider'
import { Secret, TLS_AES_128_GCM_SHA256 } from '@typetls/crypto-provider'
import type { HandshakeBytes, Rfc8448Trace } from '@typetls/testing'
import { asyncProvider, handshakeType, parseHandshake, rfc8448, rfc8448Titles } from '@typetls/testing'
import { concat, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import type { PskKind } from './index.ts'
import {
  EarlySecret,
  HandshakeSecret,
  Transcript,
  decodeMessage,
  encodeMessage,
  expandLabel,
  exportKeyingMaterial,
  finishedVerifyData,
  messageType,
  resumptionPsk,
  run,
} from './index.ts'

// The traces of RFC 8448, driven through the classes that a handshake runs on. `connection` plays them whole.

const suite = TLS_AES_128_GCM_SHA256
const providers = { sync: nodeCrypto, async: asyncProvider(nodeCrypto) }

describe.each(rfc8448Titles)('%s', (title) => {
  const trace = rfc8448()[title]

  test('every message is decoded, and encoded again to the same bytes', () => {
    const messages = handshakeOf(trace)
    expect(messages.length).toBeGreaterThanOrEqual(6)
    for (const { raw, type } of messages) {
      // Early data is none of ours yet.
      if (type === handshakeType.end_of_early_data) continue
      const name = messageType(raw)
      if (name === undefined) throw new Error(`a message of type ${type}`)
      const { body } = decodeMessage(name, raw)
      expect(toHex(encodeMessage(name, body))).toBe(toHex(raw))
    }
  })

  test.each(Object.keys(providers) as (keyof typeof providers)[])('every secret is derived, %s', async (mode) => {
    const crypto = providers[mode]
    const hkdf = crypto.hkdf['sha256'] as Hkdf
    const messages = handshakeOf(trace)
    const transcript = new Transcript(crypto)
    const upTo = async (who: number, type: keyof typeof handshakeType): Promise<Uint8Array> => {
      // `who`: how many messages of this type come before.
      let left = who
      for (;;) {
        const message = messages.shift()
        if (message === undefined) throw new Error(`no ${type}`)
        transcript.add(message.raw)
        if (message.type === handshakeType[type] && left-- === 0) return await run(transcript.hash())
      }
    }
    const before = async (who: number, type: keyof typeof handshakeType): Promise<Uint8Array> => {
      const end = messages.findIndex((one, i) => one.type === handshakeType[type] && i >= who)
      for (const { raw } of messages.splice(0, end)) transcript.add(raw)
      return await run(transcript.hash())
    }
    const expectSecret = (secret: Secret, what: string): void => {
      expect(toHex(secret.reveal()), what).toBe(
        toHex(trace.bytes('server', `derive secret "tls13 ${what}"`, 'expanded')),
      )
    }
    const expectKeys = async (secret: Secret, who: 'client' | 'server', what: string): Promise<void> => {
      const step = trace.step(who, `derive write traffic keys for ${what}`)
      for (const [label, length] of [
        ['key', 16],
        ['iv', 12],
      ] as const) {
        const made = await expandLabel(hkdf, secret, label, new Uint8Array(), length)
        expect(toHex(made.reveal()), `${who} ${what} ${label}`).toBe(toHex(step.bytes(`${label} expanded`)))
      }
    }
    const serverHandshakeSecretIkm = trace.bytes('server', 'extract secret "handshake"', 'IKM')
    const shared = new Secret(new Uint8Array(serverHandshakeSecretIkm))

    if (title === 'HelloRetryRequest') {
      transcript.add((messages.shift() as HandshakeBytes).raw)
      transcript.restartWith(await run(transcript.hashBy('sha256')))
      transcript.add((messages.shift() as HandshakeBytes).raw)
    }
    transcript.useHash('sha256')

    const handshake =
      title === 'Resumed 0-RTT Handshake'
        ? await run((await resumedEarlySecret(trace, mode)).intoHandshake(shared))
        : await run(HandshakeSecret.withoutPsk(crypto, 'sha256', shared))
    const traffic = await run(handshake.trafficSecrets(await upTo(0, 'server_hello')))
    expectSecret(traffic.client, 'c hs traffic')
    expectSecret(traffic.server, 's hs traffic')
    await expectKeys(traffic.server, 'server', 'handshake data')

    const serverFinished = await run(finishedVerifyData(crypto, suite, traffic.server, await before(0, 'finished')))
    expect(toHex(serverFinished)).toBe(toHex(trace.bytes('server', 'calculate finished', 'finished')))

    const main = await run(handshake.intoMain())
    const secrets = await run(main.applicationSecrets(await upTo(0, 'finished')))
    expectSecret(secrets.client, 'c ap traffic')
    expectSecret(secrets.server, 's ap traffic')
    expectSecret(secrets.exporter, 'exp master')
    await expectKeys(secrets.server, 'server', 'application data')
    await expectKeys(secrets.client, 'client', 'application data')

    const clientFinished = await run(finishedVerifyData(crypto, suite, traffic.client, await before(0, 'finished')))
    expect(toHex(clientFinished)).toBe(toHex(trace.bytes('client', 'calculate finished', 'finished')))

    const resumption = await run(main.intoResumption(await upTo(0, 'finished')))
    expect(toHex(resumption.reveal())).toBe(
      toHex(trace.bytes('client', 'derive secret "tls13 res master"', 'expanded')),
    )

    if (title === 'Simple 1-RTT Handshake') {
      const step = trace.step('server', 'generate resumption secret')
      const { ticketNonce } = decodeMessage(
        'new_session_ticket',
        trace.bytes('server', 'construct a NewSessionTicket', 'NewSessionTicket'),
      ).body
      expect(ticketNonce).toEqual(step.bytes('hash'))
      const psk = await run(resumptionPsk(crypto, suite, resumption, ticketNonce))
      expect(toHex(psk.reveal())).toBe(toHex(step.bytes('expanded')))
    }
    // No trace exports anything; both providers must agree.
    const exported = await run(exportKeyingMaterial(crypto, suite, secrets.exporter, 'a', new Uint8Array(), 32))
    expect(exported).toHaveLength(32)
  })
})

test('the binder of the resumed handshake covers the ClientHello up to the binders', async () => {
  const trace = rfc8448()['Resumed 0-RTT Handshake']
  const step = trace.step('client', 'calculate PSK binder')
  const hello = trace.records('client')[0]?.payload as Uint8Array
  for (const mode of ['sync', 'async'] as const) {
    const crypto = providers[mode]
    const transcript = new Transcript(crypto)
    transcript.add(hello)
    // One binder of 32 bytes, its length byte and the length of the list.
    const hash = await run(transcript.hashBy('sha256', 35))
    expect(toHex(hash)).toBe(toHex(step.bytes('binder hash')))
    const early = await resumedEarlySecret(trace, mode)
    const binder = await run(early.binder('resumption', hash))
    expect(toHex(binder)).toBe(toHex(step.bytes('finished')))
    expect(toHex(concat(step.bytes('ClientHello prefix'), Uint8Array.of(0, 33, 32), binder))).toBe(toHex(hello))
    const other: PskKind = 'external'
    expect(toHex(await run(early.binder(other, hash)))).not.toBe(toHex(binder))
  }
})

async function resumedEarlySecret(trace: Rfc8448Trace, mode: keyof typeof providers): Promise<EarlySecret> {
  const psk = new Secret(new Uint8Array(trace.bytes('client', 'extract secret "early"', 'IKM')))
  // It is the one of the ticket of the first trace.
  const first = rfc8448()['Simple 1-RTT Handshake'].bytes('server', 'generate resumption secret', 'expanded')
  expect(toHex(psk.reveal())).toBe(toHex(first))
  return await run(EarlySecret.from(providers[mode], 'sha256', psk))
}

/** All handshake messages of both sides in the order in which they went, tickets at the end. */
function handshakeOf(trace: Rfc8448Trace): HandshakeBytes[] {
  const sent = (who: 'client' | 'server'): HandshakeBytes[] =>
    parseHandshake(
      concat(...trace.records(who).flatMap(({ type, payload }) => (type === 'handshake' ? [payload] : []))),
    ).messages
  const client = sent('client')
  const server = sent('server')
  const retried = server.filter(({ type }) => type === handshakeType.server_hello).length > 1
  const ordered: HandshakeBytes[] = []
  const take = (from: HandshakeBytes[], count: number): void => void ordered.push(...from.splice(0, count))
  if (retried) {
    take(client, 1)
    take(server, 1)
  }
  take(client, 1)
  take(server, server.findIndex(({ type }) => type === handshakeType.finished) + 1)
  take(client, client.length)
  take(server, server.length)
  return ordered
}
