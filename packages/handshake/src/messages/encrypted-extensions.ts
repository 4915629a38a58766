import type { Codec, Empty, ExtensionBlock, ExtensionTable } from '@typetls/wire'
import { empty, extensionBlock, struct, uint16 } from '@typetls/wire'
import { SchemeList, SelectedProtocol } from './extensions.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.4.1 */
export interface EncryptedExtensions {
  readonly extensions: EncryptedExtensionsExtensions
}

export type EncryptedExtensionsExtensions = ExtensionBlock<EncryptedExtensionValues>

export interface EncryptedExtensionValues {
  readonly server_name: Empty
  readonly supported_groups: readonly number[]
  readonly application_layer_protocol_negotiation: string
  readonly record_size_limit: number
  readonly early_data: Empty
}

const encryptedExtensions: ExtensionTable<EncryptedExtensionValues> = {
  server_name: { id: 0, body: empty },
  supported_groups: { id: 10, body: SchemeList },
  application_layer_protocol_negotiation: { id: 16, body: SelectedProtocol },
  record_size_limit: { id: 28, body: uint16 },
  early_data: { id: 42, body: empty },
}

export const EncryptedExtensions: Codec<EncryptedExtensions> = /* @__PURE__ */ struct('EncryptedExtensions', {
  extensions: extensionBlock(encryptedExtensions, { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION' }),
})
