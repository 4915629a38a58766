import { pairs } from '../test/peers.ts'
import { testSplitInput } from '../test/split-input.ts'

testSplitInput(
  {
    'a full handshake': {},
    'a HelloRetryRequest with a cookie': { client: { groups: ['x448', 'x25519'] }, server: { requireCookie: true } },
    'small records': { client: { maxFragment: 64 }, server: { maxFragment: 100 } },
  },
  pairs(),
)
