import { webcrypto } from 'node:crypto'
import type { Subtle, WebCryptoPlatform } from '../src/index.ts'

/** Node's implementation. That it needs no cast is a test of its own. */
export const nodePlatform: WebCryptoPlatform = webcrypto

/** The same with some methods of `subtle` replaced. */
export function changedPlatform(changes: (real: Subtle) => Partial<Subtle>): WebCryptoPlatform {
  const real = nodePlatform.subtle
  const changed = changes(real)
  const subtle = new Proxy(real, {
    get(_, name) {
      const method = (changed as Record<PropertyKey, unknown>)[name] ?? (real as never)[name]
      return typeof method === 'function' ? method.bind(real) : method
    },
  })
  return { subtle, getRandomValues: (into) => nodePlatform.getRandomValues(into) }
}

/** A platform that has never heard of some algorithms, by their names there: `X25519`, `P-521`, `ML-KEM-768`. */
export function platformWithout(...names: readonly string[]): WebCryptoPlatform {
  const refusing = <A extends readonly unknown[], R>(
    method: (...args: A) => R,
    position: number,
  ): ((...args: A) => R) =>
    function (this: unknown, ...args: A) {
      const { name, namedCurve } = args[position] as { readonly name: string; readonly namedCurve?: string }
      if (!names.includes(name) && !names.includes(namedCurve ?? '')) return Reflect.apply(method, this, args) as R
      return Promise.reject(new DOMException(`no ${namedCurve ?? name} here`, 'NotSupportedError')) as R
    }
  return changedPlatform((real) => ({
    generateKey: refusing(real.generateKey, 0),
    importKey: refusing(real.importKey, 2),
  }))
}
