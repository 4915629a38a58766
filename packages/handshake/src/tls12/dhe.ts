import type { CryptoProvider, FiniteField, KeyExchange } from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { ffdhe2048, ffdhe3072, ffdhe4096, ownFiniteField } from '@typetls/crypto-provider/finite-field'
import type { Codec } from '@typetls/wire'
import { TlsError, decode, encode, opaqueVector, struct } from '@typetls/wire'
import type { Handshake } from '../handshake.ts'
import type { ClientHello } from '../messages/client-hello.ts'
import { wait } from '../program.ts'
import type { KeyExchangeMethod } from './key-exchange.ts'

/**
 * Ephemeral Diffie-Hellman modulo a prime. A server takes a group of RFC 7919: of its option `groups`, or else ffdhe2048
 * and ffdhe3072; for clients that list none of these, its option `dhParameters` counts more, and for others the group is as
 * large as that if it can be. A client takes whatever `ownFiniteField` does. https://www.rfc-editor.org/rfc/rfc5246#section-7.4.3
 */
export const dhe: KeyExchangeMethod = {
  name: 'DHE',
  keyUse: 'signing',
  serverKeyExchange: 'always',
  supportedBy: (crypto) => crypto.finiteField !== undefined,
  usableWith: (hs, hello) => commonField(hs, hello) !== undefined,
  readParams: (reader) => ServerDHParams.decode(reader),
  *answer(hs, params) {
    const { dhP, dhG, dhYs } = params as ServerDHParams
    const own = ownFiniteField(dhP, dhG)
    const field =
      groups.find((one) => sameBytes(one.prime, own.prime) && sameBytes(one.generator, own.generator)) ?? own
    const { share, secret } = yield* wait(exchange(hs.crypto, field).respond(padded(dhYs, field)))
    return { message: encode(PublicValue, share), premaster: stripped(secret), group: field.name }
  },
  *start(hs, hello, _credential, { dhParameters }) {
    const own = listedGroups(hello).length === 0 ? dhParameters : undefined
    const common = commonField(hs, hello, dhParameters?.field.prime.length) as FiniteField
    const field = own === undefined ? common : own.field
    const start = yield* wait((own?.exchange ?? exchange(hs.crypto, field)).start())
    return {
      params: encode(ServerDHParams, { dhP: field.prime, dhG: field.generator, dhYs: start.share }),
      group: field.name,
      *finish(body) {
        const theirs = padded(decode(PublicValue, body, 'ClientKeyExchange'), field)
        return { premaster: stripped(yield* wait(start.finish(theirs))) }
      },
      dispose: () => start.dispose(),
    }
  },
}

/** https://www.rfc-editor.org/rfc/rfc5246#section-7.4.3 */
interface ServerDHParams {
  readonly dhP: Uint8Array
  readonly dhG: Uint8Array
  readonly dhYs: Uint8Array
}

const PublicValue = /* @__PURE__ */ opaqueVector(1, 0xffff)

const ServerDHParams: Codec<ServerDHParams> = /* @__PURE__ */ struct('ServerDHParams', {
  dhP: PublicValue,
  dhG: PublicValue,
  dhYs: PublicValue,
})

const groups: readonly FiniteField[] = [ffdhe2048, ffdhe3072, ffdhe4096]

/**
 * "If a compatible TLS server receives a Supported Groups extension from a client that includes any FFDHE group … and if
 * none of the client-proposed FFDHE groups are known and acceptable to the server, then the server MUST NOT select an
 * FFDHE cipher suite." https://www.rfc-editor.org/rfc/rfc7919#section-4
 */
function commonField({ parameters }: Handshake, hello: ClientHello, leastLength = 0): FiniteField | undefined {
  const named = parameters.groups.flatMap((row) => groups.find(({ id }) => id === row.id) ?? [])
  const ours = named.length > 0 ? named : [ffdhe2048, ffdhe3072]
  const listed = listedGroups(hello)
  const common = listed.length === 0 ? ours : ours.filter(({ id }) => listed.includes(id))
  return common.find(({ prime }) => prime.length >= leastLength) ?? common[0]
}

function listedGroups({ extensions }: ClientHello): readonly number[] {
  return (extensions.supported_groups ?? []).filter((id) => id >= 0x100 && id < 0x200)
}

function exchange(crypto: CryptoProvider, field: FiniteField): KeyExchange {
  if (crypto.finiteField === undefined) {
    throw new TlsError('ERR_TLS_UNSUPPORTED', `the provider ${crypto.name} has no finiteField`)
  }
  return crypto.finiteField(field)
}

/** Some peers strip zeros from the front of a share, and may. */
function padded(share: Uint8Array, { prime }: FiniteField): Uint8Array {
  const value = withoutZeros(share)
  if (value.length > prime.length) return value
  const whole = new Uint8Array(prime.length)
  whole.set(value, prime.length - value.length)
  return whole
}

/**
 * "Leading bytes of Z that contain all zero bits are stripped before it is used as the pre_master_secret." How many there
 * are can be measured (Raccoon); our keys serve once, so nothing can be learned bit by bit.
 * https://www.rfc-editor.org/rfc/rfc5246#section-8.1.2
 */
function stripped(secret: Secret): Secret {
  try {
    return Secret.copyOf(withoutZeros(secret.reveal()))
  } finally {
    secret.dispose()
  }
}

function withoutZeros(bytes: Uint8Array): Uint8Array {
  const start = bytes.findIndex((byte) => byte !== 0)
  return start === -1 ? bytes.subarray(bytes.length) : bytes.subarray(start)
}

function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i])
}
