import { CertificateList } from './certificate-list.ts'
import type { DistinguishedName } from '../distinguished-name.ts'

/** A CRL, its DER, or PEM (as text or bytes of a file) with any number of them. */
export type CrlInput = CertificateList | Uint8Array | string

/** CRLs by the names of their issuers, the newest first. */
export class CrlStore {
  readonly #byIssuer = new Map<string, CertificateList[]>()

  /** @throws TlsError `ERR_TLS_CRL_PARSE` (internal_error) when one of them cannot be read */
  constructor(inputs: readonly CrlInput[]) {
    for (const crl of inputs.flatMap((input) =>
      input instanceof CertificateList ? [input] : CertificateList.parseAll(input),
    )) {
      const key = keyOf(crl.issuer)
      const known = this.#byIssuer.get(key)
      if (known === undefined) this.#byIssuer.set(key, [crl])
      else known.push(crl)
    }
    for (const crls of this.#byIssuer.values()) crls.sort((a, b) => b.thisUpdate - a.thisUpdate)
  }

  of(issuer: DistinguishedName): readonly CertificateList[] {
    return this.#byIssuer.get(keyOf(issuer)) ?? []
  }
}

function keyOf(name: DistinguishedName): string {
  return name.comparable.join(',')
}
