import { contentType } from '@typetls/testing'
import { ascii } from '@typetls/wire'
import { describe, expect, test } from 'vitest'
import { testCrypto } from '../../../test/backend.ts'
import { expectRefusal } from '../../../test/refusal.ts'
import { roles } from '../../../test/stages.ts'
import { tls12ScriptedClient } from '../../../test/tls12-scripted-client.ts'
import type { Tls12ScriptedPeer } from '../../../test/tls12-scripted-peer.ts'
import { tls12ScriptedServer } from '../../../test/tls12-scripted-server.ts'
import { everyTls12Role, halfTls12Message, tls12Against, tls12Stages } from '../../../test/tls12-stages.ts'
import { TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA } from '../../tls12/index.ts'

const { handshake, application_data: applicationData } = contentType
const none = new Uint8Array()

describe('too much in a record', () => {
  test.each(everyTls12Role('hello', 'flight'))(
    '#1 a %s refuses 2^14 + 1 bytes in plaintext, stage %s',
    (role, stage) => {
      const peer = tls12Against(role, stage).plaintext(handshake, new Uint8Array(16385))
      expectRefusal(peer, 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
    },
  )

  test.each(roles)('#1 a %s refuses 2^14 + 1 bytes under keys, and takes one less', (role) => {
    const peer = tls12Against(role, 'connected').record(applicationData, new Uint8Array(16384))
    expect(peer.peer.received()).toHaveLength(16384)
    peer.record(applicationData, new Uint8Array(16385))
    expectRefusal(peer, 'ERR_TLS_RECORD_OVERFLOW', 'record_overflow')
  })

  test.each(everyTls12Role('finished', 'connected'))(
    '#2 a %s refuses a header of 2^14 + 2049 bytes without waiting for them, stage %s',
    (role, stage) => {
      const peer = tls12Against(role, stage).plaintext(applicationData, none, { length: 16384 + 2049 })
      expectRefusal(peer, 'ERR_TLS_RECORD_CIPHERTEXT_OVERFLOW', 'record_overflow')
    },
  )
})

describe('protection', () => {
  test.each(everyTls12Role('finished', 'connected'))(
    '#3 a %s refuses a record that is not authentic, stage %s',
    (role, stage) => {
      const peer = tls12Against(role, stage).record(handshake, new Uint8Array(64), { corrupt: true })
      expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
    },
  )

  test.each(everyTls12Role('finished', 'connected'))(
    '#3 a %s refuses a record whose type was changed, stage %s',
    (role, stage) => {
      const peer = tls12Against(role, stage).record(handshake, ascii('data'), { outerType: applicationData })
      expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
    },
  )

  test.each(everyTls12Role('finished', 'connected'))(
    '#3 a %s calls a record too short for nonce and tag not authentic, stage %s',
    (role, stage) => {
      for (const length of [0, 1, 8, 23]) {
        const peer = tls12Against(role, stage).plaintext(handshake, new Uint8Array(length))
        expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
      }
    },
  )

  test.each(roles)('#3 a %s refuses a record that comes twice', (role) => {
    const peer = tls12Against(role, 'connected')
    const once = peer.sealed(applicationData, ascii('data'))
    expect(peer.raw(once).peer.failure).toBeUndefined()
    expectRefusal(peer.raw(once), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test.each(everyTls12Role('finished', 'connected'))(
    '#8 a %s refuses a record of another version than was negotiated, stage %s',
    (role, stage) => {
      for (const version of [0x0301, 0x0302, 0x0304]) {
        const peer = tls12Against(role, stage).record(handshake, ascii('data'), { version })
        expectRefusal(peer, 'ERR_TLS_RECORD_VERSION', 'protocol_version')
      }
    },
  )

  test.each(roles)('a %s takes any version 3.x before there are keys', (role) => {
    for (const version of [0x0300, 0x0301, 0x0304]) {
      const peer = tls12Against(role, 'hello').plaintext(handshake, halfTls12Message(role, 'hello'), { version })
      expect(peer.peer.failure).toBeUndefined()
    }
  })
})

describe.runIf(TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA.cipher.supportedBy(testCrypto))('CBC', () => {
  const cipherSuites = [TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA]
  const connected = (role: string): Tls12ScriptedPeer =>
    role === 'client'
      ? tls12ScriptedServer({ suite: 0xc009, client12: { cipherSuites } }).play()
      : tls12ScriptedClient({ suite: 0xc009, server12: { cipherSuites } }).play()

  const wrongPadding = roles.flatMap((role) =>
    (
      [
        ['first', 0],
        ['middle', 0.5],
        ['last but one', 0.99],
      ] as const
    ).map(([place, part]) => [role, place, part] as const),
  )
  test.each(wrongPadding)(
    '#14 a %s finds a wrong byte of maximal padding, the %s, and says it is the MAC',
    (role, _, part) => {
      const padding = (bytes: Uint8Array): Uint8Array => {
        const at = Math.floor((bytes.length - 1) * part)
        bytes[at] = (bytes[at] as number) ^ 1
        return bytes
      }
      // 3 bytes and a MAC of 20: 9 bytes of padding are needed, 249 are a maximum for these.
      const peer = connected(role).record(applicationData, ascii('abc'), { morePadding: 15, padding })
      expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
    },
  )

  test.each(roles)('#14 a %s refuses padding that is longer than the record, as a wrong MAC', (role) => {
    const padding = (bytes: Uint8Array): Uint8Array => bytes.fill(255)
    expectRefusal(
      connected(role).record(applicationData, ascii('abc'), { padding }),
      'ERR_TLS_BAD_RECORD_MAC',
      'bad_record_mac',
    )
    expectRefusal(
      connected(role).record(applicationData, ascii('abc'), { corrupt: true }),
      'ERR_TLS_BAD_RECORD_MAC',
      'bad_record_mac',
    )
  })

  test.each(roles)('#14 a %s takes right padding of any length', (role) => {
    const peer = connected(role)
    for (let morePadding = 0; morePadding <= 15; morePadding++)
      peer.record(applicationData, ascii('a'), { morePadding })
    expect(peer.peer.failure).toBeUndefined()
    expect(peer.peer.received()).toHaveLength(16)
  })
})

describe('types', () => {
  test.each(everyTls12Role(...tls12Stages))('#6 a %s refuses an unknown content type, stage %s', (role, stage) => {
    for (const type of [0, 19, 24, 255]) {
      const peer = tls12Against(role, stage).record(type, ascii('what'))
      expectRefusal(peer, 'ERR_TLS_RECORD_UNKNOWN_TYPE', 'unexpected_message')
    }
  })

  test('#7 a server knows a plain HTTP request, and one for a proxy', () => {
    for (const text of ['GET / HTTP/1.1\r\n', 'POST /', 'HEAD /']) {
      expectRefusal(tls12ScriptedClient().raw(ascii(text)), 'ERR_TLS_HTTP_REQUEST', 'protocol_version')
    }
    const proxied = tls12ScriptedClient().raw(ascii('CONNECT server.test:443 HTTP/1.1\r\n'))
    expectRefusal(proxied, 'ERR_TLS_HTTPS_PROXY_REQUEST', 'protocol_version')
  })

  test.each(roles)('#7 a %s refuses first bytes that are not TLS', (role) => {
    for (const bytes of [ascii('220 mail.example.org ESMTP\r\n'), Uint8Array.of(22, 2, 0, 0, 4)]) {
      expectRefusal(tls12Against(role, 'hello').raw(bytes), 'ERR_TLS_NOT_TLS', 'protocol_version')
    }
  })
})

describe('nothing to say', () => {
  test.each(roles)('#9 a %s takes 32 empty records in a row and refuses the 33rd', (role) => {
    const peer = tls12Against(role, 'connected')
    for (let round = 0; round < 2; round++) {
      for (let i = 0; i < 32; i++) peer.record(applicationData, none)
      if (round === 0) peer.record(applicationData, ascii('data'))
    }
    expect(peer.peer.failure).toBeUndefined()
    expectRefusal(peer.record(applicationData, none), 'ERR_TLS_TOO_MANY_EMPTY_RECORDS', 'unexpected_message')
  })

  test.each(everyTls12Role(...tls12Stages))(
    '#9 a %s refuses an empty handshake record at once, stage %s',
    (role, stage) => {
      const peer = tls12Against(role, stage).record(handshake, none)
      expectRefusal(peer, 'ERR_TLS_RECORD_EMPTY_HANDSHAKE', 'unexpected_message')
    },
  )
})

describe('application data at the wrong time', () => {
  test.each(everyTls12Role('hello', 'flight', 'finished'))(
    '#10 a %s refuses application data, even empty, stage %s',
    (role, stage) => {
      for (const data of [none, ascii('early')]) {
        const peer = tls12Against(role, stage).record(applicationData, data)
        expect(peer.peer.told).not.toContain('data')
        expectRefusal(peer, 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
      }
    },
  )

  test('#107 a server with both versions refuses early data when TLS 1.2 is negotiated', () => {
    const client = tls12ScriptedClient({ both: true }).until('client_key_exchange')
    expectRefusal(client.plaintext(applicationData, ascii('early')), 'ERR_TLS_RECORD_UNEXPECTED', 'unexpected_message')
  })
})

describe('plaintext where there are keys', () => {
  test.each(everyTls12Role('finished'))('#12 a %s refuses Finished in plaintext, stage %s', (role) => {
    const peer = tls12Against(role, 'finished')
    const { raw } = peer.written('finished')
    expectRefusal(peer.plaintext(handshake, raw), 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })

  test.each(roles)('#12 a %s refuses application data in plaintext when connected', (role) => {
    const peer = tls12Against(role, 'connected').plaintext(applicationData, ascii('a letter on a postcard'))
    expectRefusal(peer, 'ERR_TLS_BAD_RECORD_MAC', 'bad_record_mac')
  })
})

describe('in the middle of a handshake message', () => {
  test.each(roles)('#13 a %s refuses application data', (role) => {
    const peer = tls12Against(role, 'connected').send(halfTls12Message(role, 'connected'))
    peer.record(applicationData, ascii('data'))
    expect(peer.peer.told).not.toContain('data')
    expectRefusal(peer, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
  })

  test.each(everyTls12Role(...tls12Stages))('#13 a %s refuses an alert that ends nothing, stage %s', (role, stage) => {
    const peer = tls12Against(role, stage).send(halfTls12Message(role, stage)).alert(1, 'user_canceled')
    expectRefusal(peer, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
  })

  test.each(everyTls12Role(...tls12Stages))('#13 a %s refuses close_notify, stage %s', (role, stage) => {
    for (const level of [1, 2]) {
      const peer = tls12Against(role, stage).send(halfTls12Message(role, stage)).alert(level, 'close_notify')
      expectRefusal(peer, 'ERR_TLS_RECORD_INTERLEAVED', 'unexpected_message')
    }
  })
})
