import type { Http2Session } from 'node:http2'
import type net from 'node:net'
import { Duplex } from 'node:stream'
import tls from 'node:tls'
import type { TlsSocket } from '../tls-socket.ts'

/**
 * A socket of ours as node:http2 takes it. It wraps whatever it cannot read from natively, and then believes it to be
 * `h2c` in the clear; wrapped beforehand in the same way, but with our members, it reports what is true. Where that
 * wrapper cannot be had it is the socket itself: see `reportSecure`.
 */
export function http2Socket(socket: TlsSocket): Duplex {
  adapter ??= findAdapter() ?? 'none'
  return adapter === 'none' ? socket : new adapter(socket)
}

/** Whom a socket that http2 holds is of: for `instanceof` and for `reportSecure`. */
export function secureSocketOf(socket: Duplex): TlsSocket | undefined {
  return (socket as Partial<SecureAdapter>)[secureSocket]
}

/** Tells a session what its socket cannot: that it is secure, by which protocol, and who the peer is. */
export function reportSecure(session: Http2Session, socket: TlsSocket): void {
  Object.defineProperties(session, {
    encrypted: { value: true, configurable: true },
    alpnProtocol: { get: () => socket.alpnProtocol || undefined, configurable: true },
  })
  const report = (): void => {
    if (!session.destroyed) for (const name of verdicts) Object.assign(session.socket, { [name]: socket[name] })
  }
  if (socket.secureConnecting) socket.once('secureConnect', report)
  else report()
}

interface SecureAdapter extends net.Socket {
  readonly [secureSocket]: TlsSocket
}

type Adapter = new (stream: Duplex) => net.Socket

/** Node's JSStreamSocket, which no module exports; `undefined` where there is none, or it is only alike. */
function findAdapter(): (new (socket: TlsSocket) => SecureAdapter) | undefined {
  if ('deno' in process.versions || 'bun' in process.versions) return undefined
  const nothing = new Duplex({ read() {} })
  const probe = new tls.TLSSocket(nothing, { secureContext: tls.createSecureContext({ ca: [] }) })
  const { _handle: handle } = probe as { _handle?: { _parentWrap?: { readonly constructor: Adapter } } }
  const found = handle?._parentWrap?.constructor
  probe.destroy()
  nothing.destroy()
  return found?.name === 'JSStreamSocket' ? secureAdapter(found) : undefined
}

function secureAdapter(base: Adapter): new (socket: TlsSocket) => SecureAdapter {
  class Http2Adapter extends base {
    readonly [secureSocket]: TlsSocket

    constructor(socket: TlsSocket) {
      super(socket)
      this[secureSocket] = socket
      // http2 sends nothing, and asks for nothing, before one of these.
      socket.once('secureConnect', () => {
        this.emit('connect')
        this.emit('secureConnect')
      })
    }
  }
  for (const name of members) {
    Object.defineProperty(Http2Adapter.prototype, name, {
      configurable: true,
      get(this: Http2Adapter): unknown {
        const socket = this[secureSocket] as TlsSocket | undefined
        const value: unknown = socket?.[name]
        return typeof value === 'function' ? value.bind(socket) : value
      },
      // The constructor of net.Socket assigns some.
      set: () => {},
    })
  }
  Object.defineProperty(Http2Adapter.prototype, 'connecting', {
    configurable: true,
    get(this: Http2Adapter): boolean {
      return (this[secureSocket] as TlsSocket | undefined)?.secureConnecting === true
    },
    set: () => {},
  })
  return Http2Adapter
}

let adapter: (new (socket: TlsSocket) => SecureAdapter) | 'none' | undefined

const secureSocket: unique symbol = /* @__PURE__ */ Symbol('typetls.secureSocket')

const verdicts = ['encrypted', 'authorized', 'authorizationError', 'servername'] as const

/** What the wrapped socket answers in place of the wrapper. */
const members = [
  ...verdicts,
  'alpnProtocol',
  'secureConnecting',
  'remoteAddress',
  'remotePort',
  'remoteFamily',
  'localAddress',
  'localPort',
  'localFamily',
  'address',
  'facts',
  'getProtocol',
  'getCipher',
  'getEphemeralKeyInfo',
  'getPeerCertificate',
  'getPeerX509Certificate',
  'getSession',
  'getTLSTicket',
  'isSessionReused',
  'exportKeyingMaterial',
  'exportKeyingMaterialAsync',
  'disableRenegotiation',
  'setNoDelay',
  'setKeepAlive',
  'ref',
  'unref',
] as const satisfies readonly (keyof TlsSocket)[]
