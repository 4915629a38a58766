import type { CryptoProvider } from '@typetls/crypto-provider'
import { isPromiseLike } from '@typetls/crypto-provider'
import type { Credential, CredentialSelector } from '@typetls/handshake'
import { createCredential, selectCredential } from '@typetls/x509'
import type { KeyMaterial, KeyMaterialOptions } from './key-material.ts'
import { readKeyMaterial } from './key-material.ts'

export interface CredentialInput extends KeyMaterialOptions {
  readonly credentials?: Credential | readonly Credential[] | CredentialSelector | undefined
}

/**
 * Chooses among `credentials`, or those made of `cert` and `key`; `undefined` when there is neither. A provider that
 * imports keys later is waited for by the first handshakes.
 *
 * @throws TlsError `ERR_TLS_OPTIONS`, `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`
 */
export function credentialSelector(input: CredentialInput, crypto: CryptoProvider): CredentialSelector | undefined {
  const { credentials } = input
  if (typeof credentials === 'function') return credentials
  if (credentials !== undefined) return selectCredential([credentials].flat() as readonly Credential[])
  return credentialsOf(readKeyMaterial(input), crypto, selectCredential)
}

/** What `select` makes of the credentials for some material; `undefined` for none. */
export function credentialsOf(
  material: readonly KeyMaterial[],
  crypto: CryptoProvider,
  select: (ready: readonly Credential[]) => CredentialSelector,
): CredentialSelector | undefined {
  const made = material.map(({ certificates, pkcs8 }) =>
    createCredential({ certificates, privateKey: pkcs8, provider: crypto }),
  )
  if (made.length === 0) return undefined
  const ready = made.filter((one): one is Credential => !isPromiseLike(one))
  if (ready.length === made.length) return select(ready)
  const later = Promise.all(made.map(async (one) => one)).then((all) => select(all))
  // Told to the handshakes that wait for it, and otherwise to nobody.
  later.catch(() => {})
  return async (request) => (await later)(request)
}
