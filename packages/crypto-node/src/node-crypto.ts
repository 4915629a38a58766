import type { CryptoProvider } from '@typetls/crypto-provider'
import { aead } from './aead.ts'
import { cbc } from './cbc.ts'
import { finiteField } from './finite-field.ts'
import { hash } from './hash.ts'
import { hkdf } from './hkdf.ts'
import { hmac } from './hmac.ts'
import { keyExchange } from './key-exchange.ts'
import { keyTransport } from './key-transport.ts'
import { importPrivateKey } from './private-key.ts'
import { random } from './random.ts'
import { signature } from './signature.ts'

/**
 * The backend on `node:crypto` (OpenSSL), synchronous.
 *
 * X25519MLKEM768 and SecP256r1MLKEM768 are there when the running Node has ML-KEM (24.7 and later); on an older one
 * they can be taken from another backend with `compose`.
 */
export const nodeCrypto: CryptoProvider<'sync'> = {
  name: 'node:crypto',
  mode: 'sync',
  random,
  hash,
  hmac,
  hkdf,
  aead,
  cbc,
  keyExchange,
  finiteField,
  signature,
  keyTransport,
  importPrivateKey,
}
