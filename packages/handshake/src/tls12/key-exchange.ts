import type { CryptoProvider, KeyExchange, PublicKey, Secret } from '@typetls/crypto-provider'
import type { Reader } from '@typetls/wire'
import { TlsError, Writer, decode, encode, opaqueVector } from '@typetls/wire'
import type { Credential, KeyUse } from '../credential.ts'
import type { Handshake } from '../handshake.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import type { ClientParameters, ServerParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import { wait } from '../program.ts'
import type { Tls12ServerParameters } from './parameters.ts'

/** How both sides come to a premaster secret: a value that suites hold. */
export interface KeyExchangeMethod {
  readonly name: string
  /** What the key of the server's certificate does, where a suite has one. */
  readonly keyUse: KeyUse
  /** Whether a ServerKeyExchange comes; `optional`: it may stay away (a PSK without a hint). */
  readonly serverKeyExchange: 'always' | 'optional' | 'never'
  /** Whether the provider has what this role needs. */
  supportedBy(crypto: CryptoProvider, role: 'client' | 'server'): boolean
  /** Whether the options have what it needs beside the provider: a PSK. Default: it needs nothing. */
  configuredIn?(parameters: ClientParameters | ServerParameters): boolean
  /** Whether a server can use it with this client. */
  usableWith(hs: Handshake, hello: ClientHello): boolean
  /** Client: reads ServerDHParams or the like from a ServerKeyExchange, up to the signature. */
  readParams(reader: Reader): unknown
  /** Client: answers them. `serverKey` is that of the server's certificate, where there is one. */
  answer(hs: Handshake, params: unknown, serverKey: PublicKey | undefined): Program<ClientKeys>
  /** Server: its params, and what it does with the answer. */
  start(
    hs: Handshake,
    hello: ClientHello,
    credential: Credential | undefined,
    tls12: Tls12ServerParameters,
  ): Program<ServerKeys>
}

/** What both sides have in the end. */
export interface AgreedKeys {
  readonly premaster: Secret
  /** Of the external PSK, if there is one. */
  readonly pskIdentity?: Uint8Array
}

export interface ClientKeys extends AgreedKeys {
  /** Body of the ClientKeyExchange. */
  readonly message: Uint8Array
  /** IANA name of the group. */
  readonly group: string | undefined
}

export interface ServerKeys {
  /** Of the ServerKeyExchange, up to the signature; `undefined`: none is sent. */
  readonly params: Uint8Array | undefined
  readonly group: string | undefined
  finish(clientKeyExchange: Uint8Array): Program<AgreedKeys>
  dispose(): void
}

/** https://www.rfc-editor.org/rfc/rfc8422#section-5.4 */
export const ecdhe: KeyExchangeMethod = {
  name: 'ECDHE',
  keyUse: 'signing',
  supportedBy: () => true,
  serverKeyExchange: 'always',
  usableWith: (hs, hello) => commonCurve(hs, hello) !== undefined,
  readParams(reader): EcParams {
    const curveType = reader.uint8()
    if (curveType !== namedCurve) {
      throw new TlsError('ERR_TLS_WRONG_KEY_SHARE', 'the ServerKeyExchange has no named curve', {
        expected: namedCurve,
        received: curveType,
      })
    }
    return { group: reader.uint16(), point: point.decode(reader) }
  },
  *answer(hs, params) {
    const { group, point: theirs } = params as EcParams
    const ours = curvesOf(hs).find((row) => row.id === group)
    if (ours === undefined) {
      throw new TlsError('ERR_TLS_WRONG_KEY_SHARE', 'the ServerKeyExchange is for a group we did not offer', {
        expected: curvesOf(hs).map((row) => row.name),
        received: group,
      })
    }
    const { share, secret } = yield* wait(ours.respond(theirs))
    return { message: encode(point, share), premaster: secret, group: ours.name }
  },
  *start(hs, hello) {
    const group = commonCurve(hs, hello) as KeyExchange
    const start = yield* wait(group.start())
    const writer = new Writer(start.share.length + 4)
    writer.uint8(namedCurve)
    writer.uint16(group.id)
    point.encode(start.share, writer)
    return {
      params: writer.finish(),
      group: group.name,
      *finish(body) {
        return { premaster: yield* wait(start.finish(decode(point, body, 'ClientKeyExchange'))) }
      },
      dispose: () => start.dispose(),
    }
  },
}

interface EcParams {
  readonly group: number
  readonly point: Uint8Array
}

const namedCurve = 3
const point = /* @__PURE__ */ opaqueVector(1, 255)

/** Ours that TLS 1.2 can use: elliptic curves have the numbers below 256. */
function curvesOf(hs: Handshake): readonly KeyExchange[] {
  return hs.parameters.groups.filter((row) => row.id < 0x100)
}

function commonCurve(hs: Handshake, { extensions }: ClientHello): KeyExchange | undefined {
  const listed = extensions.supported_groups
  // "A client that proposes ECC cipher suites may choose not to include these extensions. In this case, the server is
  // free to choose any one": P-256 is what they all have.
  if (listed === undefined) return curvesOf(hs).find((row) => row.name === 'secp256r1')
  return curvesOf(hs).find((row) => listed.includes(row.id))
}
