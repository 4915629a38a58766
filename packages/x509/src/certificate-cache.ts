import { equalBytes, fromAscii } from '@typetls/wire'
import type { PathCertificate } from './path-certificate.ts'

/**
 * Parsed certificates by their bytes, the least recently used dropped first. A certificate is a pure function of its
 * bytes, so a hit is as good as parsing; what a policy says of it is asked each time anew.
 */
export class CertificateCache<T extends PathCertificate> {
  readonly #entries = new Map<string, T>()
  readonly #parse: (der: Uint8Array) => T

  constructor(parse: (der: Uint8Array) => T) {
    this.#parse = parse
  }

  /** @throws TlsError `ERR_TLS_CERTIFICATE_PARSE` (decode_error) */
  parse(der: Uint8Array): T {
    // The end of a certificate is its signature: two with the same end are the same, or somebody's trick, and the
    // trick only costs the other its place.
    const key = `${der.length} ${fromAscii(der.subarray(-24))}`
    const known = this.#entries.get(key)
    if (known !== undefined && equalBytes(known.der, der)) {
      this.#entries.delete(key)
      this.#entries.set(key, known)
      return known
    }
    const certificate = this.#parse(der)
    if (der.length > maxEntryLength) return certificate
    this.#entries.set(key, certificate)
    if (this.#entries.size > maxEntries) this.#entries.delete(this.#entries.keys().next().value as string)
    return certificate
  }
}

/** With `maxEntryLength` at most 512 KiB of DER for each verifier. */
const maxEntries = 64

/** Bytes. */
const maxEntryLength = 8 * 1024
