import { Secret } from '@typetls/crypto-provider'
import { Reader, TlsError, concat, encode, opaqueVector } from '@typetls/wire'
import type { ClientParameters, ServerParameters } from '../parameters.ts'
import type { Program } from '../program.ts'
import { ask } from '../program.ts'
import type { ExternalPsk } from '../psk.ts'
import { maxPskIdentity } from '../psk.ts'
import type { KeyExchangeMethod } from './key-exchange.ts'
import { ecdhe } from './key-exchange.ts'

/** A key that both sides have, and nothing else: not forward secret. https://www.rfc-editor.org/rfc/rfc4279#section-2 */
export const psk: KeyExchangeMethod = /* @__PURE__ */ withPsk('PSK', undefined)

/** https://www.rfc-editor.org/rfc/rfc5489#section-2 */
export const ecdhePsk: KeyExchangeMethod = /* @__PURE__ */ withPsk('ECDHE_PSK', ecdhe)

/** A PSK beside another key exchange: hint and identity come before what that one sends. */
export function withPsk(name: string, other: KeyExchangeMethod | undefined): KeyExchangeMethod {
  return {
    name,
    keyUse: 'signing',
    serverKeyExchange: other === undefined ? 'optional' : 'always',
    supportedBy: (crypto, role) => other?.supportedBy(crypto, role) ?? true,
    configuredIn: hasPsk,
    usableWith: (hs, hello) => other?.usableWith(hs, hello) ?? true,
    readParams: (reader): PskParams => ({ hint: Identity.decode(reader), others: other?.readParams(reader) }),
    *answer(hs, params, serverKey) {
      const { hint, others } = (params ?? { hint: none }) as PskParams
      const { identity, secret } = yield* keyFor(hs.parameters as ClientParameters, hint)
      const keys = other && (yield* other.answer(hs, others, serverKey))
      try {
        return {
          message: concat(encode(AnyIdentity, identity), keys?.message ?? none),
          premaster: premasterOf(keys?.premaster, secret),
          group: keys?.group,
          pskIdentity: identity,
        }
      } finally {
        keys?.premaster.dispose()
      }
    },
    *start(hs, hello, credential, tls12) {
      const { pskIdentityHint: hint = none, tellUnknownPskIdentity } = tls12
      const keys = other && (yield* other.start(hs, hello, credential, tls12))
      return {
        // "If no hint is provided by the server, the ServerKeyExchange message is omitted."
        params:
          keys === undefined && hint.length === 0 ? undefined : concat(encode(Identity, hint), keys?.params ?? none),
        group: keys?.group,
        *finish(body) {
          const reader = new Reader(body, 'ClientKeyExchange')
          const pskIdentity = Identity.decode(reader).slice()
          const rest = body.subarray(reader.offset)
          if (keys === undefined) reader.finish()
          const found = yield* lookUp(hs.parameters as ServerParameters, pskIdentity)
          if (found === undefined) {
            hs.decided('psk', 'unknown identity')
            if (tellUnknownPskIdentity) {
              throw new TlsError('ERR_TLS_PSK_UNKNOWN_IDENTITY', 'the client names a PSK that we do not have')
            }
          }
          // "if the server wishes to hide the fact that the PSK identity was not known, it MAY continue the protocol as if
          // the PSK identity existed but the key was incorrect": a key that nobody has.
          const secret = found?.secret ?? new Secret(hs.crypto.random(32))
          const premaster = keys && (yield* keys.finish(rest)).premaster
          try {
            return { premaster: premasterOf(premaster, secret), pskIdentity }
          } finally {
            premaster?.dispose()
            if (found === undefined) secret.dispose()
          }
        },
        dispose: () => keys?.dispose(),
      }
    },
  }
}

function hasPsk(parameters: ClientParameters | ServerParameters): boolean {
  if (!('externalPsks' in parameters)) return parameters.externalPsk !== undefined
  return parameters.selectExternalPsk !== undefined || parameters.externalPsks.length > 0
}

/** What goes with the server's hint; without anybody to choose, the first. */
function* keyFor({ externalPsks, selectExternalPsk }: ClientParameters, hint: Uint8Array): Program<ExternalPsk> {
  const chosen =
    selectExternalPsk === undefined
      ? externalPsks[0]
      : yield* ask('ERR_TLS_CALLBACK', 'the selection of an external PSK', () =>
          selectExternalPsk(hint.length === 0 ? undefined : hint.slice()),
        )
  if (chosen === undefined || !isKey(chosen) || chosen.identity.length > 0xffff) {
    throw new TlsError('ERR_TLS_NO_PSK', 'we have no PSK for this server', { received: hint.slice() })
  }
  return chosen
}

function* lookUp({ externalPsk }: ServerParameters, identity: Uint8Array): Program<ExternalPsk | undefined> {
  const found = yield* ask('ERR_TLS_CALLBACK', 'the external PSK lookup', () => externalPsk?.(identity.slice()))
  return found !== undefined && isKey(found) ? found : undefined
}

/** An empty key is everybody's. */
function isKey({ secret }: ExternalPsk): boolean {
  return secret.length > 0 && secret.length <= 0xffff
}

/** `other_secret`, or zeros, and the key. https://www.rfc-editor.org/rfc/rfc4279#section-2 */
function premasterOf(other: Secret | undefined, psk: Secret): Secret {
  const first = other?.reveal() ?? new Uint8Array(psk.length)
  const bytes = new Uint8Array(4 + first.length + psk.length)
  const view = new DataView(bytes.buffer)
  view.setUint16(0, first.length)
  bytes.set(first, 2)
  view.setUint16(2 + first.length, psk.length)
  bytes.set(psk.reveal(), 4 + first.length)
  return new Secret(bytes)
}

interface PskParams {
  readonly hint: Uint8Array
  readonly others: unknown
}

const Identity = /* @__PURE__ */ opaqueVector(0, maxPskIdentity)
const AnyIdentity = /* @__PURE__ */ opaqueVector(0, 0xffff)

const none = /* @__PURE__ */ new Uint8Array(0)
