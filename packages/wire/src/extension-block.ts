import type { Codec } from './codec.ts'
import { frame, rest } from './codec.ts'
import type { TlsErrorCode } from './tls-error.ts'
import { TlsError } from './tls-error.ts'

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
  const byName = new Map<string, Extension>()
  const byType = new Map<number, Extension>()
  for (const [name, body] of Object.entries<Codec<unknown>>(bodies)) {
    const extension = { type: registry.ids[name as keyof Values], name, step: ` (${name})`, body }
    byName.set(name, extension)
    byType.set(extension.type, extension)
  }
  return {
    encode(block, writer) {
      const present = presentIn(block, byName)
      if (optional && present.length === 0) return
      writer.vector(2, min, 0xffff, () => {
        for (const { type, body, value } of present) {
          writer.uint16(type)
          writer.vector(2, 0, 0xffff, () => body.encode(value, writer))
        }
      })
    },
    decode(reader) {
      const block: Record<string, unknown> = {}
      const unknown: UnknownExtension[] = []
      const order: number[] = []
      const seen = new Set<number>()
      const inner = optional && reader.remaining === 0 ? reader : frame(reader, min, 0xffff)
      while (inner.remaining > 0) {
        inner.enter(order.length)
        const type = inner.uint16()
        const data = inner.sub(inner.uint16())
        if (seen.has(type)) inner.fail(duplicate, type)
        seen.add(type)
        order.push(type)
        const extension = byType.get(type)
        if (extension === undefined) {
          unknown.push({ type, data: data.take(data.remaining) })
        } else {
          data.enter(extension.step)
          block[extension.name] = extension.body.decode(data)
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

interface Extension {
  readonly type: number
  readonly name: string
  /** In the path of an error. */
  readonly step: string
  readonly body: Codec<unknown>
}

interface PresentExtension {
  readonly type: number
  readonly body: Codec<unknown>
  readonly value: unknown
}

/** What there is to encode, as it will stand on the wire. */
function presentIn(
  block: ExtensionBlock<unknown>,
  byName: ReadonlyMap<string, Extension>,
): readonly PresentExtension[] {
  const present: PresentExtension[] = []
  const types: number[] = []
  const add = (type: number, body: Codec<unknown>, value: unknown): void => {
    if (types.includes(type)) {
      throw new TlsError('ERR_TLS_ENCODE_RANGE', 'an extension is to be written twice', { received: type })
    }
    types.push(type)
    present.push({ type, body, value })
  }
  for (const name of Object.keys(block)) {
    const value = (block as Readonly<Record<string, unknown>>)[name]
    const extension = byName.get(name)
    if (name === 'unknown') {
      for (const { type, data } of block.unknown ?? []) add(type, rest, data)
    } else if (extension !== undefined && value !== undefined) {
      add(extension.type, extension.body, value)
    }
  }
  const { order = [] } = block
  if (order.length === 0) return present
  const rank = ({ type }: PresentExtension): number => (order.includes(type) ? order.indexOf(type) : order.length)
  return present.sort((one, other) => rank(one) - rank(other))
}
