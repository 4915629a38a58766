import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { concat, fromHex, toHex } from './bytes.ts'
import { decode, encode, opaqueVector, struct, uint16, vector } from './codec.ts'
import type { Codec, CodecType } from './codec.ts'
import { extensionBlock } from './extension-block.ts'
import { openEnum } from './registry.ts'

const registry = openEnum({ supported_groups: 10, alpn: 16, version: 43, elsewhere: 44 })
const table = {
  supported_groups: vector(uint16, 2, 0xffff),
  alpn: opaqueVector(0, 0xff),
  version: uint16,
}
const Extensions = extensionBlock(registry, table)
type Block = CodecType<typeof Extensions>

const ServerHello = struct<{ legacyVersion: number; extensions: Block }>('ServerHello', {
  legacyVersion: uint16,
  extensions: Extensions,
})

/** A block of extensions as they are given. */
function block(...extensions: readonly [type: number, hex: string][]): Uint8Array {
  const Raw: Codec<readonly { type: number; data: Uint8Array }[]> = vector(
    struct<{ type: number; data: Uint8Array }>('Raw', { type: uint16, data: opaqueVector(0, 0xffff) }),
    0,
    0xffff,
  )
  return encode(
    Raw,
    extensions.map(([type, hex]) => ({ type, data: fromHex(hex) })),
  )
}

test('known extensions stand under their names, the others are kept whole, the order is kept', () => {
  const bytes = block([0x4a4a, 'ff'], [43, '0304'], [0xffff, ''], [10, '0002001d'])
  const decoded = decode(Extensions, bytes)
  expect(decoded).toEqual({
    version: 0x0304,
    supported_groups: [0x1d],
    unknown: [
      { type: 0x4a4a, data: Uint8Array.of(0xff) },
      { type: 0xffff, data: new Uint8Array() },
    ],
    order: [0x4a4a, 43, 0xffff, 10],
  })
  expect(encode(Extensions, decoded)).toEqual(bytes)
})

test('any block of different extensions survives both ways', () => {
  const body = (type: number): fc.Arbitrary<string> => {
    if (type === 43) return fc.uint8Array({ minLength: 2, maxLength: 2 }).map(toHex)
    if (type === 10) return fc.uint8Array({ minLength: 2, maxLength: 2 }).map((bytes) => `0002${toHex(bytes)}`)
    if (type === 16) return fc.uint8Array({ minLength: 3, maxLength: 3 }).map((bytes) => `03${toHex(bytes)}`)
    return fc.uint8Array({ maxLength: 20 }).map(toHex)
  }
  const types = fc.uniqueArray(fc.oneof(fc.constantFrom(10, 16, 43), fc.nat(0xffff)), { maxLength: 8 })
  const blocks = types.chain((list) =>
    fc.tuple(...list.map((type) => fc.tuple(fc.constant(type), body(type)))).map((extensions) => block(...extensions)),
  )
  fc.assert(
    fc.property(blocks, (bytes) => {
      expect(encode(Extensions, decode(Extensions, bytes))).toEqual(bytes)
      for (let length = 0; length < bytes.length; length++) {
        expect(() => decode(Extensions, bytes.subarray(0, length))).toThrow(
          expect.objectContaining({ name: 'TlsError', alert: 'decode_error' }),
        )
      }
    }),
  )
})

test('without an order, extensions go out as the value has them', () => {
  const value: Block = {
    version: 0x0304,
    unknown: [{ type: 0x2a2a, data: new Uint8Array() }],
    supported_groups: undefined,
    alpn: Uint8Array.of(1),
  }
  expect(toHex(encode(Extensions, value))).toBe(toHex(block([43, '0304'], [0x2a2a, ''], [16, '0101'])))
})

test('an order says where, not whether: what it does not name goes last, what is absent stays absent', () => {
  const value: Block = { version: 0x0304, alpn: Uint8Array.of(1), order: [16, 10] }
  expect(toHex(encode(Extensions, value))).toBe(toHex(block([16, '0101'], [43, '0304'])))
})

