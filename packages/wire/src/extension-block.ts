import type { Codec } from './codec.ts'
import { frame } from './codec.ts'
import type { TlsErrorCode } from './tls-error.ts'
import { TlsError } from './tls-error.ts'
import type { Writer } from './writer.ts'

/** The extensions one message may carry: registry name → body. */
export type ExtensionTable<Values> = { readonly [Name in keyof Values]-?: Codec<Values[Name]> }

/** Numbers and names of extensions, such as an `OpenEnum`. */
export interface ExtensionRegistry<Name extends PropertyKey> {
  readonly ids: { readonly [N in Name]: number }
  nameOf(id: number): string | undefined
}

/** An extension we have no codec for in this message, as it stood on the wire. */
export interface UnknownExtension {
  readonly type: number
  readonly data: Uint8Array
}

/**
 * A decoded block: known extensions under their registry names, the others kept whole.
 * `order` lists the types as they stood on the wire. When encoding, what it lists comes first; the others follow in the
 * order of the block's own keys.
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
  registry: ExtensionRegistry<NoInfer<keyof Values>>,
  bodies: ExtensionTable<Values>,
  rules: ExtensionBlockRules = {},
): Codec<ExtensionBlock<Values>> {
  const { min = 0, duplicate = 'ERR_TLS_DUPLICATE_EXTENSION', optional = false } = rules
  return {
    encode(block, writer) {
      const present = presentIn(block, registry.ids, bodies)
      if (optional && present.size === 0) return
      writer.vector(2, min, 0xffff, () => {
        for (const type of new Set([...(block.order ?? []), ...present.keys()])) {
          const encodeBody = present.get(type)
          if (encodeBody === undefined) continue
          writer.uint16(type)
          writer.vector(2, 0, 0xffff, encodeBody)
        }
      })
    },
    decode(reader) {
      const block: Record<string, unknown> = {}
      const unknown: UnknownExtension[] = []
      const order = new Set<number>()
      const inner = optional && reader.remaining === 0 ? reader : frame(reader, min, 0xffff)
      while (inner.remaining > 0) {
        inner.enter(order.size)
        const type = inner.uint16()
        const data = inner.sub(inner.uint16())
        if (order.has(type)) inner.fail(duplicate, type)
        order.add(type)
        const name = registry.nameOf(type) as string
        const body = (bodies as AnyTable)[name]
        if (body === undefined) {
          unknown.push({ type, data: data.take(data.remaining) })
        } else {
          data.enter(` (${name})`)
          block[name] = body.decode(data)
          data.finish()
          data.leave()
        }
        inner.leave()
      }
      // Not a new object: this is a large part of what reading a hello costs.
      return Object.assign(block, { unknown, order: [...order] }) as unknown as ExtensionBlock<Values>
    },
  }
}

type AnyTable = Readonly<Record<string, Codec<unknown> | undefined>>

/** What there is to encode, by number. */
function presentIn(
  block: object,
  ids: Readonly<Record<string, number>>,
  bodies: AnyTable,
): Map<number, (writer: Writer) => void> {
  const present = new Map<number, (writer: Writer) => void>()
  const add = (type: number, encodeBody: (writer: Writer) => void): void => {
    if (present.has(type)) {
      throw new TlsError('ERR_TLS_ENCODE_RANGE', 'an extension is to be written twice', { received: type })
    }
    present.set(type, encodeBody)
  }
  for (const [name, value] of Object.entries(block) as [string, unknown][]) {
    const body = Object.hasOwn(bodies, name) ? bodies[name] : undefined
    if (name === 'unknown') {
      for (const { type, data } of (value ?? []) as readonly UnknownExtension[]) add(type, (writer) => writer.raw(data))
    } else if (value !== undefined && body !== undefined) {
      add(ids[name] as number, (writer) => body.encode(value, writer))
    }
  }
  return present
}
