import { TlsError } from '@typetls/wire'
import type { Handshake } from './handshake.ts'
import type { ClientParameters } from './parameters.ts'

/**
 * Takes the application protocol that a server selected, if it did.
 * https://www.rfc-editor.org/rfc/rfc7301#section-3.1
 *
 * @throws TlsError `ERR_TLS_ALPN` (illegal_parameter) when it was not offered
 */
export function takeSelectedProtocol(hs: Handshake, parameters: ClientParameters, protocol: string | undefined): void {
  if (protocol === undefined) return
  if (!parameters.applicationProtocols.includes(protocol) && !parameters.allowUnofferedApplicationProtocol) {
    throw new TlsError('ERR_TLS_ALPN', 'the server chose an application protocol we did not offer', {
      expected: parameters.applicationProtocols,
      received: protocol,
    })
  }
  hs.decided('alpn', protocol)
}
