import { createHash } from 'node:crypto'
import { ascii, concat, toHex } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { handshakeMessage, parseHandshake } from './handshake-bytes.ts'
import type { Direction } from './memory-pair.ts'
import type { MeddlerOptions } from './meddler.ts'
import { meddler } from './meddler.ts'
import { finishedVerifyData, protectorOf } from './protected-records.ts'
import type { Rfc8448Title } from './rfc8448.ts'
import { rfc8448, rfc8448Titles } from './rfc8448.ts'

/** The records of a trace through a man in the middle, in the order they were sent. */
function throughMeddler(
  title: Rfc8448Title,
  options: MeddlerOptions = {},
): {
  man: ReturnType<typeof meddler>
  passed: Record<Direction, Uint8Array[]>
} {
  const trace = rfc8448()[title]
  const man = meddler(options)
  for (const [label, what] of [
    ['CLIENT_HANDSHAKE_TRAFFIC_SECRET', 'derive secret "tls13 c hs traffic"'],
    ['SERVER_HANDSHAKE_TRAFFIC_SECRET', 'derive secret "tls13 s hs traffic"'],
    ['CLIENT_TRAFFIC_SECRET_0', 'derive secret "tls13 c ap traffic"'],
    ['SERVER_TRAFFIC_SECRET_0', 'derive secret "tls13 s ap traffic"'],
  ] as const) {
    man.keyLog(`${label} ${'00'.repeat(32)} ${toHex(trace.bytes('server', what, 'expanded'))}`)
  }
  const passed: Record<Direction, Uint8Array[]> = { 'client-to-server': [], 'server-to-client': [] }
  for (const { who, what, bytes } of trace.steps) {
    if (!what.startsWith('send')) continue
    const direction = who === 'client' ? 'client-to-server' : 'server-to-client'
    passed[direction].push(man.transformRecord(direction, bytes('complete record').slice()))
  }
  return { man, passed }
}

/** Early data is not for him, so the trace with early data is not for the client's side of these tests. */
describe.each(rfc8448Titles.filter((title) => title !== 'Resumed 0-RTT Handshake'))('%s', (title) => {
  const trace = rfc8448()[title]
  const sent = (who: 'client' | 'server'): string => toHex(concat(...trace.records(who).map(({ record }) => record)))

  test('a man who changes nothing passes every byte and has seen every payload', () => {
    for (const options of [{}, { server: (flight) => flight, client: (flight) => flight } satisfies MeddlerOptions]) {
      const { man, passed } = throughMeddler(title, options)
      for (const [who, direction] of [
        ['client', 'client-to-server'],
        ['server', 'server-to-client'],
      ] as const) {
        expect(toHex(concat(...passed[direction]))).toBe(sent(who))
        const payloads = trace.records(who).filter(({ record }) => record[0] === 23)
        expect(man.seen(direction).map(({ content }) => toHex(content))).toEqual(
          payloads.map(({ payload }) => toHex(payload)),
        )
        expect(man.handshake(who).types.at(-1)).toBe('finished')
      }
    }
  })
})

describe('a changed flight', () => {
  const trace = rfc8448()['HelloRetryRequest']
  const secret = trace.bytes('server', 'derive secret "tls13 s hs traffic"', 'expanded')

  test('arrives sealed anew, with the Finished that fits', () => {
    const { passed } = throughMeddler('HelloRetryRequest', { server: (flight) => flight.without('certificate_verify') })
    const [, , changed] = passed['server-to-client'] as [Uint8Array, Uint8Array, Uint8Array]
    const opened = protectorOf(0x1301, secret).open(changed, 0)
    const { messages } = parseHandshake(opened?.content as Uint8Array)
    expect(messages.map(({ type }) => type)).toEqual([8, 11, 20])

    const first = createHash('sha256').update(trace.bytes('client', 'construct a ClientHello', 'ClientHello', 0))
    const transcript = concat(
      handshakeMessage('message_hash', first.digest()).raw,
      trace.bytes('server', 'construct a ServerHello', 'ServerHello', 0),
      trace.bytes('client', 'construct a ClientHello', 'ClientHello', 1),
      trace.bytes('server', 'construct a ServerHello', 'ServerHello', 1),
      ...messages.slice(0, 2).map(({ raw }) => raw),
    )
    expect(toHex(messages[2]?.body as Uint8Array)).toBe(toHex(finishedVerifyData(0x1301, secret, transcript)))
  })

  test('keeps its old Finished when told to', () => {
    const { passed } = throughMeddler('HelloRetryRequest', {
      server: (flight) => flight.without('certificate_verify'),
      refinish: false,
    })
    const opened = protectorOf(0x1301, secret).open(passed['server-to-client'][2] as Uint8Array, 0)
    const old = trace.bytes('server', 'construct a Finished', 'Finished')
    expect(toHex(opened?.content.subarray(-36) as Uint8Array)).toBe(toHex(old))
  })

  test('larger than a record it goes in several', () => {
    const { passed } = throughMeddler('HelloRetryRequest', {
      server: (flight) => flight.altering('certificate', (body) => concat(body, new Uint8Array(20_000))),
    })
    const protector = protectorOf(0x1301, secret)
    const bytes = passed['server-to-client'][2] as Uint8Array
    const length = 5 + (((bytes[3] as number) << 8) | (bytes[4] as number))
    const first = protector.open(bytes.subarray(0, length), 0)
    const second = protector.open(bytes.subarray(length), 1)
    expect([first?.content.length, second?.content.length]).toEqual([16384, 645 + 20_000 - 16384])
  })
})

test('a forged record goes in between, and later ones are renumbered', () => {
  const trace = rfc8448()['Simple 1-RTT Handshake']
  const secret = trace.bytes('server', 'derive secret "tls13 s ap traffic"', 'expanded')
  const { man } = throughMeddler('Simple 1-RTT Handshake')
  // The server of the trace has sent a ticket, data and an alert by now.
  const forged = man.forge('server-to-client', 23, ascii('forged'))
  const receiver = protectorOf(0x1301, secret)
  expect(receiver.open(forged, 3)).toMatchObject({ type: 23, content: ascii('forged') })

  const sender = protectorOf(0x1301, secret)
  sender.sequence = 3
  const next = man.transformRecord('server-to-client', sender.seal(23, ascii('next'), { padding: 2 }))
  expect(receiver.open(next, 4)).toEqual({ type: 23, content: ascii('next'), padding: 2 })
})

test('without the secret a protected record is an error of the test', () => {
  const man = meddler()
  const [hello] = rfc8448()['Simple 1-RTT Handshake'].records('server')
  man.transformRecord('server-to-client', hello?.record as Uint8Array)
  expect(() => man.transformRecord('server-to-client', Uint8Array.of(23, 3, 3, 0, 1, 0))).toThrow(
    'SERVER_HANDSHAKE_TRAFFIC_SECRET',
  )
})
