import { createAuthority } from '@typetls/testing'

export const authority = createAuthority()
export const stranger = createAuthority({ name: 'a stranger' })
const leaf = authority.issue({ dns: ['localhost'] })
const clientLeaf = authority.issue({ subject: 'a client' })

export const ca: string = authority.pem
/** `cert` and `key` of localhost. */
export const localhost = { cert: leaf.chainPem, key: leaf.privateKeyPem }
export const clientIdentity = { cert: clientLeaf.chainPem, key: clientLeaf.privateKeyPem }
export const localhostSpki: Uint8Array = leaf.spki
