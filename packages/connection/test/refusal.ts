import type { AlertName, TlsErrorCode } from '@typetls/wire'
import { expect } from 'vitest'
import type { ScriptedPeer } from './scripted-peer.ts'

/** A scripted peer of either version. */
type Playing = Pick<ScriptedPeer, 'peer' | 'alerts' | 'received'> & { listen(): unknown }

/**
 * The connection under test has failed with this error, has told its peer this alert as its only and last word, has
 * told its user once, and is over for good.
 *
 * @param alert `undefined`: the peer is told nothing
 */
export function expectRefusal(script: Playing, code: TlsErrorCode, alert: AlertName | undefined): void {
  const { peer } = script
  expect(peer.failure).toMatchObject({ name: 'TlsError', code, alert })
  script.listen()
  expect(script.alerts.map(({ level, description }) => [level, description])).toEqual(
    alert === undefined ? [] : [[2, alert]],
  )
  expectOver(script, code)
}

/** What holds after any failure: told once, closed, and nothing has an effect any more. */
export function expectOver(script: Playing, code: TlsErrorCode): void {
  const { peer } = script
  const { connection, failure } = peer
  const told = [...peer.told]
  expect(told.filter((event) => event.startsWith('closed'))).toEqual([`closed ${code}`])
  expect(told.at(-1)).toBe(`closed ${code}`)
  expect(connection.state).toBe('closed')
  const { received } = script
  peer.receive(Uint8Array.of(22, 3, 3, 0, 4, 0, 0, 0, 0))
  peer.receiveEnd()
  connection.closeWrite()
  connection.abort()
  expect(() => connection.write(Uint8Array.of(1))).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
  expect(() => connection.updateKeys()).toThrow(expect.objectContaining({ code: 'ERR_TLS_STATE' }))
  expect(peer.failure).toBe(failure)
  expect(peer.told).toEqual(told)
  expect(script.received).toBe(received)
}
