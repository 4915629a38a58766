import { contentType } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { expectOver, expectRefusal } from '../../../test/refusal.ts'
import { roles } from '../../../test/stages.ts'
import { everyTls12Role, halfTls12Message, tls12Against, tls12Stages } from '../../../test/tls12-stages.ts'

const { alert, application_data: applicationData } = contentType

describe('alert records', () => {
  test.each(everyTls12Role(...tls12Stages))(
    '#15 a %s refuses half an alert and two at once, stage %s',
    (role, stage) => {
      for (const bytes of [Uint8Array.of(1), Uint8Array.of(1, 90, 1), Uint8Array.of(1, 90, 1, 90)]) {
        expectRefusal(tls12Against(role, stage).record(alert, bytes), 'ERR_TLS_ALERT_LENGTH', 'decode_error')
      }
    },
  )

  test.each(everyTls12Role(...tls12Stages))('#16 a %s refuses a level that does not exist, stage %s', (role, stage) => {
    for (const level of [0, 3, 255]) {
      const peer = tls12Against(role, stage).record(alert, Uint8Array.of(level, 0))
      expectRefusal(peer, 'ERR_TLS_ALERT_LEVEL', 'illegal_parameter')
    }
  })
})

describe('warnings', () => {
  test.each(everyTls12Role(...tls12Stages))(
    '#18 a %s takes four warnings in a row and refuses the 5th, stage %s',
    (role, stage) => {
      const peer = tls12Against(role, stage)
      for (let i = 0; i < 4; i++) peer.alert(1, i % 2 === 0 ? 'unrecognized_name' : 'no_renegotiation')
      expect(peer.peer.failure).toBeUndefined()
      expectRefusal(peer.alert(1, 'user_canceled'), 'ERR_TLS_TOO_MANY_WARNING_ALERTS', 'unexpected_message')
    },
  )

  test.each(roles)('#18 a %s counts from the last data', (role) => {
    const peer = tls12Against(role, 'connected')
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) peer.alert(1, 'unrecognized_name')
      peer.record(applicationData, ascii('data'))
    }
    expect(peer.peer.failure).toBeUndefined()
  })
})

describe('fatal alerts', () => {
  test.each(everyTls12Role(...tls12Stages))(
    '#19 a %s tells the name of a fatal alert and answers nothing, stage %s',
    (role, stage) => {
      const peer = tls12Against(role, stage).alert(2, 'record_overflow')
      expect(peer.peer.failure).toMatchObject({ received: 'record_overflow' })
      expectRefusal(peer, 'ERR_TLS_PEER_ALERT', undefined)
    },
  )

  test.each(everyTls12Role(...tls12Stages))('#19 a %s hears it in the middle of a message, stage %s', (role, stage) => {
    const peer = tls12Against(role, stage).send(halfTls12Message(role, stage))
    expectRefusal(peer.alert(2, 'internal_error'), 'ERR_TLS_PEER_ALERT', undefined)
  })

  test.each(roles)('#19 a %s that has closed its side still hears one', (role) => {
    const peer = tls12Against(role, 'connected')
    peer.peer.connection.closeWrite()
    peer.listen()
    expect(peer.alerts.splice(0)).toMatchObject([{ level: 1, description: 'close_notify' }])
    expectRefusal(peer.alert(2, 'internal_error'), 'ERR_TLS_PEER_ALERT', undefined)
  })
})

describe('the end', () => {
  test.each(everyTls12Role('hello', 'flight', 'finished'))(
    'a %s takes close_notify for the end, stage %s',
    (role, stage) => {
      expectRefusal(tls12Against(role, stage).alert(1, 'close_notify'), 'ERR_TLS_HANDSHAKE_CLOSED', undefined)
    },
  )

  test.each(roles)('#119 a %s refuses data after close_notify', (role) => {
    const peer = tls12Against(role, 'connected').alert(1, 'close_notify')
    expect(peer.peer.told).toContain('end')
    peer.record(applicationData, ascii('more'))
    // What comes after the end is nothing to us.
    expect(peer.peer.told).not.toContain('data')
  })

  test.each(roles)('#119 a %s calls a transport that ends without close_notify truncated', (role) => {
    const peer = tls12Against(role, 'connected')
    peer.peer.connection.closeWrite()
    peer.peer.receiveEnd()
    expect(peer.peer.failure).toMatchObject({ code: 'ERR_TLS_TRUNCATED', alert: undefined })
    expectOver(peer, 'ERR_TLS_TRUNCATED')
  })

  test.each(everyTls12Role(...tls12Stages))('a %s tells its alert under the keys it has, stage %s', (role, stage) => {
    const peer = tls12Against(role, stage).record(99, ascii('what'))
    // A client changes its keys first, a server last.
    const protectedBy = role === 'client' ? ['finished', 'connected'] : ['connected']
    expect(peer.alerts).toEqual([
      { level: 2, description: 'unexpected_message', protected: protectedBy.includes(stage) },
    ])
  })
})
