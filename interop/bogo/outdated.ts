import {
  createCipheriv,
  createDecipheriv,
  createPrivateKey,
  createPublicKey,
  sign as nodeSign,
  verify as nodeVerify,
} from 'node:crypto'
import type { CipherSuiteRow } from '@typetls/connection/tls12'
import { TLS_RSA_WITH_AES_128_CBC_SHA } from '@typetls/connection/tls12'
import type { Cbc, SignatureAlgorithm, SignatureScheme } from '@typetls/crypto-provider'
import { cbcWithHmac } from '@typetls/record/tls12'

// What BoringSSL still has, and we have in no list: SHA-1 in signatures, and 3DES. The stack takes such rows from whoever
// hands them in; that the runner tests as well.

export const sha1Signatures: Readonly<Record<string, SignatureAlgorithm<'sync'>>> = {
  'rsa-pkcs1-sha1': sha1('rsa-pkcs1-sha1'),
  'ecdsa-sha1': sha1('ecdsa-sha1'),
}

export const sha1Schemes: readonly SignatureScheme[] = [
  { id: 0x0203, name: 'ecdsa_sha1', algorithm: 'ecdsa-sha1', keyType: undefined, handshake: false },
  { id: 0x0201, name: 'rsa_pkcs1_sha1', algorithm: 'rsa-pkcs1-sha1', keyType: 'rsa', handshake: false },
]

/** Signs with SHA-1 by a key in PEM. */
export function signWithSha1(pem: string, data: Uint8Array): Uint8Array {
  return new Uint8Array(nodeSign('sha1', data, createPrivateKey(pem)))
}

export const tripleDes: Cbc<'sync'> = {
  name: 'des-ede3-cbc',
  keyLength: 24,
  blockLength: 8,
  key(secret) {
    const key = new Uint8Array(secret.reveal())
    return {
      encrypt(iv, plaintext, into, offset) {
        const cipher = createCipheriv('des-ede3-cbc', key, iv).setAutoPadding(false)
        into.set(cipher.update(plaintext), offset)
        cipher.final()
      },
      decrypt(iv, ciphertext) {
        const cipher = createDecipheriv('des-ede3-cbc', key, iv).setAutoPadding(false)
        const plaintext = new Uint8Array(cipher.update(ciphertext))
        cipher.final()
        return plaintext
      },
      dispose: () => void key.fill(0),
    }
  },
}

export const TLS_RSA_WITH_3DES_EDE_CBC_SHA: CipherSuiteRow = {
  ...TLS_RSA_WITH_AES_128_CBC_SHA,
  id: 0x000a,
  name: 'TLS_RSA_WITH_3DES_EDE_CBC_SHA',
  cipher: cbcWithHmac('des-ede3-cbc', 'sha1'),
}

function sha1(name: string): SignatureAlgorithm<'sync'> {
  return {
    name,
    verify({ spki }, data, signature) {
      const key = createPublicKey({ key: Buffer.from(spki), format: 'der', type: 'spki' })
      try {
        return nodeVerify('sha1', data, key, signature)
      } catch {
        // OpenSSL throws for some malformed signatures.
        return false
      }
    },
    sign() {
      throw new Error('keys of the provider do not sign with SHA-1: see signWithSha1')
    },
  }
}
