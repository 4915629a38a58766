import { nodeCrypto } from '@typetls/crypto-node'
import { Secret } from '@typetls/crypto-provider'
import { livelyClient, livelyServer } from '../../test/life.ts'
import { authority, clock, credentialFor, serverName } from '../../test/peers.ts'
import { tls12ConnectedPair, tls12Pairs } from '../../test/tls12-peers.ts'
import { testWiping } from '../../test/wiping.ts'
import type { Session } from '../index.ts'
import { rotatingTicketKeys } from '../index.ts'
import {
  TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA,
  TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256,
  TLS_RSA_WITH_AES_128_GCM_SHA256,
} from './index.ts'

const tickets = rotatingTicketKeys({ crypto: nodeCrypto, clock })
const session = tls12ConnectedPair({ server: { tickets } }).client.sessions[0] as Session
const cbc = { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA] }
const rsa = { cipherSuites: [TLS_RSA_WITH_AES_128_GCM_SHA256] }
const psk = { cipherSuites: [TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256] }
const externalPsk = { identity: Uint8Array.of(1), secret: new Secret(new Uint8Array(32).fill(9)) }
const rsaCredential = credentialFor(
  authority.issue({
    subject: serverName,
    dns: [serverName],
    keyType: 'rsa',
    keyUsage: ['digitalSignature', 'keyEncipherment'],
  }),
)

/** Lives that between them need every secret there is. */
testWiping(
  {
    'a full handshake': tls12Pairs({ client: livelyClient, server: { ...livelyServer, tickets } }),
    'a resumption': tls12Pairs({ client: { session }, server: { tickets } }),
    'a block cipher': tls12Pairs({ client12: cbc, server12: cbc }),
    'static RSA': tls12Pairs({ server: { credentials: rsaCredential }, client12: rsa, server12: rsa }),
    'a PSK': tls12Pairs({
      client: { externalPsks: [externalPsk] },
      server: { externalPsk: () => externalPsk },
      client12: psk,
      server12: psk,
    }),
  },
  [externalPsk.secret, session.state.psk],
)
