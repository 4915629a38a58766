import { ascii, fromAscii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../test/backend.ts'
import { certificateFor, credentialFor } from '../../test/peers.ts'
import { tls12ConnectedPair } from '../../test/tls12-peers.ts'
import { cbcTls12CipherSuites } from './index.ts'

describe.each(cbcTls12CipherSuites)('$name', (row) => {
  test.for([true, false])('connects and carries data, with encrypt_then_mac %s', (encryptThenMac, { skip }) => {
    skip(!row.cipher.supportedBy(testCrypto), `${testCrypto.name} has not what ${row.name} needs`)
    const only = { cipherSuites: [row], encryptThenMac }
    const credentials = credentialFor(certificateFor(row.authentication === 'rsa' ? 'rsa' : 'ec-secp256r1'))
    const pair = tls12ConnectedPair({ client12: only, server12: only, server: { credentials } })
    for (const { facts } of [pair.client, pair.server]) {
      expect(facts).toMatchObject({ version: 'TLSv1.2', cipherSuite: row.name, encryptThenMac })
    }
    pair.client.connection.write(ascii('from the client'))
    pair.server.connection.write(new Uint8Array(20000).fill(7))
    pair.pump()
    expect(fromAscii(pair.server.received())).toBe('from the client')
    expect(pair.client.received()).toEqual(new Uint8Array(20000).fill(7))
  })
})
