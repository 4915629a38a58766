import type { Codec, ExtensionBlock, ExtensionTable } from '@typetls/wire'
import { extensionBlock, opaque, opaqueVector, struct, uint16, uint8 } from '@typetls/wire'
import { Cookie, KeyShareEntry } from './extensions.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.2.3 */
export interface ServerHello {
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly legacySessionIdEcho: Uint8Array
  readonly cipherSuite: number
  readonly legacyCompressionMethod: number
  readonly extensions: ServerHelloExtensions
}

export type ServerHelloExtensions = ExtensionBlock<ServerHelloExtensionValues>

export interface ServerHelloExtensionValues {
  readonly supported_versions: number
  readonly key_share: KeyShareEntry
  /** Index of the selected identity. */
  readonly pre_shared_key: number
}

const serverHelloExtensions: ExtensionTable<ServerHelloExtensionValues> = {
  supported_versions: { id: 43, body: uint16 },
  key_share: { id: 51, body: KeyShareEntry },
  pre_shared_key: { id: 41, body: uint16 },
}

export const ServerHello: Codec<ServerHello> = /* @__PURE__ */ struct('ServerHello', {
  legacyVersion: uint16,
  random: opaque(32),
  legacySessionIdEcho: opaqueVector(0, 32),
  cipherSuite: uint16,
  legacyCompressionMethod: uint8,
  extensions: extensionBlock(serverHelloExtensions, { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION', optional: true }),
})

/** A ServerHello with the random of `helloRetryRequestRandom`. https://www.rfc-editor.org/rfc/rfc9846#section-4.2.4 */
export interface HelloRetryRequest {
  readonly legacyVersion: number
  readonly random: Uint8Array
  readonly legacySessionIdEcho: Uint8Array
  readonly cipherSuite: number
  readonly legacyCompressionMethod: number
  readonly extensions: HelloRetryRequestExtensions
}

export type HelloRetryRequestExtensions = ExtensionBlock<HelloRetryRequestExtensionValues>

export interface HelloRetryRequestExtensionValues {
  readonly supported_versions: number
  readonly cookie: Uint8Array
  /** The group a share is wanted for. */
  readonly key_share: number
}

const helloRetryRequestExtensions: ExtensionTable<HelloRetryRequestExtensionValues> = {
  supported_versions: { id: 43, body: uint16 },
  cookie: { id: 44, body: Cookie },
  key_share: { id: 51, body: uint16 },
}

export const HelloRetryRequest: Codec<HelloRetryRequest> = /* @__PURE__ */ struct('HelloRetryRequest', {
  legacyVersion: uint16,
  random: opaque(32),
  legacySessionIdEcho: opaqueVector(0, 32),
  cipherSuite: uint16,
  legacyCompressionMethod: uint8,
  extensions: extensionBlock(helloRetryRequestExtensions, { optional: true }),
})

/** SHA-256 of "HelloRetryRequest". */
export const helloRetryRequestRandom: Uint8Array = /* @__PURE__ */ Uint8Array.of(
  0xcf,
  0x21,
  0xad,
  0x74,
  0xe5,
  0x9a,
  0x61,
  0x11,
  0xbe,
  0x1d,
  0x8c,
  0x02,
  0x1e,
  0x65,
  0xb8,
  0x91,
  0xc2,
  0xa2,
  0x11,
  0x16,
  0x7a,
  0xbb,
  0x8c,
  0x5e,
  0x07,
  0x9e,
  0x09,
  0xe2,
  0xc8,
  0xa8,
  0x33,
  0x9c,
)
