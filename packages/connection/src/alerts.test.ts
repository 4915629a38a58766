import { expect, test } from 'vitest'
import { pairOf } from '../test/peers.ts'

test('the alert of a cause can be another than that of the RFC, for a peer that expects so', () => {
  const refusing = { onClientHello: () => Promise.reject(new Error('no')) }
  const alerts = { ERR_TLS_CLIENT_HELLO_REFUSED: 'handshake_failure' } as const
  const told = async (server: object): Promise<unknown> => {
    const pair = pairOf({}, { ...refusing, ...server })
    await pair.settle()
    expect(pair.server.failure).toMatchObject({ code: 'ERR_TLS_CLIENT_HELLO_REFUSED', alert: 'access_denied' })
    return pair.client.failure?.received
  }
  return Promise.all([told({}), told({ alerts })]).then((received) =>
    expect(received).toEqual(['access_denied', 'handshake_failure']),
  )
})
