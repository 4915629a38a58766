import type { CipherSuite, CryptoProvider, SignatureScheme } from '@typetls/crypto-provider'
import { cipherSuites, complete, compose, pick, signatureSchemes } from '@typetls/crypto-provider'
import { sha1Schemes, sha1Signatures, tripleDes } from './outdated.ts'
import { mlkem1024, nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'

/** node:crypto; what this Node has not of ML-KEM comes from noble. */
export const crypto: CryptoProvider<'sync'> = compose(
  complete(nodeCrypto, pick(nobleCrypto, ['X25519MLKEM768', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'])),
  {
    keyExchange: { [mlkem1024.name]: mlkem1024 },
    signature: sha1Signatures,
    cbc: { [tripleDes.name]: tripleDes },
  },
)

/** Ours, and those with SHA-1, which TLS 1.3 refuses. */
export const knownSchemes: readonly SignatureScheme[] = [...signatureSchemes, ...sha1Schemes]

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
  return ids.flatMap((id) => knownSchemes.find((row) => row.id === id) ?? [])
}

export function schemeId(name: string | undefined): number {
  return knownSchemes.find((row) => row.name === name)?.id ?? 0
}

/** What BoringSSL verifies without being told: neither Ed25519 nor P-521 nor ML-DSA. */
export const defaultVerifySchemes: readonly number[] = [
  0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601, 0x0201,
]

/** BoringSSL signs with whatever fits the key, but for the legacy schemes. */
export const defaultSigningSchemes: readonly SignatureScheme[] = knownSchemes.filter(({ clientOnly }) => !clientOnly)

/** BoringSSL's order. */
export const defaultGroups: readonly number[] = [0x11ec, 0x001d, 0x0017, 0x0018]
