import type { ChosenCredential } from './authenticate.ts'
import { chooseCredential, knownSchemes, sendCertificate } from './authenticate.ts'
import { declineCertificateRequest } from './client.ts'
import type { Handshake } from './handshake.ts'
import type { CertificateRequest } from './messages/authentication.ts'
import type { Program } from './program.ts'

/** Certificate and CertificateVerify, or the empty Certificate that says we have none. */
export function* answerCertificateRequest(
  hs: Handshake,
  request: CertificateRequest,
): Program<ChosenCredential | undefined> {
  const { extensions, certificateRequestContext } = request
  const chosen = yield* chooseCredential(hs.parameters.credentials, {
    role: 'client',
    serverName: undefined,
    applicationProtocol: undefined,
    signatureSchemes: knownSchemes(extensions.signature_algorithms, hs.parameters.signingSchemes).filter(
      (row) => row.handshake,
    ),
    certificateAuthorities: extensions.certificate_authorities ?? [],
    clientHello: undefined,
  })
  if (chosen === undefined) {
    return yield* declineCertificateRequest(hs, request)
  }
  hs.decided('client_signature_scheme', chosen.scheme.name)
  yield* sendCertificate(hs, chosen, certificateRequestContext, {
    ocsp: extensions.status_request !== undefined,
    timestamps: extensions.signed_certificate_timestamp !== undefined,
  })
  return chosen
}
