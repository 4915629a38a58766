/** Keeps what was fetched. What it gives back is judged anew each time, so it need not be trusted. */
export interface RevocationCache {
  get(key: string): Uint8Array | undefined | PromiseLike<Uint8Array | undefined>
  /** @param expires milliseconds since 1970: when it is of no use any more */
  set(key: string, value: Uint8Array, expires: number): void | PromiseLike<void>
  delete(key: string): void | PromiseLike<void>
}

/**
 * A cache in memory: the least recently used is dropped first.
 *
 * @param maxBytes of all values together. Default 32 MiB; what is larger alone is not kept
 */
export function memoryCache(maxBytes: number = 32 * 1024 * 1024): RevocationCache {
  const entries = new Map<string, Uint8Array>()
  let bytes = 0
  const remove = (key: string): void => {
    bytes -= entries.get(key)?.length ?? 0
    entries.delete(key)
  }
  return {
    get(key) {
      const value = entries.get(key)
      if (value === undefined) return undefined
      entries.delete(key)
      entries.set(key, value)
      return value
    },
    set(key, value) {
      remove(key)
      if (value.length > maxBytes) return
      entries.set(key, value)
      bytes += value.length
      for (const oldest of entries.keys()) {
        if (bytes <= maxBytes) break
        remove(oldest)
      }
    },
    delete: remove,
  }
}
