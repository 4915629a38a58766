import type { AlertName } from '@typetls/wire'
import { TlsError } from '@typetls/wire'
import { expect, test } from 'vitest'
import { pairOf } from '../test/peers.ts'
import type { ServerOptions } from './index.ts'

test('the alert of a cause can be another than that of the RFC, for a peer that expects so', () => {
  const refusing = { onClientHello: () => Promise.reject(new Error('no')) }
  const alertFor = ({ code }: TlsError): AlertName | undefined =>
    code === 'ERR_TLS_CLIENT_HELLO_REFUSED' ? 'handshake_failure' : undefined
  const told = async (server: Partial<ServerOptions>): Promise<unknown> => {
    const pair = pairOf({}, { ...refusing, ...server })
    await pair.settle()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_CLIENT_HELLO_REFUSED', alert: 'access_denied' })
    return pair.client.failure?.received
  }
  return Promise.all([told({}), told({ alertFor })]).then((received) =>
    expect(received).toEqual(['access_denied', 'handshake_failure']),
  )
})

test('nothing is said behind a fatal alert of the peer, whatever alert its cause is to have', () => {
  const alertFor = (): AlertName => 'internal_error'
  const pair = pairOf({}, { alertFor })
  pair.pump()
  const sent = pair.sent('server-to-client').length
  pair.client.connection.abort(new TlsError('ERR_TLS_CERTIFICATE_REFUSED'))
  pair.pump()
  expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_PEER_ALERT', received: 'certificate_unknown' })
  expect(pair.sent('server-to-client').length).toBe(sent)
})
