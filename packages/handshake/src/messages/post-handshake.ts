import type { Codec, ExtensionBlock } from '@typetls/wire'
import { TlsError, extensionBlock, opaqueVector, struct, uint32 } from '@typetls/wire'
import { ExtensionType } from './extension-type.ts'
import { FlagExtensions } from './flag-extensions.ts'

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.7.1 */
export interface NewSessionTicket {
  /** Seconds. */
  readonly ticketLifetime: number
  readonly ticketAgeAdd: number
  readonly ticketNonce: Uint8Array
  readonly ticket: Uint8Array
  readonly extensions: NewSessionTicketExtensions
}

export type NewSessionTicketExtensions = ExtensionBlock<NewSessionTicketExtensionValues>

export interface NewSessionTicketExtensionValues {
  /** max_early_data_size, bytes. */
  readonly early_data: number
  readonly tls_flags: Uint8Array
}

export const NewSessionTicket: Codec<NewSessionTicket> = /* @__PURE__ */ struct('NewSessionTicket', {
  ticketLifetime: uint32,
  ticketAgeAdd: uint32,
  ticketNonce: opaqueVector(0, 255),
  ticket: opaqueVector(1, 0xffff),
  extensions: extensionBlock<NewSessionTicketExtensionValues>(ExtensionType, {
    /** max_early_data_size, bytes. */
    early_data: uint32,
    tls_flags: FlagExtensions,
  }),
})

/** https://www.rfc-editor.org/rfc/rfc9846#section-4.7.3 */
export interface KeyUpdate {
  readonly requestUpdate: 'update_not_requested' | 'update_requested'
}

export const KeyUpdate: Codec<KeyUpdate> = {
  name: 'KeyUpdate',
  encode: (value, writer) => writer.uint8(value.requestUpdate === 'update_requested' ? 1 : 0),
  decode(reader) {
    const value = reader.uint8()
    if (value > 1) {
      throw new TlsError('ERR_TLS_KEY_UPDATE', undefined, {
        path: 'KeyUpdate.requestUpdate',
        expected: [0, 1],
        received: value,
      })
    }
    return { requestUpdate: value === 1 ? 'update_requested' : 'update_not_requested' }
  },
}
