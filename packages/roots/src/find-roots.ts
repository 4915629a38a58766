import { equalBytes } from '@typetls/wire'
import { Certificate } from '@typetls/x509'
import type { DistinguishedName } from '@typetls/x509'
import { chunkOf } from './chunk-of.ts'
import { chunks } from './data/chunks.ts'

/**
 * The roots with this subject, usually one or none, after loading the sixteenth of the data where they would be. Names are
 * compared byte for byte, as authorities copy them; `allRoots` and a verifier over them compare as RFC 5280 does.
 *
 * @param issuer the issuer's name in a certificate that one wants to verify, or its DER
 *
 * @example
 * ```ts
 * import { Certificate } from '@typetls/x509'
 * import { allRoots, findRoots } from '@typetls/roots'
 *
 * const [some] = await allRoots()
 * const found = await findRoots((some as Certificate).issuer)
 * found[0]?.equals(some as Certificate) // true
 * ```
 */
export async function findRoots(issuer: DistinguishedName | Uint8Array): Promise<readonly Certificate[]> {
  const der = issuer instanceof Uint8Array ? issuer : issuer.der
  return (await loaded(chunkOf(der))).filter(({ subject }) => equalBytes(subject.der, der))
}

/** All roots, after loading all data: `trustAnchors` for `createVerifier`. */
export async function allRoots(): Promise<readonly Certificate[]> {
  return (await Promise.all(chunks.map((_, i) => loaded(i)))).flat()
}

function loaded(index: number): Promise<readonly Certificate[]> {
  const known = parsed.get(index)
  if (known !== undefined) return known
  const load = chunks[index] as (typeof chunks)[number]
  const answer = load().then(({ certificates }) => certificates.map(certificateOf))
  parsed.set(index, answer)
  // A network that failed once may be back the next time.
  answer.catch(() => parsed.delete(index))
  return answer
}

function certificateOf(base64: string): Certificate {
  return Certificate.parse(`-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----`)
}

/** By chunk. */
const parsed = /* @__PURE__ */ new Map<number, Promise<readonly Certificate[]>>()
