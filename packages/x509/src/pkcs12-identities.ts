import { equalBytes, TlsError } from '@typetls/wire'
import { Certificate } from './certificate.ts'
import type { Pkcs12Certificate, Pkcs12Identity, Pkcs12Key } from './pkcs12.ts'

/**
 * Keys with their chains. A key's certificate is the one with its localKeyId; without one, in a file with a single key,
 * the only one that issued no other. A key whose certificate cannot be told is left out.
 */
export function identitiesOf(
  keys: readonly Pkcs12Key[],
  certificates: readonly Pkcs12Certificate[],
): readonly Pkcs12Identity[] {
  if (keys.length === 0) return []
  const parsed = certificates.flatMap((entry) => {
    const certificate = readable(entry.der)
    return certificate === undefined ? [] : [{ entry, certificate }]
  })
  return keys.flatMap((key) => {
    const leaf = leafOf(key, keys.length, parsed)
    return leaf === undefined ? [] : [{ key, certificates: chainOf(leaf, parsed) }]
  })
}

interface Parsed {
  readonly entry: Pkcs12Certificate
  readonly certificate: Certificate
}

function leafOf({ localKeyId }: Pkcs12Key, keyCount: number, parsed: readonly Parsed[]): Parsed | undefined {
  const named = parsed.find(
    ({ entry }) =>
      localKeyId !== undefined && entry.localKeyId !== undefined && equalBytes(entry.localKeyId, localKeyId),
  )
  if (named !== undefined || keyCount > 1) return named
  const leaves = parsed.filter(
    ({ certificate }) =>
      !parsed.some(
        (other) => other.certificate !== certificate && other.certificate.issuer.equals(certificate.subject),
      ),
  )
  return leaves.length === 1 ? leaves[0] : undefined
}

function chainOf(leaf: Parsed, parsed: readonly Parsed[]): Pkcs12Certificate[] {
  const chain = [leaf]
  for (;;) {
    const { certificate } = chain.at(-1) as Parsed
    if (certificate.isSelfIssued) break
    const next = parsed.find((one) => !chain.includes(one) && one.certificate.subject.equals(certificate.issuer))
    if (next === undefined) break
    chain.push(next)
  }
  return chain.map(({ entry }) => entry)
}

/** A certificate that is not one is not the file's fault alone: it stays in the list, and in no chain. */
function readable(der: Uint8Array): Certificate | undefined {
  try {
    const certificate = Certificate.parse(der)
    // Names are read when they are first compared: now is when a malformed one must show.
    return certificate.subject.comparable && certificate.issuer.comparable && certificate
  } catch (error) {
    if (error instanceof TlsError) return undefined
    throw error
  }
}
