import type { AlertName, TlsError } from '@typetls/wire'
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
