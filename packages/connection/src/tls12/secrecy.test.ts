import { Secret } from '@typetls/crypto-provider'
import { testSecrecy } from '../../test/secrecy.ts'
import { tls12Pairs } from '../../test/tls12-peers.ts'
import { TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA, TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256 } from './index.ts'

const cbc = { cipherSuites: [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA] }
const psk = { cipherSuites: [TLS_ECDHE_PSK_WITH_AES_128_GCM_SHA256] }
const externalPsk = { identity: Uint8Array.of(1), secret: new Secret(new Uint8Array(32).fill(9)) }

testSecrecy(
  {
    'an AEAD': tls12Pairs(),
    'a block cipher': tls12Pairs({ client12: cbc, server12: cbc }),
    'a PSK': tls12Pairs({
      client: { externalPsks: [externalPsk] },
      server: { externalPsk: () => externalPsk },
      client12: psk,
      server12: psk,
    }),
  },
  2,
)
