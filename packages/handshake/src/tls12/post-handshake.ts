import type { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import type { Handshake } from '../handshake.ts'
import type { AfterHandshake, PostHandshakeResult } from '../post-handshake.ts'
import type { AwaitedType, Program } from '../program.ts'
import { Transcript } from '../transcript.ts'
import type { Tls12Connected } from './connected.ts'
import { exportTls12 } from './prf.ts'
import type { EndOfHandshake } from './renegotiation.ts'

/** What comes after a TLS 1.2 handshake of a server: requests to renegotiate, which are refused. */
export class Tls12PostHandshake implements AfterHandshake {
  readonly handshake: Handshake
  readonly keyUpdateDue = false
  readonly renegotiating = false
  readonly expected: readonly AwaitedType[] = clientHello
  readonly connected: EndOfHandshake
  readonly #main: Secret

  /** Takes ownership of the main secret. */
  constructor(handshake: Handshake, { mainSecret, ...connected }: Tls12Connected) {
    this.handshake = handshake.withTranscript(new Transcript(handshake.crypto))
    this.connected = connected
    this.#main = mainSecret
  }

  *handle(): Program<PostHandshakeResult> {
    throw new TlsError('ERR_TLS_NO_RENEGOTIATION', 'the client wants to renegotiate, and we do not')
  }

  sawApplicationData(): void {}

  *updateWriteKeys(): Program<void> {
    throw new TlsError('ERR_TLS_STATE', 'TLS 1.2 has no KeyUpdate')
  }

  /** https://www.rfc-editor.org/rfc/rfc5705 */
  *export(label: string, context: Uint8Array | undefined, length: number): Program<Uint8Array> {
    const { suite, randoms, extendedMainSecret } = this.connected
    if (!extendedMainSecret) {
      throw new TlsError('ERR_TLS_STATE', 'without extended_main_secret keying material may be that of two connections')
    }
    return yield* exportTls12(this.handshake.crypto, suite.hash, this.#main, randoms, label, context, length)
  }

  dispose(): void {
    this.#main.dispose()
  }
}

const clientHello = ['client_hello'] as const
