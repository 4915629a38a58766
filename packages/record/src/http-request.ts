import { TlsError } from '@typetls/wire'

/** What a client asks for that speaks HTTP to a TLS server; for the option `notTls` of a server's reader. */
export function httpRequest(firstBytes: string): TlsError | undefined {
  if (httpMethods.includes(firstBytes.slice(0, 4))) {
    return new TlsError('ERR_TLS_HTTP_REQUEST', 'the client speaks plain HTTP, not TLS')
  }
  if (firstBytes === 'CONNE') {
    return new TlsError('ERR_TLS_HTTPS_PROXY_REQUEST', 'the client asks for an HTTP proxy (CONNECT), not TLS')
  }
  return undefined
}

/** The first four characters of the requests an HTTP client starts with. */
const httpMethods: readonly string[] = ['GET ', 'POST', 'HEAD', 'PUT ', 'DELE', 'OPTI', 'PATC']
