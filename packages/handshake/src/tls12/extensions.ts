import type { Codec, UnknownExtension } from '@typetls/wire'
import { TlsError, decode, encode, rest, uint8 } from '@typetls/wire'
import type { ClientHello } from '../messages/client-hello.ts'
import { ExtensionType } from '../messages/extension-type.ts'
import type { Tls12ClientParameters } from './parameters.ts'
import { PointFormats, RenegotiationInfo } from './messages.ts'

/** What TLS 1.2 adds to a ClientHello: extensions that TLS 1.3 has no use for. */
export interface OlderExtensions {
  readonly maxFragmentLength: number | undefined
  readonly pointFormats: readonly number[] | undefined
  readonly encryptThenMac: boolean
  readonly extendedMainSecret: boolean
  /** Empty: none, but one is wanted. */
  readonly sessionTicket: Uint8Array | undefined
  readonly renegotiationInfo: Uint8Array | undefined
}

const { ids } = ExtensionType

/** The code of max_fragment_length by bytes. https://www.rfc-editor.org/rfc/rfc6066#section-4 */
export const fragmentLengths: readonly (number | undefined)[] = [undefined, 512, 1024, 2048, 4096]

/** @param renegotiationInfo verify_data of our last Finished, in a renegotiation */
export function olderExtensions(
  tls12: Tls12ClientParameters,
  ticket: Uint8Array | undefined,
  renegotiationInfo: Uint8Array = none,
): UnknownExtension[] {
  const blocks = tls12.encryptThenMac && tls12.cipherSuites.some((row) => row.cipher.blockCipher)
  const extensions: UnknownExtension[] = []
  const add = (type: number, data: Uint8Array): void => void extensions.push({ type, data })
  add(ids.renegotiation_info, encode(RenegotiationInfo, renegotiationInfo))
  add(ids.extended_main_secret, none)
  add(ids.ec_point_formats, encode(PointFormats, [uncompressed]))
  if (tls12.maxFragmentLength !== undefined) {
    add(ids.max_fragment_length, Uint8Array.of(fragmentLengths.indexOf(tls12.maxFragmentLength)))
  }
  if (blocks) add(ids.encrypt_then_mac, none)
  if (ticket !== undefined) add(ids.session_ticket, ticket)
  return extensions
}

/** @throws TlsError for what is malformed */
export function readOlderExtensions({ extensions, cipherSuites }: ClientHello): OlderExtensions {
  const read = <T>(type: number, codec: Codec<T>): T | undefined => {
    const found = extensions.unknown?.find((one) => one.type === type)
    return found && decode(codec, found.data, `ClientHello.extensions (${ExtensionType.label(type)})`)
  }
  const pointFormats = read(ids.ec_point_formats, PointFormats)
  if (pointFormats !== undefined && !pointFormats.includes(uncompressed)) {
    throw new TlsError('ERR_TLS_POINT_FORMATS', 'ec_point_formats must have the uncompressed format', {
      expected: [uncompressed],
      received: pointFormats,
    })
  }
  const maxFragmentLength = read(ids.max_fragment_length, uint8)
  if (maxFragmentLength !== undefined && fragmentLengths[maxFragmentLength] === undefined) {
    throw new TlsError('ERR_TLS_MAX_FRAGMENT_LENGTH', 'max_fragment_length must be 1 to 4', {
      received: maxFragmentLength,
    })
  }
  return {
    maxFragmentLength,
    pointFormats,
    encryptThenMac: read(ids.encrypt_then_mac, nothing) !== undefined,
    extendedMainSecret: read(ids.extended_main_secret, nothing) !== undefined,
    sessionTicket: read(ids.session_ticket, rest),
    renegotiationInfo:
      read(ids.renegotiation_info, RenegotiationInfo) ??
      (cipherSuites.includes(emptyRenegotiationInfo) ? none : undefined),
  }
}

/** TLS_EMPTY_RENEGOTIATION_INFO_SCSV https://www.rfc-editor.org/rfc/rfc5746#section-3.3 */
export const emptyRenegotiationInfo = 0x00ff

export const uncompressed = 0

const none = /* @__PURE__ */ new Uint8Array(0)

/** A body that must be empty. */
const nothing: Codec<Uint8Array> = /* @__PURE__ */ fixedNothing()

function fixedNothing(): Codec<Uint8Array> {
  return {
    encode: () => {},
    decode: (reader) => reader.take(0),
  }
}