describe('a repeated extension', () => {
  const twice = block([43, '0304'], [16, '00'], [43, '0304'])

  test('is illegal_parameter, or what the message calls it', () => {
    expect(() => decode(Extensions, twice, 'Certificate.extensions')).toThrow(
      expect.objectContaining({
        code: 'ERR_TLS_DUPLICATE_EXTENSION',
        alert: 'illegal_parameter',
        path: 'Certificate.extensions[2]',
        received: 43,
        message: 'Certificate.extensions[2]: duplicate extension (received 43)',
      }),
    )
    const Hello = extensionBlock(registry, table, { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION' })
    expect(() => decode(Hello, twice)).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', alert: 'decode_error' }),
    )
  })

  test('is refused also when nobody knows it', () => {
    expect(() => decode(Extensions, block([0x1234, ''], [0x1234, '00']))).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_DUPLICATE_EXTENSION', received: 0x1234 }),
    )
  })

  test('cannot be written', () => {
    const unknown = { type: 43, data: new Uint8Array() }
    for (const value of [{ version: 0x0304, unknown: [unknown] }, { unknown: [unknown, unknown] }]) {
      expect(() => encode(Extensions, value)).toThrow(
        expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE', alert: 'internal_error', received: 43 }),
      )
    }
    expect(encode(Extensions, { version: 0x0304, order: [43, 43] })).toEqual(block([43, '0304']))
  })
})

describe('where a block is wrong', () => {
  test.each([
    ['ServerHello.extensions', '0303' + '0010' + '00'],
    ['ServerHello.extensions[0]', '0303' + '0003' + '002b00'],
    ['ServerHello.extensions[0]', '0303' + '0005' + '002b000203'],
    ['ServerHello.extensions[2] (version)', '0303' + '000d' + '10000000' + '10010000' + '002b000103'],
    ['ServerHello.extensions[0] (supported_groups)[1]', '0303' + '0009' + '000a0005' + '0003001d00'],
  ])('%s is cut short', (path, hex) => {
    expect(() => decode(ServerHello, fromHex(hex))).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_DECODE_TRUNCATED', path }),
    )
  })

  test('bytes behind the value of an extension are refused at the extension', () => {
    const bytes = concat(fromHex('0303'), block([0x1000, ''], [43, '030400']))
    expect(() => decode(ServerHello, bytes)).toThrow(
      expect.objectContaining({
        code: 'ERR_TLS_DECODE_TRAILING',
        alert: 'decode_error',
        path: 'ServerHello.extensions[1] (version)',
        received: 1,
      }),
    )
  })

  test('bytes behind the block are refused at the message', () => {
    expect(() => decode(ServerHello, concat(fromHex('0303'), block([43, '0304']), Uint8Array.of(0)))).toThrow(
      expect.objectContaining({ code: 'ERR_TLS_DECODE_TRAILING', path: 'ServerHello' }),
    )
  })
})

test('a block below its minimum is a decode_error, and cannot be written', () => {
  const Request = extensionBlock(registry, table, { min: 2 })
  expect(() => decode(Request, fromHex('0000'), 'CertificateRequest.extensions')).toThrow(
    expect.objectContaining({
      code: 'ERR_TLS_DECODE_LENGTH',
      alert: 'decode_error',
      path: 'CertificateRequest.extensions',
      received: 0,
    }),
  )
  expect(() => encode(Request, {})).toThrow(expect.objectContaining({ code: 'ERR_TLS_ENCODE_RANGE' }))
})

test('an optional block may be absent, and an empty one is not written', () => {
  const Old = extensionBlock(registry, table, { optional: true })
  expect(decode(Old, new Uint8Array())).toEqual({ unknown: [], order: [] })
  expect(decode(Old, fromHex('0000'))).toEqual({ unknown: [], order: [] })
  expect(encode(Old, {})).toHaveLength(0)
  expect(encode(Old, { version: 0x0303 })).toEqual(block([43, '0303']))
  expect(() => decode(Old, fromHex('00'))).toThrow(expect.objectContaining({ code: 'ERR_TLS_DECODE_TRUNCATED' }))
  expect(() => decode(Extensions, new Uint8Array())).toThrow(
    expect.objectContaining({ code: 'ERR_TLS_DECODE_TRUNCATED' }),
  )
})

test('names that every object inherits are no extensions', () => {
  const value = Object.assign(Object.create({ version: 1 }) as object, { toString: 5 })
  expect(toHex(encode(Extensions, value as Block))).toBe('0000')
})
