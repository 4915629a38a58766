import { Reader } from './reader.ts'
import { requireRange, Writer } from './writer.ts'

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

export const uint8: Codec<number> = /* @__PURE__ */ uint(1)
export const uint16: Codec<number> = /* @__PURE__ */ uint(2)
export const uint24: Codec<number> = /* @__PURE__ */ uint(3)
export const uint32: Codec<number> = /* @__PURE__ */ uint(4)

function uint(width: number): Codec<number> {
  return {
    encode: (value, writer) => writer.uint(width, value),
    decode: (reader) => reader.uint(width),
  }
}

/** `opaque name[length]` */
export function opaque(length: number): Codec<Uint8Array> {
  return {
    encode(value, writer) {
      requireRange(value.length, length, length)
      writer.raw(value)
    },
    decode: (reader) => reader.take(length),
  }
}

/** `opaque name<min..max>` */
export function opaqueVector(min: number, max: number): Codec<Uint8Array> {
  return framed(min, max, rest)
}

/** `T name<min..max>`: bounds in bytes, as in the RFC. */
export function vector<T>(item: Codec<T>, min: number, max: number): Codec<readonly T[]> {
  return framed(min, max, {
    encode(values, writer) {
      for (const value of values) item.encode(value, writer)
    },
    decode(reader) {
      const values: T[] = []
      while (reader.remaining > 0) {
        reader.enter(values.length)
        values.push(item.decode(reader))
        reader.leave()
      }
      return values
    },
  })
}

/** A value behind its own length prefix that must fill it exactly: `T name<min..max>` holding one T. */
export function framed<T>(min: number, max: number, item: Codec<T>): Codec<T> {
  return {
    encode: (value, writer) => writer.vector(widthOf(max), min, max, (inner) => item.encode(value, inner)),
    decode(reader) {
      const inner = frame(reader, min, max)
      const value = item.decode(inner)
      inner.finish()
      return value
    },
  }
}

/** A reader over what is behind a length prefix. */
export function frame(reader: Reader, min: number, max: number): Reader {
  const length = reader.uint(widthOf(max))
  if (length < min || length > max) reader.fail('ERR_TLS_DECODE_LENGTH', length, { min, max })
  return reader.sub(length)
}

function widthOf(max: number): number {
  return max <= 0xff ? 1 : max <= 0xffff ? 2 : 3
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
      if (type === undefined) return reader.fail('ERR_TLS_DECODE_VALUE', id)
      return { type, body: (cases[type] as Cases[string]).body.decode(reader) } as TaggedUnion<Cases>
    },
  }
}

export type TaggedUnion<Cases extends Record<string, { readonly body: Codec<unknown> }>> = {
  [K in keyof Cases]: { readonly type: K; readonly body: CodecType<Cases[K]['body']> }
}[keyof Cases]
