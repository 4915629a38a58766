import { concat, toHex } from '@typetls/wire'
import { expect, test } from 'vitest'
import {
  extensionOf,
  extensionsOf,
  repeatingExtension,
  withExtension,
  withExtensions,
  withoutExtension,
} from './extension-bytes.ts'
import { handshakeMessage, parseHandshake } from './handshake-bytes.ts'
import type { HandshakeBytes } from './handshake-bytes.ts'
import { rfc8448 } from './rfc8448.ts'

const trace = rfc8448()['Resumed 0-RTT Handshake']

function messageOf(who: 'client' | 'server', what: string, name: string): HandshakeBytes {
  return parseHandshake(trace.bytes(who, what, name)).messages[0] as HandshakeBytes
}

test('the extensions of messages of the RFC are found and put back', () => {
  const clientHello = parseHandshake(trace.records('client')[0]?.payload as Uint8Array).messages[0] as HandshakeBytes
  expect(extensionsOf(clientHello).at(-1)?.type).toBe(41)
  const serverHello = messageOf('server', 'construct a ServerHello', 'ServerHello')
  expect(extensionsOf(serverHello).map(({ type }) => type)).toEqual([41, 51, 43])
  const encrypted = messageOf('server', 'construct an EncryptedExtensions', 'EncryptedExtensions')
  expect(extensionsOf(encrypted).map(({ type }) => type)).toEqual([10, 28, 0, 42])
  for (const message of [clientHello, serverHello, encrypted]) {
    expect(toHex(withExtensions(message, extensionsOf(message)).raw)).toBe(toHex(message.raw))
  }
})

test('one is added before pre_shared_key, replaced, repeated and left out', () => {
  const hello = parseHandshake(trace.records('client')[0]?.payload as Uint8Array).messages[0] as HandshakeBytes
  const types = (message: HandshakeBytes): number[] => extensionsOf(message).map(({ type }) => type)
  const before = types(hello)
  expect(types(withExtension(hello, 4711, Uint8Array.of(1)))).toEqual([...before.slice(0, -1), 4711, 41])
  expect(toHex(extensionOf(withExtension(hello, 43, Uint8Array.of(1, 2)), 43))).toBe('0102')
  expect(types(repeatingExtension(hello, 41))).toEqual([...before, 41])
  expect(types(withoutExtension(hello, 43))).toEqual(before.filter((type) => type !== 43))
  expect(() => withoutExtension(hello, 4711)).toThrow(RangeError)
})

test('the lengths of a certificate list follow its first entry', () => {
  const entry = Uint8Array.of(0, 0, 2, 0xaa, 0xbb, 0, 0)
  const certificate = handshakeMessage('certificate', concat(Uint8Array.of(1, 0x77, 0, 0, 14), entry, entry))
  const changed = withExtension(certificate, 5, Uint8Array.of(1))
  expect(toHex(changed.body)).toBe(`0177000013${'000002aabb00050005000101'}${toHex(entry)}`)
  expect(extensionsOf(changed)).toEqual([{ type: 5, data: Uint8Array.of(1) }])
})

test('a Finished has no extensions', () => {
  expect(() => extensionsOf(handshakeMessage('finished', new Uint8Array(32)))).toThrow(RangeError)
})
