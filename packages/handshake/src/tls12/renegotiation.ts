import { TlsError, concat, equalBytes } from '@typetls/wire'
import { storedPeer } from '../connected.ts'
import type { AfterHandshake, PostHandshakeResult } from '../post-handshake.ts'
import type { Program } from '../program.ts'
import type { Tls12Connected } from './connected.ts'
import type { ServerHelloExtensions } from './messages.ts'

/**
 * What comes of a server's HelloRequest. A function is asked each time, and may answer later: `true` goes along, `false`
 * refuses and ends.
 */
export type RenegotiationPolicy = 'never' | 'once' | 'freely' | 'ignore' | (() => boolean | PromiseLike<boolean>)

/** What comes of a client's wish to renegotiate; a client cannot be ignored, as it waits. */
export type ServerRenegotiationPolicy = Exclude<RenegotiationPolicy, 'ignore'>

/** How a side that can renegotiate begins to. */
export interface Renegotiating<Changes = void> extends AfterHandshake {
  /** Client: makes another handshake. Server: asks for one, and has the parameters with these changes for it. */
  begin(changes: Changes): Program<PostHandshakeResult>
}

/** What a renegotiation must go on from. */
export interface Earlier {
  readonly verifyData: Tls12Connected['verifyData']
  /** Whether the server said that it ties handshakes together. */
  readonly secure: boolean
  readonly extendedMainSecret: boolean
  /** DER, leaf first; `undefined`: none. */
  readonly certificates: readonly Uint8Array[] | undefined
}

export function earlierOf({ secureRenegotiation, verifyData, extendedMainSecret, peer }: EndOfHandshake): Earlier {
  return {
    verifyData,
    secure: secureRenegotiation,
    extendedMainSecret,
    certificates: storedPeer(peer)?.certificates,
  }
}

/** The main secret is not needed. */
export type EndOfHandshake = Omit<Tls12Connected, 'mainSecret'>

/**
 * renegotiation_info ties the new handshake to the one before it, and what it tied may not come or go.
 * https://www.rfc-editor.org/rfc/rfc5746#section-3.5
 */
export function checkRenegotiation(earlier: Earlier | undefined, extensions: ServerHelloExtensions): void {
  const { renegotiation_info: info, extended_main_secret: extended } = extensions
  if (earlier === undefined) {
    if (info === undefined || info.length === 0) return
    throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'renegotiation_info must be empty in the first handshake')
  }
  const { verifyData, secure } = earlier
  const expected = secure ? concat(verifyData.client, verifyData.server) : undefined
  if ((info === undefined) !== (expected === undefined) || (info && expected && !equalBytes(info, expected))) {
    throw new TlsError('ERR_TLS_RENEGOTIATION_INFO', 'the renegotiation does not go on from the handshake before it')
  }
  if (earlier.extendedMainSecret !== (extended !== undefined)) {
    throw new TlsError('ERR_TLS_RENEGOTIATION_MAIN_SECRET', 'the renegotiation changes extended_main_secret', {
      expected: earlier.extendedMainSecret,
      received: extended !== undefined,
    })
  }
}

/** Whose certificate it is may have been shown to somebody, who would not learn of another. */
export function checkSameCertificates(earlier: Earlier | undefined, certificates: readonly Uint8Array[]): void {
  if (earlier === undefined) return
  const before = earlier.certificates ?? []
  const same =
    before.length === certificates.length && before.every((der, i) => equalBytes(der, certificates[i] ?? none))
  if (!same) throw new TlsError('ERR_TLS_RENEGOTIATION_CERTIFICATE', 'the renegotiation changes the certificate')
}

const none = /* @__PURE__ */ new Uint8Array(0)
