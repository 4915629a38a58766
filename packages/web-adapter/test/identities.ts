import { createAuthority } from '@typetls/testing'

export const authority = createAuthority()
export const stranger = createAuthority({ name: 'a stranger' })
const leaf = authority.issue({ dns: ['localhost'] })
const otherLeaf = stranger.issue({ dns: ['other.test'] })
const clientLeaf = authority.issue({ subject: 'a client' })

export const ca: Uint8Array = authority.certificate
/** `cert` and `key` of localhost. */
export const localhost = { cert: leaf.chainPem, key: leaf.privateKeyPem }
/** Of `other.test`, by the stranger. */
export const otherIdentity = { cert: otherLeaf.chainPem, key: otherLeaf.privateKeyPem }
export const clientIdentity = { cert: clientLeaf.chainPem, key: clientLeaf.privateKeyPem }
export const localhostSpki: Uint8Array = leaf.spki
