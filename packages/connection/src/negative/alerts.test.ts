import { contentType } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { expectRefusal } from '../../test/refusal.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { against, everyRole, halfMessage, roles, stages } from '../../test/stages.ts'

const { alert } = contentType

describe('shape', () => {
  test.each(everyRole(...stages))('#15 a %s refuses an alert split over two records, stage %s', (role, stage) => {
    const peer = against(role, stage).record(alert, Uint8Array.of(2))
    expectRefusal(peer, 'ERR_TLS_ALERT_LENGTH', 'decode_error')
  })

  test.each(everyRole(...stages))('#15 a %s refuses two alerts in a record, stage %s', (role, stage) => {
    const peer = against(role, stage).record(alert, Uint8Array.of(1, 90, 1, 90))
    expectRefusal(peer, 'ERR_TLS_ALERT_LENGTH', 'decode_error')
  })

  test.each(everyRole(...stages))('#15 a %s refuses an alert record without an alert, stage %s', (role, stage) => {
    const peer = against(role, stage).record(alert, new Uint8Array())
    expectRefusal(peer, 'ERR_TLS_RECORD_EMPTY_ALERT', 'unexpected_message')
  })

  test.each(everyRole(...stages))('#16 a %s refuses an unknown alert level, stage %s', (role, stage) => {
    for (const level of [0, 3, 255]) {
      const peer = against(role, stage).record(alert, Uint8Array.of(level, 0))
      expectRefusal(peer, 'ERR_TLS_ALERT_LEVEL', 'illegal_parameter')
    }
  })
})

describe('warnings', () => {
  test.each(everyRole('handshake', 'connected'))(
    '#17 a %s refuses a warning that TLS 1.3 does not have, stage %s',
    (role, stage) => {
      for (const description of ['unrecognized_name', 'no_renegotiation', 'handshake_failure'] as const) {
        expectRefusal(against(role, stage).alert(1, description), 'ERR_TLS_ALERT_WARNING', 'decode_error')
      }
    },
  )

  test.each(everyRole(...stages))(
    '#18 a %s takes four user_canceled in a row and refuses the 5th, stage %s',
    (role, stage) => {
      const peer = against(role, stage)
      for (let i = 0; i < 4; i++) peer.alert(1, 'user_canceled')
      expect(peer.peer.failure).toBeUndefined()
      expectRefusal(peer.alert(1, 'user_canceled'), 'ERR_TLS_TOO_MANY_WARNING_ALERTS', 'unexpected_message')
    },
  )

  test.each(roles)('#18 a %s counts from the last data', (role) => {
    const peer = against(role, 'connected')
    for (let round = 0; round < 3; round++) {
      for (let i = 0; i < 4; i++) peer.alert(1, 'user_canceled')
      peer.record(contentType.application_data, ascii('data'))
    }
    expect(peer.peer.failure).toBeUndefined()
  })

  test('#18 a client does not let plaintext warnings before the ServerHello go on for ever', () => {
    const server = scriptedServer()
    for (let i = 0; i < 4; i++) server.alert(1, 'unrecognized_name')
    expect(server.peer.failure).toBeUndefined()
    expectRefusal(server.alert(1, 'unrecognized_name'), 'ERR_TLS_TOO_MANY_WARNING_ALERTS', 'unexpected_message')
  })
})

describe('fatal alerts', () => {
  test.each(everyRole(...stages))(
    '#19 a %s tells the name of a fatal alert and answers nothing, stage %s',
    (role, stage) => {
      const peer = against(role, stage).alert(2, 'record_overflow')
      expect(peer.peer.failure).toMatchObject({ received: 'record_overflow' })
      expectRefusal(peer, 'ERR_TLS_PEER_ALERT', undefined)
    },
  )

  test.each(everyRole(...stages))('#19 a %s takes an alert that nobody has named, stage %s', (role, stage) => {
    const peer = against(role, stage).record(alert, Uint8Array.of(2, 200))
    expect(peer.peer.failure).toMatchObject({ received: 'alert 200' })
    expectRefusal(peer, 'ERR_TLS_PEER_ALERT', undefined)
  })

  test.each(roles)('#19 a %s that has closed its side still hears a fatal alert', (role) => {
    const peer = against(role, 'connected')
    peer.peer.connection.closeWrite()
    peer.listen()
    expect(peer.alerts.splice(0)).toMatchObject([{ level: 1, description: 'close_notify' }])
    expectRefusal(peer.alert(2, 'internal_error'), 'ERR_TLS_PEER_ALERT', undefined)
  })

  test.each(everyRole(...stages))(
    '#19 a %s hears a fatal alert in the middle of a message, stage %s',
    (role, stage) => {
      const peer = against(role, stage).send(halfMessage(role, stage))
      expectRefusal(peer.alert(2, 'internal_error'), 'ERR_TLS_PEER_ALERT', undefined)
    },
  )

  test('#19 a server hears the plaintext alert of a client that failed before it had keys', () => {
    const peer = against('server', 'handshake').plaintext(alert, Uint8Array.of(2, 47))
    expect(peer.peer.failure).toMatchObject({ received: 'illegal_parameter' })
    expectRefusal(peer, 'ERR_TLS_PEER_ALERT', undefined)
  })
})

test.each(everyRole('hello', 'handshake'))(
  'a %s takes close_notify during the handshake for its end, stage %s',
  (role, stage) => {
    expectRefusal(against(role, stage).alert(1, 'close_notify'), 'ERR_TLS_HANDSHAKE_CLOSED', undefined)
  },
)

test.each(everyRole(...stages))('a %s tells its alert under the keys it has, stage %s', (role, stage) => {
  const peer = against(role, stage).record(99, ascii('what'))
  expect(peer.alerts).toEqual([{ level: 2, description: 'unexpected_message', protected: stage !== 'hello' }])
})
