import type { Connection, ConnectionFacts } from '@typetls/connection'
import { TlsError } from '@typetls/wire'
import { handled } from './deferred.ts'
import { SocketError } from './socket-error.ts'
import type { SecureSocket, SecureSocketInfo, SocketInfo } from './socket.ts'
import type { TlsLink } from './tls-link.ts'
import type { Transport } from './transport.ts'

/** A link as users see it. */
export class TlsStreamSocket implements SecureSocket {
  readonly secureTransport = 'on'
  readonly upgraded = false
  readonly opened: Promise<SecureSocketInfo>
  readonly #link: TlsLink

  constructor(link: TlsLink) {
    this.#link = link
    this.opened = link.whenOpened.promise.then(({ facts, transport }) => infoOf(transport, facts))
    handled(this.opened)
  }

  get readable(): ReadableStream<Uint8Array> {
    return this.#link.readable
  }

  get writable(): WritableStream<Uint8Array> {
    return this.#link.writable
  }

  get closed(): Promise<void> {
    return this.#link.whenClosed.promise
  }

  close(): Promise<void> {
    this.#link.close()
    return this.closed
  }

  startTls(): never {
    throw new SocketError(new TlsError('ERR_TLS_STATE', 'startTls is for sockets made with secureTransport "starttls"'))
  }

  async exportKeyingMaterial(label: string, context: Uint8Array, length: number): Promise<Uint8Array> {
    return this.connection.exportKeyingMaterial(label, context, length)
  }

  /** @internal */
  get connection(): Connection {
    const { connection } = this.#link
    if (connection === undefined) throw new TlsError('ERR_TLS_STATE', 'not connected yet')
    return connection
  }
}

export function addressesOf({ remoteAddress, localAddress }: Transport): Omit<SocketInfo, 'alpn'> {
  return { remoteAddress: remoteAddress ?? null, localAddress: localAddress ?? null }
}

function infoOf(transport: Transport, facts: ConnectionFacts): SecureSocketInfo {
  return { ...addressesOf(transport), alpn: facts.applicationProtocol ?? null, tls: facts }
}
