// What a program that knows its library would write: the same work on the same bytes as a provider does, without ours.
// A sealed record ends up in the caller's buffer.
import * as node from 'node:crypto'
import { gcm } from '@noble/ciphers/aes.js'
import { chacha20poly1305 } from '@noble/ciphers/chacha.js'
import { ed25519, x25519 } from '@noble/curves/ed25519.js'
import { p256 } from '@noble/curves/nist.js'
import sodium from 'sodium-native'

const { subtle } = node.webcrypto
const tagLength = 16
const options = { authTagLength: tagLength }

/** By backend: `aead(name, key)`, `signer(name, pkcs8, spki)` and `agreement(name)`; `undefined` for what it lacks. */
export const raw = {
  node: { aead: nodeAead, signer: nodeSigner, agreement: nodeAgreement },
  noble: { aead: nobleAead, signer: nobleSigner, agreement: nobleAgreement },
  webcrypto: { aead: webAead, signer: webSigner, agreement: webAgreement },
  sodium: { aead: sodiumAead, agreement: sodiumAgreement },
}

function nodeAead(name, key) {
  // Node 24 and its like spend 8 µs more on bytes than on a KeyObject.
  const usable = /^v2[345]\./.test(process.version) ? node.createSecretKey(key) : key
  return {
    seal(nonce, aad, plaintext, into) {
      const cipher = node.createCipheriv(name, usable, nonce, options)
      cipher.setAAD(aad)
      into.set(cipher.update(plaintext))
      cipher.final()
      into.set(cipher.getAuthTag(), plaintext.length)
    },
    open(nonce, aad, ciphertext) {
      const end = ciphertext.length - tagLength
      const decipher = node.createDecipheriv(name, usable, nonce, options)
      decipher.setAAD(aad)
      decipher.setAuthTag(ciphertext.subarray(end))
      const plaintext = decipher.update(ciphertext.subarray(0, end))
      decipher.final()
      return plaintext
    },
  }
}

function nobleAead(name, key) {
  const cipher = name === 'chacha20-poly1305' ? chacha20poly1305 : gcm
  return {
    seal: (nonce, aad, plaintext, into) => into.set(cipher(key, nonce, aad).encrypt(plaintext)),
    open: (nonce, aad, ciphertext) => cipher(key, nonce, aad).decrypt(ciphertext),
  }
}

async function webAead(name, bytes) {
  const key = await subtle.importKey('raw', bytes, { name: 'AES-GCM' }, false, ['encrypt', 'decrypt'])
  const parameters = (iv, additionalData) => ({ name: 'AES-GCM', iv, additionalData, tagLength: 128 })
  return {
    seal: async (nonce, aad, plaintext, into) =>
      into.set(new Uint8Array(await subtle.encrypt(parameters(nonce, aad), key, plaintext))),
    open: async (nonce, aad, ciphertext) =>
      new Uint8Array(await subtle.decrypt(parameters(nonce, aad), key, ciphertext)),
  }
}

function sodiumAead(_name, key) {
  return {
    seal: (nonce, aad, plaintext, into) =>
      sodium.crypto_aead_chacha20poly1305_ietf_encrypt(into, plaintext, aad, null, nonce, key),
    open(nonce, aad, ciphertext) {
      const plaintext = Buffer.allocUnsafe(ciphertext.length - tagLength)
      sodium.crypto_aead_chacha20poly1305_ietf_decrypt(plaintext, null, ciphertext, aad, nonce, key)
      return plaintext
    },
  }
}

function nodeSigner(name, pkcs8, spki) {
  const privateKey = node.createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' })
  const publicKey = node.createPublicKey({ key: spki, format: 'der', type: 'spki' })
  const hash = name === 'ed25519' ? null : 'sha256'
  const pss = { padding: node.constants.RSA_PKCS1_PSS_PADDING, saltLength: node.constants.RSA_PSS_SALTLEN_DIGEST }
  const input = (key) => (name === 'rsa-pss-sha256' ? { key, ...pss } : key)
  return {
    sign: (data) => node.sign(hash, data, input(privateKey)),
    verify: (data, signature) => node.verify(hash, data, input(publicKey), signature),
  }
}

