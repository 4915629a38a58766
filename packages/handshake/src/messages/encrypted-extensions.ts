import type { Codec, Empty, ExtensionBlock } from '@typetls/wire'
import { empty, extensionBlock, struct, uint16 } from '@typetls/wire'
import { ExtensionType } from './extension-type.ts'
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

export const EncryptedExtensions: Codec<EncryptedExtensions> = /* @__PURE__ */ struct('EncryptedExtensions', {
  extensions: extensionBlock<EncryptedExtensionValues>(
    ExtensionType,
    {
      server_name: empty,
      supported_groups: SchemeList,
      application_layer_protocol_negotiation: SelectedProtocol,
      record_size_limit: uint16,
      early_data: empty,
    },
    { duplicate: 'ERR_TLS_DUPLICATE_HELLO_EXTENSION' },
  ),
})
