import type { CipherSuite, CryptoProvider } from '@typetls/crypto-provider'
import { Transcript } from './transcript.ts'

/** A transcript that goes on from the handshake by itself: each authentication after it has its own. */
export function forkOf(handshake: Transcript, crypto: CryptoProvider, suite: CipherSuite): Transcript {
  const fork = new Transcript(crypto)
  fork.add(handshake.bytes())
  fork.useHash(suite.hash)
  return fork
}
