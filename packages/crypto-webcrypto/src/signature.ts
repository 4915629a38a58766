import type { KeyType, SignatureAlgorithm } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import { ecdsaToDer } from './ecdsa-signature.ts'
import type { Subtle } from './platform.ts'
import type { Scheme } from './verifying.ts'
import { verifying } from './verifying.ts'
import { platformKey, WebPrivateKey } from './web-private-key.ts'

export function signatureAlgorithm(subtle: Subtle, scheme: Scheme): SignatureAlgorithm<'async'> {
  const { name, parameters } = scheme
  return {
    ...verifying(subtle, scheme),
    async sign(key, data) {
      const privateKey = platformKey(key, name)
      try {
        const signature = new Uint8Array(await subtle.sign(parameters, privateKey, data))
        return parameters.name === 'ECDSA' ? ecdsaToDer(signature) : signature
      } catch (cause) {
        throw new TlsError('ERR_TLS_CRYPTO', `the platform could not sign with ${name}`, { cause })
      }
    },
  }
}

/** The same for more kinds of keys: those of `keyTypes`, which the platform lacks, are left to another provider. */
export function extended(
  own: SignatureAlgorithm<'async'>,
  other: SignatureAlgorithm,
  keyTypes: readonly KeyType[],
): SignatureAlgorithm<'async'> {
  return {
    name: own.name,
    verify: (key, data, signature) => (keyTypes.includes(key.keyType) ? other : own).verify(key, data, signature),
    sign: (key, data) => (key instanceof WebPrivateKey ? own : other).sign(key, data),
  }
}
