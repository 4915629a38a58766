import type { ClientCredentials, Credential } from '@typetls/connection'
import { clientCredentials } from '@typetls/connection'
import type { CryptoProvider } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { createCredential } from '@typetls/x509'
import { systemCrypto } from './system.ts'

export interface OwnCertificate {
  /** Leaf first: PEM or DER. */
  readonly cert: string | Uint8Array | readonly (string | Uint8Array)[]
  /** The private key of `cert`: PEM, or DER of PKCS#8. */
  readonly key: string | Uint8Array
  /** What signs. Default: `systemCrypto`. */
  readonly crypto?: CryptoProvider | PromiseLike<CryptoProvider>
}

/**
 * A certificate with its key, for the option `credentials` of a client. It is a call, so that a client without one need
 * not carry the reading of keys and the showing of certificates.
 *
 * @throws TlsError as a rejection: `ERR_TLS_OPTIONS`, `ERR_TLS_KEY_PARSE`, `ERR_TLS_CERTIFICATE_PARSE`,
 *   `ERR_TLS_UNSUPPORTED`
 */
export async function ownCertificate(own: OwnCertificate): Promise<ClientCredentials> {
  return clientCredentials(await ownCredential(own))
}

/** The same for a server. */
export async function ownCredential({ cert, key, crypto }: OwnCertificate): Promise<Credential> {
  // Not everybody has types.
  if ((cert as unknown) === undefined || (key as unknown) === undefined) {
    throw new TlsError('ERR_TLS_OPTIONS', '`cert` and `key` come together')
  }
  const provider = await (crypto ?? systemCrypto())
  return createCredential({ certificates: cert, privateKey: key, provider })
}
