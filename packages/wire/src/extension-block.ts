import type { Codec } from './codec.ts'
import type { TlsErrorCode } from './tls-error.ts'
import { TlsError } from './tls-error.ts'
import type { Writer } from './writer.ts'

/** The extensions one message may carry: registry name → number and body. */
export type ExtensionTable<Values> = {
  readonly [Name in keyof Values]-?: { readonly id: number; readonly body: Codec<Values[Name]> }
}

/** An extension we have no codec for in this message, as it stood on the wire. */
export interface UnknownExtension {
  readonly type: number
  readonly data: Uint8Array
}

/**
 * A decoded block: known extensions under their registry names, the others kept whole.
 * `order` lists the types as they stood on the wire; when encoding, it decides the order and nothing else.
 */
export type ExtensionBlock<Values> = { readonly [Name in keyof Values]?: Values[Name] | undefined } & {
  readonly unknown?: readonly UnknownExtension[]
  readonly order?: readonly number[]
}

export interface ExtensionBlockRules {
  /** Smallest legal size of the block, bytes. */
  readonly min?: number
  /** What a repeated extension is called; the default answers `illegal_parameter`. */
  readonly duplicate?: TlsErrorCode
  /** A block that may be missing altogether at the end of a message (TLS ≤ 1.2 hellos). */
  readonly optional?: boolean
}

/**
 * `Extension extensions<min..2^16-1>` https://www.rfc-editor.org/rfc/rfc9846#section-4.3
 *
 * Encoding refuses to write an extension twice (`ERR_TLS_ENCODE_RANGE`, internal_error).
 */
export function extensionBlock<Values>(
  bodies: ExtensionTable<Values>,
  rules: ExtensionBlockRules = {},
): Codec<ExtensionBlock<Values>> {
  const table = bodies as AnyTable
  const { min = 0, duplicate = 'ERR_TLS_DUPLICATE_EXTENSION', optional = false } = rules
  const byId = new Map<number, KnownExtension>()
  for (const name of Object.keys(table)) {
    const { id, body } = table[name] as AnyTable[string]
    byId.set(id, { name, step: ` (${name})`, body })
  }
  return {
    encode(block, writer) {
      const types = encodedTypes(block, table)
      if (optional && types.length === 0) return
      writer.vector(2, min, 0xffff, (inner) => {
        for (const type of types) encodeOne(type, block, byId.get(type), inner)
      })
    },
    decode(reader) {
      const block: Record<string, unknown> = {}
      const unknown: UnknownExtension[] = []
      const order: number[] = []
      const seen = new Set<number>()
      if (optional && reader.remaining === 0) return { unknown, order } as unknown as ExtensionBlock<Values>
      const length = reader.uint16()
      if (length < min) {
        throw new TlsError('ERR_TLS_DECODE_LENGTH', `${reader.path} has ${length} bytes, must have at least ${min}`, {
          path: reader.path,
          expected: { min, max: 0xffff },
          received: length,
        })
      }
      const inner = reader.sub(length)
      while (inner.remaining > 0) {
        inner.enter(order.length)
        const type = inner.uint16()
        const data = inner.sub(inner.uint16())
        const known = byId.get(type)
        if (seen.has(type)) {
          throw new TlsError(duplicate, `${inner.path} repeats extension ${known?.name ?? type}`, {
            path: inner.path,
            received: type,
          })
        }
        seen.add(type)
        order.push(type)
        if (known === undefined) {
          unknown.push({ type, data: data.take(data.remaining) })
        } else {
          data.enter(known.step)
          block[known.name] = known.body.decode(data)
          data.finish()
          data.leave()
        }
        inner.leave()
      }
      block['unknown'] = unknown
      block['order'] = order
      return block as unknown as ExtensionBlock<Values>
    },
  }
}

type AnyTable = Readonly<Record<string, { readonly id: number; readonly body: Codec<unknown> }>>

interface KnownExtension {
  readonly name: string
  /** In the path of an error. */
  readonly step: string
  readonly body: Codec<unknown>
}

function encodedTypes(block: Record<string, unknown>, table: AnyTable): readonly number[] {
  const present: number[] = []
  for (const name of Object.keys(block)) {
    if (Object.hasOwn(table, name) && block[name] !== undefined) present.push((table[name] as { id: number }).id)
  }
  for (const { type } of (block['unknown'] ?? []) as readonly UnknownExtension[]) present.push(type)
  const twice = present.find((type, i) => present.indexOf(type) < i)
  if (twice !== undefined) {
    throw new TlsError('ERR_TLS_ENCODE_RANGE', `extension ${twice} is to be written twice`, { received: twice })
  }
  const order = block['order'] as readonly number[] | undefined
  if (order === undefined) return present
  const types: number[] = []
  for (const type of order) if (present.includes(type) && !types.includes(type)) types.push(type)
  for (const type of present) if (!types.includes(type)) types.push(type)
  return types
}

function encodeOne(
  type: number,
  block: Record<string, unknown>,
  known: KnownExtension | undefined,
  writer: Writer,
): void {
  writer.uint16(type)
  writer.vector(2, 0, 0xffff, (inner) => {
    if (known !== undefined && block[known.name] !== undefined) {
      known.body.encode(block[known.name], inner)
      return
    }
    const unknown = (block['unknown'] as readonly UnknownExtension[]).find((one) => one.type === type)
    inner.raw((unknown as UnknownExtension).data)
  })
}
