import type { CipherSuite, CryptoProvider, Secret } from '@typetls/crypto-provider'
import type {
  AfterHandshake,
  Agreed,
  CommonParameters,
  Handshake,
  PostHandshakeResult,
  Program,
} from '@typetls/handshake'
import type { DeclinedEarlyData, RecordKey, RecordReaderOptions } from '@typetls/record'
import type { Connection } from './connection.ts'

/** What makes a connection a client's or a server's: one object for all of them. */
export interface RoleOfConnection {
  readonly name: 'client' | 'server'
  /** Whether another connection may have sent the HelloRetryRequest that the first ClientHello of this one answers. */
  stateless?(parameters: CommonParameters): boolean
  /** As the option of `RecordReader`. */
  readonly notTls?: RecordReaderOptions['notTls']
  /** Of a server of TLS 1.3: as that of `RecordReader`. */
  declinedEarlyData?(): DeclinedEarlyData
  program(handshake: Handshake): Program<Agreed>
  postHandshake(handshake: Handshake, connected: Agreed): AfterHandshake
  /** TLS 1.3: the record key of a traffic secret. */
  trafficKey?(crypto: CryptoProvider, suite: CipherSuite, secret: Secret): Program<RecordKey>
  /** What came of a message after the handshake, unless that is nothing. */
  report?(connection: Connection, result: PostHandshakeResult & {}): void
  /** TLS 1.2: the answer to a message after the handshake has begun. */
  answering?(connection: Connection, after: AfterHandshake): void
  /** TLS 1.2: a warning came after the handshake, which may be a reason to end. */
  warned?(after: AfterHandshake, description: string | number): void
}
