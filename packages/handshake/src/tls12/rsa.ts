import { required, Secret } from '@typetls/crypto-provider'
import { TlsError, decode, encode, opaqueVector } from '@typetls/wire'
import { ask, wait } from '../program.ts'
import type { KeyExchangeMethod } from './key-exchange.ts'

/**
 * Static RSA: the client encrypts the premaster secret to the key of the certificate. Nothing is forward secret, and the
 * server must not show what it decrypted. https://www.rfc-editor.org/rfc/rfc5246#section-7.4.7.1
 */
export const rsa: KeyExchangeMethod = {
  name: 'RSA',
  keyUse: 'decrypting',
  serverKeyExchange: 'never',
  // A server's key may be elsewhere.
  supportedBy: (crypto, role) => role === 'server' || crypto.keyTransport['rsa-pkcs1'] !== undefined,
  usableWith: () => true,
  readParams: () => undefined,
  *answer(hs, _params, serverKey) {
    if (serverKey?.keyType !== 'rsa') {
      throw new TlsError('ERR_TLS_CERTIFICATE_TYPE', 'the key of the server is not one that decrypts', {
        expected: 'rsa',
        received: serverKey?.keyType,
      })
    }
    const premaster = freshPremaster(hs.crypto.random(48), offeredVersion)
    try {
      const transport = required(hs.crypto, 'keyTransport', 'rsa-pkcs1')
      const ciphertext = yield* wait(transport.encrypt(serverKey, premaster))
      return { message: encode(EncryptedPremaster, ciphertext), premaster: premaster.clone(), group: undefined }
    } finally {
      premaster.dispose()
    }
  },
  *start(hs, hello, credential) {
    return {
      params: undefined,
      group: undefined,
      *finish(body) {
        const ciphertext = decode(EncryptedPremaster, body, 'ClientKeyExchange')
        const fallback = freshPremaster(hs.crypto.random(48), hello.legacyVersion)
        try {
          const decrypted = yield* ask('ERR_TLS_SIGNER', 'the decrypter', () =>
            credential?.decrypter?.decrypt(ciphertext, fallback),
          )
          if (decrypted?.length !== 48) {
            decrypted?.dispose()
            throw new TlsError('ERR_TLS_SIGNER', 'the decrypter gave no secret of 48 bytes')
          }
          try {
            return { premaster: ofOfferedVersion(decrypted.reveal(), fallback.reveal()) }
          } finally {
            decrypted.dispose()
          }
        } finally {
          fallback.dispose()
        }
      },
      dispose() {},
    }
  },
}

/** Of 48 bytes, the first two of which are the version that the client offered. Takes `bytes`. */
function freshPremaster(bytes: Uint8Array, version: number): Secret {
  bytes[0] = version >> 8
  bytes[1] = version & 0xff
  return new Secret(bytes)
}

/**
 * "the server … MUST NOT generate an alert if … the version number is not as expected": the fallback then, without a
 * branch that depends on it.
 */
function ofOfferedVersion(decrypted: Uint8Array, fallback: Uint8Array): Secret {
  const [high = 0, low = 0] = fallback
  const wrong = ((decrypted[0] as number) ^ high) | ((decrypted[1] as number) ^ low)
  // All ones if it is wrong.
  const mask = ((wrong - 1) >>> 31) - 1
  return new Secret(decrypted.map((byte, i) => (byte & ~mask) | ((fallback[i] as number) & mask)))
}

/** legacy_version of every ClientHello of ours. */
const offeredVersion = 0x0303

const EncryptedPremaster = /* @__PURE__ */ opaqueVector(0, 0xffff)
