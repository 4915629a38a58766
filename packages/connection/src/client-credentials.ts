import type { Credential, CredentialSelector } from '@typetls/handshake'
import { answerCertificateRequest } from '@typetls/handshake'
import type { ClientCredentials } from './credential-selector.ts'
import { selectorOf } from './credential-selector.ts'

/** For the option `credentials` of `sessionlessClientConnection`, which is without that code otherwise. */
export function clientCredentials(
  credentials: Credential | readonly Credential[] | CredentialSelector,
): ClientCredentials {
  return { select: selectorOf(credentials) as CredentialSelector, answer: answerCertificateRequest }
}
