// A cipher suite, a group and a signature scheme that no package of ours has, written as a stranger would write them:
// against the interfaces of @typetls/crypto-provider, on what node:crypto has besides.
import {
  createCipheriv,
  createDecipheriv,
  createECDH,
  createHash,
  createHmac,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  sign,
  verify,
} from 'node:crypto'
import type { CipherOCB, CipherOCBTypes, DecipherOCB, KeyObject } from 'node:crypto'
import type {
  Aead,
  CipherSuite,
  Hash,
  Hkdf,
  Hmac,
  KeyExchange,
  NamedGroup,
  ProviderPart,
  SignatureAlgorithm,
  SignatureScheme,
} from '@typetls/crypto-provider'
import { Secret } from '@typetls/crypto-provider'
import { concat, TlsError } from '@typetls/wire'
import type { Credential, PeerVerifier } from '../src/index.ts'

/** Nothing of it is in our tables: AES in OCB mode (RFC 7253) and SHA-3. The number is one for private use. */
export const TLS_AES_128_OCB_SHA3_256: CipherSuite = {
  id: 0xff01,
  name: 'TLS_AES_128_OCB_SHA3_256',
  aead: 'aes-128-ocb',
  hash: 'sha3-256',
  recordLimit: 2 ** 24,
}

/** https://www.rfc-editor.org/rfc/rfc8734 */
export const brainpoolP256r1tls13: NamedGroup = {
  id: 0x001f,
  name: 'brainpoolP256r1tls13',
  clientShareLength: 65,
  serverShareLength: 65,
}

/** https://www.rfc-editor.org/rfc/rfc8734 */
export const ecdsa_brainpoolP256r1tls13_sha256: SignatureScheme = {
  id: 0x081a,
  name: 'ecdsa_brainpoolP256r1tls13_sha256',
  algorithm: 'ecdsa-brainpool-sha256',
  keyType: 'ec-brainpoolP256r1',
  handshake: true,
}

const aesOcb: Aead<'sync'> = {
  name: 'aes-128-ocb',
  keyLength: 16,
  nonceLength: 12,
  tagLength: 16,
  key(secret) {
    if (secret.length !== 16) throw new TlsError('ERR_TLS_CRYPTO', 'a key for AES-128-OCB has 16 bytes')
    let key: Uint8Array | undefined = new Uint8Array(secret.reveal())
    const living = (): Uint8Array => {
      if (key === undefined) throw new TlsError('ERR_TLS_SECRET_DISPOSED', 'this AEAD key was disposed of already')
      return key
    }
    return {
      seal(nonce, additionalData, content, trailer, into, offset) {
        const cipher = createCipheriv('aes-128-ocb' as CipherOCBTypes, living(), nonce, tag) as CipherOCB
        cipher.setAAD(additionalData, { plaintextLength: content.length + trailer.length })
        const sealed = [cipher.update(concat(content, trailer)), cipher.final(), cipher.getAuthTag()]
        into.set(concat(...sealed), offset)
      },
      open(nonce, additionalData, ciphertext) {
        const end = ciphertext.length - 16
        const own = living()
        if (end < 0) return undefined
        const decipher = createDecipheriv('aes-128-ocb' as CipherOCBTypes, own, nonce, tag) as DecipherOCB
        decipher.setAAD(additionalData, { plaintextLength: end })
        decipher.setAuthTag(ciphertext.subarray(end))
        try {
          return concat(decipher.update(ciphertext.subarray(0, end)), decipher.final())
        } catch {
          return undefined
        }
      },
      dispose() {
        key?.fill(0)
        key = undefined
      },
    }
  },
}

const tag = { authTagLength: 16 }

const sha3: Hash<'sync'> = {
  name: 'sha3-256',
  outputLength: 32,
  digest: (data) => new Uint8Array(createHash('sha3-256').update(data).digest()),
  start() {
    const running = createHash('sha3-256')
    return {
      update: (data) => void running.update(data),
      digest: () => new Uint8Array(running.copy().digest()),
    }
  },
}

const hmacSha3: Hmac<'sync'> = {
  hash: 'sha3-256',
  outputLength: 32,
  sign: (key, data) => mac(key.reveal(), data),
}

