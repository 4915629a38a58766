import http2 from 'node:http2'
import { TlsError } from '@typetls/wire'
import { connect } from '../node-tls/connect.ts'
import { isNode } from '../system.ts'
import type { PlugOptions } from './plug-options.ts'
import { connectOptions } from './plug-options.ts'
import { reportSecure } from './report-secure.ts'

/** Options of `http2.connect` and of TLS. */
export interface Http2ConnectOptions extends PlugOptions, http2.ClientSessionOptions {}

/**
 * `http2.connect` on our sockets. The session says that it is encrypted, `h2`, and its `socket` who the peer is.
 *
 * @throws TlsError `ERR_TLS_OPTIONS` for an authority that is not `https:`; as `connect`
 */
export function http2Connect(
  authority: string | URL,
  options: Http2ConnectOptions = {},
  listener?: (session: http2.ClientHttp2Session) => void,
): http2.ClientHttp2Session {
  const { hostname, port, protocol } = new URL(authority)
  if (protocol !== 'https:') throw new TlsError('ERR_TLS_OPTIONS', `${protocol} is not https:`, { received: protocol })
  const host = hostname.replace(/^\[|\]$/g, '')
  const socket = connect(connectOptions({ ALPNProtocols: ['h2'] }, options, { host, port: port === '' ? 443 : port }))
  const session = http2.connect(authority, { ...options, createConnection: () => socket } as object, listener)
  if (!isNode) reportSecure(session, socket)
  return session
}
