import { nodeCrypto } from '@typetls/crypto-node'
import { meddler } from '@typetls/testing'
import { describe, test } from 'vitest'
import { expectFailureOrAgreement, testCorruption } from '../test/corruption.ts'
import { samples, stride } from '../test/effort.ts'
import { livelyClient, livelyServer } from '../test/life.ts'
import type { PairMaker } from '../test/peers.ts'
import { clock, connectedPair, pairs } from '../test/peers.ts'
import type { Session } from './index.ts'
import { rotatingTicketKeys } from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
const session = connectedPair({}, { tickets }).client.sessions[0] as Session

const handshakes: Record<string, PairMaker> = {
  'a full handshake': pairs({}, { tickets }),
  'client authentication': pairs(livelyClient, { ...livelyServer, tickets }),
  'a HelloRetryRequest': pairs({ groups: ['x25519', 'secp256r1'] }, { groups: ['secp256r1'], cookies: tickets }),
  'a resumption': pairs({ session }, { tickets }),
}

testCorruption(
  handshakes,
  // In the clear every byte is tried; of what is protected any change looks like any other.
  (record) => (record[0] === 23 ? Math.max(1, Math.floor(record.length / samples(12))) : stride(5)),
  // A record's version "MUST be ignored for all purposes".
  (changes) => changes / 3,
)

describe.each(Object.keys(handshakes))('%s', (name) => {
  const make = handshakes[name] as PairMaker

  describe('by somebody who has the keys and makes Finished fit', () => {
    test.each(['client', 'server'] as const)('no flight of the %s can be changed so that both go on', (side) => {
      const man = meddler()
      const whole = make({ server: { keyLog: man.keyLog }, transformRecord: man.transformRecord })
      whole.pump()
      const flightLength = man
        .handshake(side)
        .messages.filter(({ type }) => ![1, 2].includes(type))
        .reduce((sum, { raw }) => sum + raw.length, 0)
      const step = Math.max(1, Math.floor(flightLength / samples(60)))
      for (let at = 0; at < flightLength - 36; at += step) {
        for (const change of ['flip', 'truncate'] as const) {
          const meddling = meddler({
            [side]: (flight: ReturnType<typeof man.handshake>) => {
              let offset = at
              for (const { type, raw } of flight.messages) {
                if (offset >= raw.length) {
                  offset -= raw.length
                  continue
                }
                if (offset < 4) return flight
                return change === 'flip'
                  ? flight.corrupting(type, offset - 4, 0x11)
                  : flight.truncating(type, offset - 4)
              }
              return flight
            },
          })
          const pair = make({ server: { keyLog: meddling.keyLog }, transformRecord: meddling.transformRecord })
          pair.pump()
          // He gave the receiver a Finished that fits; the other side's will not.
          expectFailureOrAgreement(pair, `${change} at ${at}`)
        }
      }
    })
  })
})