function nobleSigner(name, pkcs8, spki) {
  if (name === 'ed25519') {
    const [seed, publicKey] = [pkcs8.slice(-32), spki.slice(-32)]
    return {
      sign: (data) => ed25519.sign(data, seed),
      // RFC 8032's rule, as ours: noble alone would take ZIP 215's.
      verify: (data, signature) => ed25519.verify(signature, data, publicKey, { zip215: false }),
    }
  }
  if (name !== 'ecdsa-sha256') return undefined
  const scalar = Buffer.from(
    node.createPrivateKey({ key: pkcs8, format: 'der', type: 'pkcs8' }).export({ format: 'jwk' }).d,
    'base64url',
  )
  const [secret, point] = [new Uint8Array(scalar), spki.slice(-65)]
  const ecdsa = { format: 'der', lowS: false }
  return {
    sign: (data) => p256.sign(data, secret, { ...ecdsa, extraEntropy: true }),
    verify: (data, signature) => p256.verify(signature, data, point, ecdsa),
  }
}

async function webSigner(name, pkcs8, spki) {
  const [algorithm, parameters] = {
    'ecdsa-sha256': [
      { name: 'ECDSA', namedCurve: 'P-256' },
      { name: 'ECDSA', hash: 'SHA-256' },
    ],
    'rsa-pss-sha256': [
      { name: 'RSA-PSS', hash: 'SHA-256' },
      { name: 'RSA-PSS', saltLength: 32 },
    ],
    ed25519: [{ name: 'Ed25519' }, { name: 'Ed25519' }],
  }[name]
  const privateKey = await subtle.importKey('pkcs8', pkcs8, algorithm, false, ['sign'])
  const publicKey = await subtle.importKey('spki', spki, algorithm, true, ['verify'])
  return {
    sign: async (data) => new Uint8Array(await subtle.sign(parameters, privateKey, data)),
    verify: (data, signature) => subtle.verify(parameters, publicKey, signature, data),
  }
}

/** A server's part: a key pair of its own, and the secret with a client's share. */
function nodeAgreement(name) {
  if (name === 'secp256r1') {
    return (share) => {
      const ecdh = node.createECDH('prime256v1')
      ecdh.generateKeys()
      return ecdh.computeSecret(share)
    }
  }
  const header = Buffer.from('302a300506032b656e032100', 'hex')
  return (share) => {
    const { privateKey, publicKey } = node.generateKeyPairSync('x25519')
    publicKey.export({ format: 'der', type: 'spki' })
    const peer = node.createPublicKey({ key: Buffer.concat([header, share]), format: 'der', type: 'spki' })
    return node.diffieHellman({ privateKey, publicKey: peer })
  }
}

function nobleAgreement(name) {
  const curve = name === 'secp256r1' ? p256 : x25519
  return (share) => {
    const secret = curve.utils.randomSecretKey()
    curve.getPublicKey(secret, false)
    return curve.getSharedSecret(secret, share)
  }
}

function sodiumAgreement() {
  return (share) => {
    const [scalar, own, secret] = [Buffer.alloc(32), Buffer.alloc(32), Buffer.alloc(32)]
    sodium.randombytes_buf(scalar)
    sodium.crypto_scalarmult_base(own, scalar)
    sodium.crypto_scalarmult(secret, scalar, share)
    return secret
  }
}

function webAgreement(name) {
  const algorithm = name === 'secp256r1' ? { name: 'ECDH', namedCurve: 'P-256' } : { name: 'X25519' }
  return async (share) => {
    const pair = await subtle.generateKey(algorithm, false, ['deriveBits'])
    await subtle.exportKey('raw', pair.publicKey)
    const peer = await subtle.importKey('raw', share, algorithm, true, [])
    return subtle.deriveBits({ name: algorithm.name, public: peer }, pair.privateKey, 256)
  }
}
