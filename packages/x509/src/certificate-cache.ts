import { equalBytes, fromAscii } from '@typetls/wire'
import type { PathCertificate } from './path-certificate.ts'

/**
 * Reads certificates as `parse`, and keeps them by their bytes, the least recently used dropped first. A certificate is a
 * pure function of its bytes, so a hit is as good as parsing; what a policy says of it is asked each time anew.
 */
export function cachedParse<T extends PathCertificate>(parse: (der: Uint8Array) => T): (der: Uint8Array) => T {
  const entries = new Map<string, T>()
  return (der) => {
    // The end of a certificate is its signature: two with the same end are the same, or somebody's trick, and the
    // trick only costs the other its place.
    const key = `${der.length} ${fromAscii(der.subarray(-24))}`
    const known = entries.get(key)
    const certificate = known !== undefined && equalBytes(known.der, der) ? known : parse(der)
    if (der.length <= maxEntryLength) {
      entries.delete(key)
      entries.set(key, certificate)
      if (entries.size > maxEntries) entries.delete(entries.keys().next().value as string)
    }
    return certificate
  }
}

/** With `maxEntryLength` at most 512 KiB of DER for each verifier. */
const maxEntries = 64

/** Bytes. */
const maxEntryLength = 8 * 1024
