import type { CipherSuite, CryptoProvider, SignatureScheme } from '@typetls/crypto-provider'
import { cipherSuites, complete, compose, pick, signatureSchemes } from '@typetls/crypto-provider'
import { mlkem1024, nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'

/** node:crypto; what this Node has not of ML-KEM comes from noble. */
export const crypto: CryptoProvider<'sync'> = compose(
  complete(nodeCrypto, pick(nobleCrypto, ['X25519MLKEM768', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'])),
  { keyExchange: { [mlkem1024.name]: mlkem1024 } },
)

/** BoringSSL's defaults. Those of TLS 1.3 follow its order on machines with AES instructions. */
export function suitesOf(): readonly CipherSuite[] {
  return cipherSuites.filter(({ aead }) => !aead.includes('ccm'))
}

/** Names of groups by number; `undefined` where we lack one. */
export function groupName(id: number): string | undefined {
  return Object.values(crypto.keyExchange).find((group) => group?.id === id)?.name
}

/** Numbers of named groups by IANA name. */
export function groupId(name: string | undefined): number {
  return name === undefined ? 0 : (crypto.keyExchange[name]?.id ?? 0)
}

export function schemesOf(ids: readonly number[]): readonly SignatureScheme[] {
  return ids.flatMap((id) => [...signatureSchemes, ...announcedOnly].find((row) => row.id === id) ?? [])
}

export function schemeId(name: string | undefined): number {
  return signatureSchemes.find((row) => row.name === name)?.id ?? 0
}

/** Schemes with SHA-1, which we never take: a peer that is told of them and uses them must be refused. */
const announcedOnly: readonly SignatureScheme[] = [
  { id: 0x0201, name: 'rsa_pkcs1_sha1', algorithm: 'rsa-pkcs1-sha256', keyType: 'rsa', handshake: false },
  { id: 0x0203, name: 'ecdsa_sha1', algorithm: 'ecdsa-sha256', keyType: undefined, handshake: false },
]

/** What BoringSSL verifies without being told: neither Ed25519 nor P-521 nor ML-DSA. */
export const defaultVerifySchemes: readonly number[] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]

/** BoringSSL signs with whatever fits the key, but for the legacy schemes. */
export const defaultSigningSchemes: readonly SignatureScheme[] = signatureSchemes.filter(
  ({ clientOnly }) => !clientOnly,
)

/** BoringSSL's order. */
export const defaultGroups: readonly number[] = [0x11ec, 0x001d, 0x0017, 0x0018]
