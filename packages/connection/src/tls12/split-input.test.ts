import { clock } from '../../test/peers.ts'
import { repeated, testSplitInput } from '../../test/split-input.ts'
import { tls12ConnectedPair, tls12Pairs } from '../../test/tls12-peers.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'

const tickets = rotatingTicketKeys({ crypto: repeated(4), clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session

testSplitInput(
  {
    'a full handshake': {},
    'a resumption': { client: { session }, server: { tickets } },
    'small records': { client: { maxFragment: 64 }, server: { maxFragment: 100 } },
  },
  tls12Pairs(),
)
