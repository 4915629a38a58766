import { X509Certificate } from 'node:crypto'
import type { EventEmitter } from 'node:events'
import type { ServerOptions } from '@typetls/connection'

/** Who hears `'OCSPRequest'` (certificate, issuer, callback), both DER, and answers with the OCSPResponse or `null`. */
export type OcspServer = Pick<EventEmitter, 'emit' | 'listenerCount'>

/**
 * Options that ask the listeners of a server for an OCSP response, when a client wants one.
 *
 * @param above the authorities above the last certificate of a chain, for one that comes without its issuer
 */
export function withStaples(
  options: ServerOptions,
  server: OcspServer,
  above: (chain: readonly Uint8Array[]) => readonly Uint8Array[],
): ServerOptions {
  const { credentials } = options
  if (typeof credentials !== 'function') return options
  return {
    ...options,
    async credentials(request) {
      const credential = await credentials(request)
      const leaf = credential?.certificates[0]
      if (credential === undefined || leaf === undefined) return credential
      if (request.clientHello?.extensions.status_request === undefined) return credential
      const response = await askFor(
        server,
        Buffer.from(leaf),
        issuerOf(leaf, [...credential.certificates.slice(1), ...above([leaf])]),
      )
      return response == null ? credential : { ...credential, ocspResponse: response }
    },
  }
}

function askFor(server: OcspServer, leaf: Buffer, issuer: Buffer | null): Promise<Uint8Array | null | undefined> {
  return new Promise((resolve, reject) => {
    const answered = (error?: Error | null, response?: Uint8Array | null): void => {
      if (error == null) resolve(response)
      else reject(error)
    }
    if (!server.emit('OCSPRequest', leaf, issuer, answered)) resolve(null)
  })
}

function issuerOf(leaf: Uint8Array, candidates: readonly Uint8Array[]): Buffer | null {
  const own = new X509Certificate(leaf)
  const issuer = candidates.find((der) => own.checkIssued(new X509Certificate(der)))
  return issuer === undefined ? null : Buffer.from(issuer)
}
