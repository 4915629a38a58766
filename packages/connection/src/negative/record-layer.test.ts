import { contentType, protectorOf, record } from '@typetls/testing'
import { ascii, concat } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { expectRefusal } from '../../test/refusal.ts'
import { scriptedClient } from '../../test/scripted-client.ts'
import { scriptedServer } from '../../test/scripted-server.ts'
import { against, everyRole, halfMessage, roles, stages } from '../../test/stages.ts'

const { alert, handshake, application_data: applicationData } = contentType
const none = new Uint8Array()

describe('too much in a record', () => {
  test.each(roles)('#1 a %s refuses 2^14 + 1 bytes in plaintext', (role) => {
    const peer = against(role, 'hello').plaintext(handshake, new Uint8Array(16385))
    expectRefusal(peer, 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
  })

  test.each(everyRole('handshake', 'connected'))(
    '#1 a %s refuses 2^14 + 1 bytes under keys, stage %s',
    (role, stage) => {
      const type = stage === 'connected' ? applicationData : handshake
      const peer = against(role, stage).record(type, new Uint8Array(16385).fill(1))
      expectRefusal(peer, 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
    },
  )

  test.each(roles)('#1 a %s refuses content, type and padding of 2^14 + 2 bytes, and takes one less', (role) => {
    const peer = against(role, 'connected')
    peer.record(applicationData, ascii('fits'), { padding: 16385 - 5 })
    expect(peer.peer.received()).toEqual(ascii('fits'))
    peer.record(applicationData, ascii('more'), { padding: 16386 - 5 })
    expectRefusal(peer, 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
  })

  test.each(everyRole('handshake', 'connected'))(
    '#2 a %s refuses a header of 2^14 + 257 bytes without waiting for them, stage %s',
    (role, stage) => {
      const peer = against(role, stage).plaintext(applicationData, none, { length: 16384 + 257 })
      expectRefusal(peer, 'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW', 'record_overflow')
    },
  )

  test.each(roles)('#2 a %s refuses a plaintext header of 2^14 + 1 bytes without waiting for them', (role) => {
    const peer = against(role, 'hello').plaintext(handshake, none, { length: 16385 })
    expectRefusal(peer, 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
  })
})

describe('protection', () => {
  test.each(everyRole('handshake', 'connected'))(
    '#3 a %s refuses a record that is not authentic, stage %s',
    (role, stage) => {
      const peer = against(role, stage).record(handshake, new Uint8Array(64), { corrupt: true })
      expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
    },
  )

  test.each(everyRole('handshake', 'connected'))(
    '#3 a %s calls a record too short for its tag not authentic, stage %s',
    (role, stage) => {
      const peer = against(role, stage).plaintext(applicationData, new Uint8Array(15))
      expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
    },
  )

  test.each(everyRole('handshake', 'connected'))(
    '#3 a %s refuses a record that comes twice, stage %s',
    (role, stage) => {
      const peer = against(role, stage)
      // Half a message is no error yet.
      const once = peer.sealed(handshake, halfMessage(role, stage).subarray(0, 2))
      expect(peer.raw(once).peer.failure).toBeUndefined()
      expectRefusal(peer.raw(once), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
    },
  )

  test.each(everyRole('handshake', 'connected'))(
    '#4 a %s refuses a record with nothing in it, stage %s',
    (role, stage) => {
      const peer = against(role, stage).record(applicationData, none, { inner: none })
      expectRefusal(peer, 'ERR_TLS_RECORD_NO_CONTENT_TYPE', 'unexpected_message')
    },
  )

  test.each(everyRole('handshake', 'connected'))('#4 a %s refuses a record of zeros alone, stage %s', (role, stage) => {
    const peer = against(role, stage).record(applicationData, none, { inner: new Uint8Array(100) })
    expectRefusal(peer, 'ERR_TLS_RECORD_NO_CONTENT_TYPE', 'unexpected_message')
  })

  const outside = everyRole('handshake', 'connected').flatMap(([role, stage]) =>
    [alert, handshake, 24].map((type) => [role, stage, type] as const),
  )
  test.each(outside)(
    '#5 a %s refuses a protected record that has another type outside, stage %s, type %i',
    (role, stage, outerType) => {
      const peer = against(role, stage).record(applicationData, ascii('data'), { outerType })
      expectRefusal(peer, 'ERR_TLS_RECORD_OUTER_TYPE', 'unexpected_message')
    },
  )
})

describe('types', () => {
  test.each(roles)('#6 a %s refuses an unknown content type in plaintext', (role) => {
    expectRefusal(
      against(role, 'hello').plaintext(24, ascii('heart')),
      'ERR_TLS_RECORD_UNKNOWN_TYPE',
      'unexpected_message',
    )
  })

  test.each(everyRole('handshake', 'connected'))(
    '#6 a %s refuses an unknown content type under keys, stage %s',
    (role, stage) => {
      expectRefusal(against(role, stage).record(99, ascii('what')), 'ERR_TLS_RECORD_UNKNOWN_TYPE', 'unexpected_message')
    },
  )

  test.each(['GET / HTTP/1.1\r\n', 'POST /', 'HEAD /', 'PUT /a', 'DELETE /', 'OPTIONS *', 'PATCH /'])(
    '#7 a server knows a plain HTTP request: %j',
    (text) => expectRefusal(scriptedClient().raw(ascii(text)), 'ERR_TLS_HTTP_REQUEST', 'protocol_version'),
  )

  test('#7 a server knows a request for a proxy', () => {
    const client = scriptedClient().raw(ascii('CONNECT server.test:443 HTTP/1.1\r\n'))
    expectRefusal(client, 'ERR_TLS_HTTPS_PROXY_REQUEST', 'protocol_version')
  })

  test('#7 a server refuses first bytes that are not TLS', () => {
    const sslv2 = Uint8Array.of(0x80, 0x2e, 0x01, 0x00, 0x02)
    for (const bytes of [ascii('EHLO example.org\r\n'), sslv2, Uint8Array.of(22, 2, 0, 0, 4)]) {
      expectRefusal(scriptedClient().raw(bytes), 'ERR_TLS_NOT_TLS', 'protocol_version')
    }
  })

  test('#7 a client refuses first bytes that are not TLS', () => {
    for (const text of ['HTTP/1.1 400 Bad Request\r\n', '220 mail.example.org ESMTP\r\n', 'SSH-2.0-x\r\n']) {
      expectRefusal(scriptedServer().raw(ascii(text)), 'ERR_TLS_NOT_TLS', 'protocol_version')
    }
  })
})

describe('nothing to say', () => {
  test.each(roles)('#9 a %s takes 32 empty records in a row and refuses the 33rd', (role) => {
    const peer = against(role, 'connected')
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 32; i++) peer.record(applicationData, none)
      if (round === 0) peer.record(applicationData, ascii('data'))
    }
    expect(peer.peer.failure).toBeUndefined()
    expectRefusal(peer.record(applicationData, none), 'ERR_TLS_TOO_MANY_EMPTY_RECORDS', 'unexpected_message')
  })

  test.each(everyRole(...stages))('#9 a %s refuses an empty handshake record at once, stage %s', (role, stage) => {
    expectRefusal(against(role, stage).record(handshake, none), 'ERR_TLS_RECORD_EMPTY_HANDSHAKE', 'unexpected_message')
  })
})

describe('application data at the wrong time', () => {
  test.each(roles.flatMap((role) => [none, ascii('early')].map((data) => [role, data.length, data] as const)))(
    '#10 a %s refuses %i bytes of application data before the handshake',
    (role, _length, data) => {
      const peer = against(role, 'hello').plaintext(applicationData, data)
      expectRefusal(peer, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
    },
  )

  test.each(roles.flatMap((role) => [none, ascii('early')].map((data) => [role, data.length, data] as const)))(
    '#10 a %s refuses %i bytes of application data under handshake keys',
    (role, _length, data) => {
      const peer = against(role, 'handshake').record(applicationData, data)
      expectRefusal(peer, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
    },
  )

  test('#11 a client cannot read application data under handshake keys after Finished', () => {
    const server = scriptedServer().until('finished')
    const old = protectorOf(server.suite.id, server.writeSecret)
    old.sequence = 4
    server.play().raw(old.seal(applicationData, ascii('late')))
    expectRefusal(server, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('#11 a server cannot read application data under handshake keys after Finished', () => {
    const client = scriptedClient().until('finished')
    const old = protectorOf(client.suite.id, client.writeSecret)
    old.sequence = 1
    client.step('finished').raw(old.seal(applicationData, ascii('late')))
    expectRefusal(client, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

describe('plaintext where there are keys', () => {
  test('#12 a client refuses EncryptedExtensions in plaintext', () => {
    const server = scriptedServer().until('encrypted_extensions')
    const message = server.writtenStep('encrypted_extensions')
    expectRefusal(server.plaintext(handshake, message.raw), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test('#12 a server refuses a Finished in plaintext', () => {
    const client = scriptedClient().until('finished')
    const message = client.writtenStep('finished')
    expectRefusal(client.plaintext(handshake, message.raw), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test.each(roles)('#12 a %s refuses application data in plaintext when connected', (role) => {
    const peer = against(role, 'connected').plaintext(applicationData, ascii('a letter on a postcard'))
    expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

describe('in the middle of a handshake message', () => {
  test.each(roles)('#13 a %s refuses application data', (role) => {
    const peer = against(role, 'connected').send(halfMessage(role, 'connected')).record(applicationData, ascii('data'))
    expect(peer.peer.told).not.toContain('data')
    expectRefusal(peer, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
  })

  test.each(roles)('#13 a %s refuses application data in the middle of a header', (role) => {
    const peer = against(role, 'connected').send(halfMessage(role, 'connected').subarray(0, 1))
    expectRefusal(peer.record(applicationData, none), 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
  })

  test.each(everyRole(...stages))('#13 a %s refuses an alert that ends nothing, stage %s', (role, stage) => {
    const peer = against(role, stage).send(halfMessage(role, stage)).alert(1, 'user_canceled')
    expectRefusal(peer, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
  })

  test.each(everyRole(...stages))('#13 a %s refuses close_notify, stage %s', (role, stage) => {
    for (const level of [1, 2]) {
      const peer = against(role, stage).send(halfMessage(role, stage)).alert(level, 'close_notify')
      expectRefusal(peer, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
    }
  })
})

test.each(roles)('a %s refuses a later record of another protocol version', (role) => {
  const other = concat(Uint8Array.of(23, 2, 0), record(applicationData, new Uint8Array(32)).subarray(3))
  expectRefusal(against(role, 'connected').raw(other), 'ERR_TLS_RECORD_VERSION', 'protocol_version')
})
