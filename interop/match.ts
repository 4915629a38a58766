import type { ConnectOptions, TlsServerOptions } from '@typetls/node-adapter'
import type { Scope } from './child.ts'
import { OurClient, OurServer } from './ours.ts'
import type { Peer, PeerClient, PeerServer, Setting, Version } from './peer.ts'

/** One cell being played: both sides speak this version and no other, unless the cell says so. */
export class Match {
  readonly version: Version
  readonly scope: Scope
  readonly #peer: Peer

  constructor(peer: Peer, version: Version, scope: Scope) {
    this.#peer = peer
    this.version = version
    this.scope = scope
  }

  theirServer(setting: Setting): Promise<PeerServer> {
    return this.#peer.serve({ version: this.version, ...setting }, this.scope)
  }

  theirClient(port: number, setting: Setting): Promise<PeerClient> {
    return this.#peer.connect(port, { version: this.version, ...setting }, this.scope)
  }

  ourServer(options: TlsServerOptions): Promise<OurServer> {
    return OurServer.start({ minVersion: this.version, maxVersion: this.version, ...options }, this.scope)
  }

  /** @throws what the handshake failed with */
  ourClient(port: number, options: ConnectOptions): Promise<OurClient> {
    return OurClient.connect(port, { minVersion: this.version, maxVersion: this.version, ...options }, this.scope)
  }
}
