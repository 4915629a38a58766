import { constants, sign, verify } from 'node:crypto'
import type { KeyObject } from 'node:crypto'
import { unfitKey } from '@typetls/crypto-provider'
import type { KeyType, Listed, SignatureAlgorithm } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { plainBytes } from './plain-bytes.ts'
import { keyObjectOfPrivate } from './private-key.ts'
import { keyObjectOfPublic } from './public-key.ts'

/** SHA-1 is left out. The curve of an `ecdsa-` algorithm is the key's. */
export const signature: Listed<SignatureAlgorithm<'sync'>> = {
  'ecdsa-sha256': /* @__PURE__ */ row('ecdsa-sha256', 'sha256', ecKeys, asIs),
  'ecdsa-sha384': /* @__PURE__ */ row('ecdsa-sha384', 'sha384', ecKeys, asIs),
  'ecdsa-sha512': /* @__PURE__ */ row('ecdsa-sha512', 'sha512', ecKeys, asIs),
  'rsa-pss-sha256': /* @__PURE__ */ row('rsa-pss-sha256', 'sha256', /* @__PURE__ */ pssKeys('sha256', 32), pss),
  'rsa-pss-sha384': /* @__PURE__ */ row('rsa-pss-sha384', 'sha384', /* @__PURE__ */ pssKeys('sha384', 48), pss),
  'rsa-pss-sha512': /* @__PURE__ */ row('rsa-pss-sha512', 'sha512', /* @__PURE__ */ pssKeys('sha512', 64), pss),
  'rsa-pkcs1-sha256': /* @__PURE__ */ row('rsa-pkcs1-sha256', 'sha256', /* @__PURE__ */ only('rsa'), asIs),
  'rsa-pkcs1-sha384': /* @__PURE__ */ row('rsa-pkcs1-sha384', 'sha384', /* @__PURE__ */ only('rsa'), asIs),
  'rsa-pkcs1-sha512': /* @__PURE__ */ row('rsa-pkcs1-sha512', 'sha512', /* @__PURE__ */ only('rsa'), asIs),
  ed25519: /* @__PURE__ */ row('ed25519', null, /* @__PURE__ */ only('ed25519'), asIs),
  ed448: /* @__PURE__ */ row('ed448', null, /* @__PURE__ */ only('ed448'), asIs),
  .../* @__PURE__ */ mlDsa(),
}

/** Where Node has it, as of 24.6; OpenSSL as of 3.5 does the work. Signing is hedged, the context empty. */
function mlDsa(): Listed<SignatureAlgorithm<'sync'>> {
  const [major = 0, minor = 0] = process.versions.node.split('.').map(Number)
  const [openssl = 0, release = 0] = process.versions.openssl.split('.').map(Number)
  if (major < 24 || (major === 24 && minor < 6) || openssl < 3 || (openssl === 3 && release < 5)) return {}
  const names = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87']
  return Object.fromEntries(names.map((name) => [name, row(name, null, only(name), asIs)]))
}

type KeyInput = KeyObject | { key: KeyObject; padding: number; saltLength: number }
type Fits = (keyType: KeyType, key: KeyObject) => boolean

function row(
  name: string,
  hash: string | null,
  fits: Fits,
  input: (key: KeyObject) => KeyInput,
): SignatureAlgorithm<'sync'> {
  return {
    name,
    verify(key, data, signature) {
      const keyObject = keyObjectOfPublic(key)
      if (keyObject === undefined || !fits(key.keyType, keyObject)) return false
      try {
        return verify(hash, data, input(keyObject), signature)
      } catch {
        // OpenSSL throws for some malformed signatures; the contract says false.
        return false
      }
    },
    sign(key, data) {
      const keyObject = keyObjectOfPrivate(key)
      if (!fits(key.keyType, keyObject)) throw unfitKey(key.keyType, 'sign', name)
      try {
        return plainBytes(sign(hash, data, input(keyObject)))
      } catch (cause) {
        throw new TlsError('ERR_TLS_CRYPTO', `node:crypto could not sign with ${name}`, { cause })
      }
    },
  }
}

function only(wanted: KeyType): Fits {
  return (keyType) => keyType === wanted
}

function ecKeys(keyType: KeyType): boolean {
  return keyType.startsWith('ec-')
}

/**
 * Keys for RSASSA-PSS may be bound to a hash, a mask hash and a least salt length; TLS has one combination per scheme:
 * "the digest used in the mask generation function ... [is] the same", "the length of the Salt MUST be equal to the
 * length of the digest output". https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
 */
function pssKeys(hash: string, saltLength: number): Fits {
  return (keyType, key) => {
    if (keyType === 'rsa') return true
    if (keyType !== 'rsa-pss') return false
    const bound = key.asymmetricKeyDetails
    if (bound?.hashAlgorithm === undefined) return true
    return bound.hashAlgorithm === hash && bound.mgf1HashAlgorithm === hash && (bound.saltLength ?? 0) <= saltLength
  }
}

function asIs(key: KeyObject): KeyInput {
  return key
}

function pss(key: KeyObject): KeyInput {
  return { key, padding: constants.RSA_PKCS1_PSS_PADDING, saltLength: constants.RSA_PSS_SALTLEN_DIGEST }
}
