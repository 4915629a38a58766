import { Reader } from './reader.ts'
import { TlsError } from './tls-error.ts'
import { Writer } from './writer.ts'

/** A thing of the TLS presentation language: described once, it encodes, decodes and says where a byte was wrong. */
export interface Codec<T> {
  /** The struct's name in the RFC, where it has one: the root of error paths. */
  readonly name?: string
  encode(value: T, writer: Writer): void
  decode(reader: Reader): T
}

/** The TypeScript type a codec carries. */
export type CodecType<C> = C extends Codec<infer T> ? T : never

export function encode<T>(codec: Codec<T>, value: T): Uint8Array {
  return Writer.written((writer) => codec.encode(value, writer))
}

/**
 * Decodes all of `bytes`, from `offset` on.
 *
 * @throws TlsError `ERR_TLS_DECODE_TRAILING` (decode_error) when bytes are left over, and whatever the codec throws
 */
export function decode<T>(codec: Codec<T>, bytes: Uint8Array, path: string = codec.name ?? 'value', offset = 0): T {
  const reader = new Reader(bytes, path, offset)
  const value = codec.decode(reader)
  reader.finish()
  return value
}

export const uint8: Codec<number> = {
  encode: (value, writer) => writer.uint8(value),
  decode: (reader) => reader.uint8(),
}

export const uint16: Codec<number> = {
  encode: (value, writer) => writer.uint16(value),
  decode: (reader) => reader.uint16(),
}

export const uint24: Codec<number> = {
  encode: (value, writer) => writer.uint24(value),
  decode: (reader) => reader.uint24(),
}

export const uint32: Codec<number> = {
  encode: (value, writer) => writer.uint32(value),
  decode: (reader) => reader.uint32(),
}

/** `opaque name[length]` */
export function opaque(length: number): Codec<Uint8Array> {
  return {
    encode(value, writer) {
      checkLength(value.length, length, length)
      writer.raw(value)
    },
    decode: (reader) => reader.take(length),
  }
}

/** `opaque name<min..max>` */
export function opaqueVector(min: number, max: number): Codec<Uint8Array> {
  const prefix = lengthPrefix(min, max)
  return {
    encode: (value, writer) => writer.vector(prefix.width, min, max, (inner) => inner.raw(value)),
    decode: (reader) => reader.take(prefix.read(reader)),
  }
}

/** `T name<min..max>`: bounds in bytes, as in the RFC. */
export function vector<T>(item: Codec<T>, min: number, max: number): Codec<readonly T[]> {
  const prefix = lengthPrefix(min, max)
  return {
    encode(values, writer) {
      writer.vector(prefix.width, min, max, (inner) => {
        for (const value of values) item.encode(value, inner)
      })
    },
    decode(reader) {
      const inner = reader.sub(prefix.read(reader))
      const values: T[] = []
      while (inner.remaining > 0) {
        inner.enter(values.length)
        values.push(item.decode(inner))
        inner.leave()
      }
      return values
    },
  }
}

/** A value behind its own length prefix that must fill it exactly: `T name<min..max>` holding one T. */
export function framed<T>(min: number, max: number, item: Codec<T>): Codec<T> {
  const prefix = lengthPrefix(min, max)
  return {
    encode: (value, writer) => writer.vector(prefix.width, min, max, (inner) => item.encode(value, inner)),
    decode(reader) {
      const inner = reader.sub(prefix.read(reader))
      const value = item.decode(inner)
      inner.finish()
      return value
    },
  }
}

/** The bytes up to the end of the enclosing vector or message. */
export const rest: Codec<Uint8Array> = {
  encode: (value, writer) => writer.raw(value),
  decode: (reader) => reader.take(reader.remaining),
}

/** `struct {}` */
export type Empty = Record<never, never>

export const empty: Codec<Empty> = {
  encode() {},
  decode: () => ({}),
}

/** The RFC's `struct { … } Name;` Field order is wire order. */
export function struct<T extends object>(name: string, fields: { readonly [K in keyof T]-?: Codec<T[K]> }): Codec<T> {
  const entries = Object.entries(fields) as [keyof T & string, Codec<T[keyof T & string]>][]
  return {
    name,
    encode(value, writer) {
      for (const [key, codec] of entries) codec.encode(value[key], writer)
    },
    decode(reader) {
      const value = {} as T
      for (const [key, codec] of entries) {
        reader.enter(key)
        value[key] = codec.decode(reader)
        reader.leave()
      }
      return value
    },
  }
}

/**
 * The RFC's `select (type) { case a: A; case b: B; }` behind its tag: `{ type: 'a', body: A }`.
 * A tag without a case is refused.
 *
 * @throws TlsError `ERR_TLS_DECODE_VALUE` (decode_error) for an unknown tag
 */
export function taggedUnion<Cases extends Record<string, { readonly tag: number; readonly body: Codec<unknown> }>>(
  tag: Codec<number>,
  cases: Cases,
): Codec<TaggedUnion<Cases>> {
  const byTag = new Map<number, string>()
  for (const type of Object.keys(cases)) byTag.set((cases[type] as Cases[string]).tag, type)
  return {
    encode(value, writer) {
      const chosen = cases[value.type as string] as Cases[string]
      tag.encode(chosen.tag, writer)
      chosen.body.encode(value.body, writer)
    },
    decode(reader) {
      const id = tag.decode(reader)
      const type = byTag.get(id)
      if (type === undefined) {
        throw new TlsError('ERR_TLS_DECODE_VALUE', `${reader.path} has the unknown tag ${id}`, {
          path: reader.path,
          received: id,
        })
      }
      return { type, body: (cases[type] as Cases[string]).body.decode(reader) } as TaggedUnion<Cases>
    },
  }
}

export type TaggedUnion<Cases extends Record<string, { readonly body: Codec<unknown> }>> = {
  [K in keyof Cases]: { readonly type: K; readonly body: CodecType<Cases[K]['body']> }
}[keyof Cases]

function lengthPrefix(min: number, max: number): { width: 1 | 2 | 3; read(reader: Reader): number } {
  const width = max <= 0xff ? 1 : max <= 0xffff ? 2 : 3
  return {
    width,
    read(reader) {
      const length = width === 1 ? reader.uint8() : width === 2 ? reader.uint16() : reader.uint24()
      if (length < min || length > max) {
        throw new TlsError('ERR_TLS_DECODE_LENGTH', `${reader.path} has ${length} bytes, must have ${min} to ${max}`, {
          path: reader.path,
          expected: { min, max },
          received: length,
        })
      }
      return length
    },
  }
}

function checkLength(length: number, min: number, max: number): void {
  if (length < min || length > max) {
    throw new TlsError('ERR_TLS_ENCODE_RANGE', `${length} bytes, must be ${min} to ${max}`, {
      expected: { min, max },
      received: length,
    })
  }
}