const hkdfSha3: Hkdf<'sync'> = {
  hash: 'sha3-256',
  outputLength: 32,
  extract: (salt, input) => new Secret(mac(bytesOf(salt), bytesOf(input))),
  expand(key, info, length) {
    if (length > 255 * 32) throw new TlsError('ERR_TLS_CRYPTO', 'HKDF makes at most 255 blocks')
    let block = new Uint8Array()
    let output = new Uint8Array()
    for (let counter = 1; output.length < length; counter++) {
      block = mac(key.reveal(), concat(block, info, Uint8Array.of(counter))) as Uint8Array<ArrayBuffer>
      output = concat(output, block) as Uint8Array<ArrayBuffer>
    }
    return new Secret(output.slice(0, length))
  },
}

function mac(key: Uint8Array, data: Uint8Array): Uint8Array {
  return new Uint8Array(createHmac('sha3-256', key).update(data).digest())
}

function bytesOf(input: Secret | Uint8Array): Uint8Array {
  return input instanceof Secret ? input.reveal() : input
}

const brainpool: KeyExchange<'sync'> = {
  ...brainpoolP256r1tls13,
  start() {
    let ecdh: ReturnType<typeof createECDH> | undefined = createECDH('brainpoolP256r1')
    return {
      share: new Uint8Array(ecdh.generateKeys()),
      finish(serverShare) {
        if (ecdh === undefined) throw new TlsError('ERR_TLS_SECRET_DISPOSED', 'this key was disposed of already')
        return agree(ecdh, serverShare)
      },
      dispose() {
        ecdh = undefined
      },
    }
  },
  respond(clientShare) {
    const ecdh = createECDH('brainpoolP256r1')
    const share = new Uint8Array(ecdh.generateKeys())
    return { share, secret: agree(ecdh, clientShare) }
  },
}

function agree(ecdh: ReturnType<typeof createECDH>, share: Uint8Array): Secret {
  if (share.length !== 65 || share[0] !== 4) throw invalidShare()
  try {
    return new Secret(new Uint8Array(ecdh.computeSecret(share)))
  } catch (cause) {
    throw invalidShare(cause)
  }
}

function invalidShare(cause?: unknown): TlsError {
  return new TlsError('ERR_TLS_KEY_SHARE_INVALID', 'not a point of brainpoolP256r1', { cause })
}

const ecdsaBrainpool: SignatureAlgorithm<'sync'> = {
  name: 'ecdsa-brainpool-sha256',
  verify(key, data, signature) {
    if (key.keyType !== 'ec-brainpoolP256r1') return false
    try {
      const spki = createPublicKey({ key: Buffer.from(key.spki), format: 'der', type: 'spki' })
      return verify('sha256', data, spki, signature)
    } catch {
      return false
    }
  },
  // Its private keys are with its credentials.
  sign(key) {
    throw new TlsError('ERR_TLS_CRYPTO', `a key of type ${key.keyType} cannot sign with ecdsa-brainpool-sha256`)
  },
}

/** What a provider needs for all of the above. */
export const strangeAlgorithms: ProviderPart<'sync'> = {
  name: 'strange',
  hash: { 'sha3-256': sha3 },
  hmac: { 'sha3-256': hmacSha3 },
  hkdf: { 'sha3-256': hkdfSha3 },
  aead: { 'aes-128-ocb': aesOcb },
  keyExchange: { brainpoolP256r1tls13: brainpool },
  signature: { 'ecdsa-brainpool-sha256': ecdsaBrainpool },
}

/** A key that no certificate reader of ours knows: what is sent for a certificate is its SPKI. */
export function brainpoolCredential(): Credential {
  const { publicKey, privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'brainpoolP256r1',
    publicKeyEncoding: { format: 'der', type: 'spki' },
    privateKeyEncoding: { format: 'der', type: 'pkcs8' },
  })
  const key: KeyObject = createPrivateKey({ key: privateKey, format: 'der', type: 'pkcs8' })
  return {
    certificates: [new Uint8Array(publicKey)],
    signer: {
      schemes: [ecdsa_brainpoolP256r1tls13_sha256],
      sign: (_, data) => new Uint8Array(sign('sha256', data, key)),
    },
  }
}

/** Knows one key of one type, and nobody else. */
export function pinningVerifier(credential: Credential, keyType: string): PeerVerifier {
  const [pinned = new Uint8Array()] = credential.certificates
  return {
    verify({ certificates: [leaf] }) {
      if (leaf === undefined || Buffer.compare(leaf, pinned) !== 0) {
        throw new TlsError('ERR_TLS_CERTIFICATE_UNKNOWN_CA', 'not the key we know')
      }
      return { publicKey: { keyType, spki: leaf }, authorized: true, failure: undefined, facts: undefined }
    },
  }
}
