import type { KeyObject } from 'node:crypto'
import { X509Certificate, createPublicKey } from 'node:crypto'
import type { CryptoProvider } from '@typetls/crypto-provider'
import type { CredentialSelector } from '@typetls/handshake'
import { TlsError } from '@typetls/wire'
import { isUsableFor } from '@typetls/x509'
import { credentialsOf } from '../credentials.ts'
import type { CertificateInput, KeyInput, KeyMaterial } from '../key-material.ts'
import { chainOf, keyObjectOf, readPfx } from '../key-material.ts'
import { cryptoError, openSslError } from './openssl-error.ts'
import { checkKeySize } from './security-level.ts'

/**
 * The certificates and keys of a context as OpenSSL keeps them: one of each for a kind of key, in whatever order they
 * come. A half without the other is of no use, and no error either.
 */
export class Identities {
  readonly #slots = new Map<string, Slot>()

  /**
   * A chain, leaf first, in place of that of the same kind of key.
   *
   * @param level OpenSSL's security level
   * @throws Error `ERR_OSSL_PEM_NO_START_LINE`, `ERR_OSSL_ASN1_WRONG_TAG`, `ERR_SSL_EE_KEY_TOO_SMALL`
   */
  addChain(input: CertificateInput, level: number): void {
    this.#add(parsedChain(input), level)
  }

  /**
   * A key, in place of that of the same kind.
   *
   * @throws Error `ERR_OSSL_UNSUPPORTED` for what is no key, `ERR_OSSL_BAD_DECRYPT` for a passphrase that is wrong or
   *   missing, `ERR_OSSL_X509_KEY_VALUES_MISMATCH` when it is not that of the certificate
   */
  addKey(input: KeyInput, passphrase: string | undefined): void {
    this.#addKey(keyOf(input, passphrase))
  }

  /**
   * The key and chain of a PKCS#12 file.
   *
   * @returns its authorities, DER
   * @throws Error with Node's words; `ERR_CRYPTO_OPERATION_FAILED` for a file without a key,
   *   `ERR_CRYPTO_UNSUPPORTED_OPERATION` for a cipher that OpenSSL 3 has not
   */
  addPkcs12(file: Uint8Array, passphrase: string | undefined, level: number): readonly Uint8Array[] {
    const authorities: Uint8Array[] = []
    for (const { key, chain } of pkcs12Of(file, passphrase)) {
      this.#add(chain, level)
      this.#addKey(key)
      authorities.push(...chain.slice(1))
    }
    return authorities
  }

  /** Chains with their keys, the kinds that OpenSSL likes best first. */
  material(authorities: readonly Uint8Array[]): KeyMaterial[] {
    return kinds.flatMap((kind) => {
      const { chain, key } = this.#slots.get(kind) ?? {}
      if (chain === undefined || key === undefined) return []
      const certificates = chain.length > 1 ? chain : completed(chain, authorities)
      return { certificates, pkcs8: key.export({ format: 'der', type: 'pkcs8' }) }
    })
  }

  #add(chain: readonly Uint8Array[], level: number): void {
    const leaf = new X509Certificate(chain[0] as Uint8Array)
    const { publicKey } = leaf
    checkKeySize(publicKey, level)
    const slot = this.#slot(publicKey)
    slot.chain = chain
    // A new certificate may be for a key that is yet to come.
    if (slot.key !== undefined && !leaf.checkPrivateKey(slot.key)) slot.key = undefined
  }

  #addKey(key: KeyObject): void {
    const slot = this.#slot(createPublicKey(key))
    const [leaf] = slot.chain ?? []
    if (leaf !== undefined && !new X509Certificate(leaf).checkPrivateKey(key)) {
      throw openSslError('05800074', 'x509 certificate routines', 'key values mismatch')
    }
    slot.key = key
  }

  #slot({ asymmetricKeyType: kind = 'rsa' }: KeyObject): Slot {
    const known = this.#slots.get(kind)
    if (known !== undefined) return known
    const made: Slot = { chain: undefined, key: undefined }
    this.#slots.set(kind, made)
    return made
  }
}

interface Slot {
  /** DER, leaf first. */
  chain: readonly Uint8Array[] | undefined
  key: KeyObject | undefined
}

/**
 * Takes the first that the peer can check signatures of, as OpenSSL does: it asks certificates neither for the name the
 * client wants nor for the authorities it knows.
 */
export function selectorOf(material: readonly KeyMaterial[], crypto: CryptoProvider): CredentialSelector | undefined {
  return credentialsOf(material, crypto, (ready) => (request) => {
    const usable = ready.find((one) => isUsableFor(one, request))
    return usable ?? (request.role === 'server' ? ready[0] : undefined)
  })
}

/** DER of the certificates of a text. */
function parsedChain(input: CertificateInput): readonly Uint8Array[] {
  const chain = parsed(() => chainOf(input))
  for (const der of chain) parsed(() => new X509Certificate(der))
  return chain
}

function parsed<T>(read: () => T): T {
  try {
    return read()
  } catch (cause) {
    if (cause instanceof TlsError) throw openSslError('0480006C', 'PEM routines', 'no start line', cause)
    throw openSslError('068000A8', 'asn1 encoding routines', 'wrong tag', cause)
  }
}

function keyOf(input: KeyInput, passphrase: string | undefined): KeyObject {
  try {
    return keyObjectOf(input, passphrase)
  } catch (cause) {
    const { code } = cause as { code?: string }
    if (code === 'ERR_TLS_PASSPHRASE' || code === 'ERR_TLS_PASSPHRASE_REQUIRED') {
      throw openSslError('1C800064', 'Provider routines', 'bad decrypt', cause)
    }
    throw openSslError('1E08010C', 'DECODER routines', 'unsupported', cause)
  }
}

function pkcs12Of(file: Uint8Array, passphrase: string | undefined): ReturnType<typeof readPfx> {
  try {
    // A file without a passphrase has an empty one.
    return readPfx(file, passphrase ?? '')
  } catch (cause) {
    const { code } = cause as { code?: string }
    if (code === 'ERR_TLS_OPTIONS') {
      throw cryptoError('ERR_CRYPTO_OPERATION_FAILED', 'Unable to load private key from PFX data', cause)
    }
    if (code === 'ERR_TLS_UNSUPPORTED') {
      throw cryptoError('ERR_CRYPTO_UNSUPPORTED_OPERATION', 'Unsupported PKCS12 PFX data', cause)
    }
    if (code === 'ERR_TLS_PASSPHRASE') throw new Error('mac verify failure', { cause })
    throw new Error('not enough data', { cause })
  }
}

/** OpenSSL sends along what it trusts itself, when there is nothing else to send along. */
function completed(leaf: readonly Uint8Array[], authorities: readonly Uint8Array[]): readonly Uint8Array[] {
  if (authorities.length === 0) return leaf
  const chain = [...leaf]
  let last = new X509Certificate(chain[0] as Uint8Array)
  while (!last.checkIssued(last) && chain.length <= authorities.length) {
    const child = last
    const issuer = authorities.find((der) => child.checkIssued(new X509Certificate(der)))
    if (issuer === undefined) break
    chain.push(issuer)
    last = new X509Certificate(issuer)
  }
  return chain
}

/** What OpenSSL signs with if it may choose. */
const kinds = ['ec', 'ed25519', 'ed448', 'rsa-pss', 'rsa', 'ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const
