import type { OpenEnum } from '@typetls/wire'
import { openEnum } from '@typetls/wire'

/**
 * The names of the IANA "TLS ContentType" registry, verbatim.
 * https://www.rfc-editor.org/rfc/rfc9846#section-5.1
 */
export type ContentTypeName = 'change_cipher_spec' | 'alert' | 'handshake' | 'application_data'

// The same numbers as plain constants, for code that runs once a record.
export const typeChangeCipherSpec = 20
export const typeAlert = 21
export const typeHandshake = 22
export const typeApplicationData = 23

export const ContentType: OpenEnum<ContentTypeName> = /* @__PURE__ */ openEnum({
  change_cipher_spec: typeChangeCipherSpec,
  alert: typeAlert,
  handshake: typeHandshake,
  application_data: typeApplicationData,
})
