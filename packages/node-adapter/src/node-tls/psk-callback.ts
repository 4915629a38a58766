import { inspect } from 'node:util'
import type { ClientOptions, ServerOptions } from '@typetls/connection'
import type { ExternalPsk } from '@typetls/handshake'
import { Secret } from '@typetls/crypto-provider'
import type { TlsSocket } from '../socket/tls-socket.ts'
import { checkBuffer, checkString, invalidArgumentType } from './argument-error.ts'

/**
 * A client's key for the server's hint; `null` as hint: TLS 1.3, where it is asked for before anything is known, or no
 * hint. `null` or `undefined` as answer: none.
 */
export type PskClientCallback = (
  hint: string | null,
) => { readonly psk: NodeJS.ArrayBufferView; readonly identity: string } | null | undefined

/** A server's key for an identity; `null` or `undefined`: it is unknown. */
export type PskServerCallback = (
  socket: TlsSocket,
  identity: string,
) => NodeJS.ArrayBufferView | { readonly psk: NodeJS.ArrayBufferView } | null | undefined

/** What a client asks of its callback, at once for TLS 1.3. @throws what the callback throws, and as node:tls for answers it refuses */
export function clientPsks(callback: PskClientCallback, tls13: boolean): Partial<ClientOptions> {
  const offered = tls13 ? clientPsk(callback(null)) : undefined
  return {
    ...(offered !== undefined && { externalPsks: [offered] }),
    selectExternalPsk: (hint) => clientPsk(callback(hint === undefined ? null : Buffer.from(hint).toString())),
  }
}

/** What a server asks of its callback for one of its sockets. */
export function serverPsks(callback: PskServerCallback, socket: TlsSocket): Partial<ServerOptions> {
  return {
    externalPsk(identity) {
      const answer = callback(socket, Buffer.from(identity).toString())
      if (answer === null || answer === undefined) return undefined
      return { identity, secret: secretOf(keyOf(answer)) }
    },
  }
}

function clientPsk(answer: ReturnType<PskClientCallback>): ExternalPsk | undefined {
  if (answer === null || answer === undefined) return undefined
  if (typeof answer !== 'object') throw invalidArgumentType('ret', 'of type object', answer)
  const { psk, identity } = answer
  const secret = secretOf(psk)
  checkString('identity', identity)
  const bytes = Buffer.from(identity)
  if (bytes.length > maxIdentity) throw tooLong('identity', `PSK identity exceeds ${maxIdentity} bytes`, identity)
  return { identity: bytes, secret }
}

function keyOf(answer: NonNullable<ReturnType<PskServerCallback>>): unknown {
  if (ArrayBuffer.isView(answer)) return answer
  if (typeof answer === 'object') return answer.psk
  throw invalidArgumentType('ret', 'an instance of Object, Buffer, TypedArray, or DataView', answer)
}

function secretOf(psk: unknown): Secret {
  checkBuffer('psk', psk)
  if (psk.byteLength > maxKey) throw tooLong('psk', `Pre-shared key exceeds ${maxKey} bytes`, psk)
  // The caller's own bytes: a copy would be nobody's to wipe.
  return new Secret(new Uint8Array(psk.buffer, psk.byteOffset, psk.byteLength))
}

function tooLong(name: string, why: string, received: unknown): TypeError {
  const message = `The argument '${name}' ${why}. Received ${inspect(received)}`
  return Object.assign(new TypeError(message), { code: 'ERR_INVALID_ARG_VALUE' })
}

/** PSK_MAX_PSK_LEN and PSK_MAX_IDENTITY_LEN of OpenSSL, bytes. */
const maxKey = 512
export const maxIdentity = 256
