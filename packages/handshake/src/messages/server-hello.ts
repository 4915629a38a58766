import type { Codec, ExtensionBlock } from '@typetls/wire'
import { extensionBlock, fromHex, opaque, opaqueVector, struct, uint16, uint8 } from '@typetls/wire'
import { ExtensionType } from './extension-type.ts'
import { Cookie, KeyShareEntry } from './extensions.ts'

/** What a ServerHello and a HelloRetryRequest have in common. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3 */
interface HelloWith<Extensions> {
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly legacySessionIdEcho: Uint8Array
  readonly cipherSuite: number
  readonly legacyCompressionMethod: number
  readonly extensions: Extensions
}

export type ServerHello = HelloWith<ExtensionBlock<ServerHelloExtensionValues>>

export interface ServerHelloExtensionValues {
  readonly supported_versions: number
  readonly key_share: KeyShareEntry
  /** Index of the selected identity. */
  readonly pre_shared_key: number
}

export const ServerHello: Codec<ServerHello> = /* @__PURE__ */ helloStruct(
  'ServerHello',
  extensionBlock<ServerHelloExtensionValues>(
    ExtensionType,
    { supported_versions: uint16, key_share: KeyShareEntry, pre_shared_key: uint16 },
    { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', optional: true },
  ),
)

/** A ServerHello with the random of `helloRetryRequestRandom`. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4 */
export type HelloRetryRequest = HelloWith<ExtensionBlock<HelloRetryRequestExtensionValues>>

export interface HelloRetryRequestExtensionValues {
  readonly supported_versions: number
  readonly cookie: Uint8Array
  /** The group a share is wanted for. */
  readonly key_share: number
}

export const HelloRetryRequest: Codec<HelloRetryRequest> = /* @__PURE__ */ helloStruct(
  'HelloRetryRequest',
  extensionBlock<HelloRetryRequestExtensionValues>(
    ExtensionType,
    { supported_versions: uint16, cookie: Cookie, key_share: uint16 },
    { optional: true },
  ),
)

/** SHA-256 of "HelloRetryRequest". */
export const helloRetryRequestRandom: Uint8Array = /* @__PURE__ */ fromHex(
  'cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c',
)

function helloStruct<Extensions>(name: string, extensions: Codec<Extensions>): Codec<HelloWith<Extensions>> {
  return struct<HelloWith<Extensions>>(name, {
    legacyVersion: uint16,
    random: opaque(32),
    legacySessionIdEcho: opaqueVector(0, 32),
    cipherSuite: uint16,
    legacyCompressionMethod: uint8,
    extensions,
  })
}
