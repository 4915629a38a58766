import type { CipherSuite, CryptoProvider, SignatureScheme } from '@typetls/crypto-provider'
import { cipherSuites, compose, pick, signatureSchemes } from '@typetls/crypto-provider'
import { nobleCrypto } from '@typetls/crypto-noble'
import { nodeCrypto } from '@typetls/crypto-node'

/** node:crypto; what this Node has not of ML-KEM comes from noble. */
export const crypto: CryptoProvider<'sync'> =
  nodeCrypto.keyExchange['X25519MLKEM768'] === undefined
    ? compose(nodeCrypto, pick(nobleCrypto, ['X25519MLKEM768']))
    : nodeCrypto

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
  return ids.flatMap((id) => signatureSchemes.find((row) => row.id === id) ?? [])
}

export function schemeId(name: string | undefined): number {
  return signatureSchemes.find((row) => row.name === name)?.id ?? 0
}

/** What BoringSSL verifies without being told: neither Ed25519 nor P-521 nor ML-DSA. */
export const defaultVerifySchemes: readonly number[] = [0x0403, 0x0804, 0x0401, 0x0503, 0x0805, 0x0501, 0x0806, 0x0601]

/** BoringSSL's order, without X25519MLKEM768, which the tests that want it ask for. */
export const defaultGroups: readonly number[] = [0x001d, 0x0017, 0x0018]
