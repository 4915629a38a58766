import { ml_dsa44, ml_dsa65, ml_dsa87 } from '@noble/post-quantum/ml-dsa.js'
import type { SignatureAlgorithm } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import { KeyReader, spkiForm, unusableKey } from '@typetls/crypto-provider/key-forms'
import type { SpkiForm } from '@typetls/crypto-provider/key-forms'
import { NoblePrivateKey, scalarOf } from './noble-private-key.ts'
import { random } from './random.ts'
import { implicit, octetString, sequence } from '@typetls/wire/der'

/**
 * ML-DSA (FIPS 204) without prehash and with an empty context, as draft-ietf-tls-mldsa and RFC 9881 have it. Signing is
 * hedged: fresh randomness is mixed in.
 */
export const mlDsa44: SignatureAlgorithm<'sync'> = /* @__PURE__ */ algorithm('ml-dsa-44', ml_dsa44)
export const mlDsa65: SignatureAlgorithm<'sync'> = /* @__PURE__ */ algorithm('ml-dsa-65', ml_dsa65)
export const mlDsa87: SignatureAlgorithm<'sync'> = /* @__PURE__ */ algorithm('ml-dsa-87', ml_dsa87)

type MlDsa = typeof ml_dsa44

/** Names of both the algorithms and the types of their keys. */
export type MlDsaName = (typeof mlDsaNames)[number]

export const mlDsaNames = ['ml-dsa-44', 'ml-dsa-65', 'ml-dsa-87'] as const

function algorithm(name: MlDsaName, scheme: MlDsa): SignatureAlgorithm<'sync'> {
  const spki = mlDsaSpki(name)
  return {
    name,
    verify(key, data, signature) {
      const publicKey = key.keyType === name ? spki.read(key.spki) : undefined
      if (publicKey === undefined || signature.length !== scheme.lengths.signature) return false
      return scheme.verify(signature, data, publicKey)
    },
    sign: (key, data) => scheme.sign(data, scalarOf(key, name, name), { extraEntropy: random(32) }),
  }
}

/**
 * A private key from the content of PKCS#8's OCTET STRING: a seed, an expanded key, or both, which must match.
 * https://www.rfc-editor.org/rfc/rfc9881#section-6
 *
 * @throws TlsError `ERR_TLS_KEY_PARSE` (internal_error)
 */
export function readMlDsaKey(name: MlDsaName, der: Uint8Array): NoblePrivateKey {
  const scheme = schemes()[name]
  const isBoth = der[0] === sequence
  const fields = isBoth ? KeyReader.ofSequence(der) : new KeyReader(der)
  const seed = isBoth ? fields.content(octetString) : fields.optional(implicit(0))
  const expanded = isBoth || seed === undefined ? fields.content(octetString) : undefined
  fields.finish()
  const secretKey = keyOf(scheme, seed, expanded)
  const publicKey = scheme.getPublicKey(secretKey)
  return new NoblePrivateKey(name, mlDsaSpki(name).write(publicKey), { kind: 'scalar', bytes: secretKey })
}

function keyOf(scheme: MlDsa, seed: Uint8Array | undefined, expanded: Uint8Array | undefined): Uint8Array {
  if (seed !== undefined && seed.length !== 32) throw unusableKey('its seed has not 32 bytes')
  const made = seed && scheme.keygen(seed).secretKey
  if (expanded === undefined) {
    if (made === undefined) throw unusableKey('it is empty')
    return made
  }
  if (made !== undefined && !equalBytes(made, expanded)) throw unusableKey('its two forms are not of one key')
  if (expanded.length !== scheme.lengths.secretKey) throw unusableKey('it has not the length of its kind')
  return made ?? consistent(scheme, new Uint8Array(expanded))
}

/** An expanded key holds a hash of its public key, which must be that of the public key made from the rest. */
function consistent(scheme: MlDsa, secretKey: Uint8Array): Uint8Array {
  const probe = Uint8Array.of(0)
  try {
    const signature = scheme.sign(probe, secretKey, { extraEntropy: new Uint8Array(32) })
    if (scheme.verify(signature, probe, scheme.getPublicKey(secretKey))) return secretKey
  } catch (cause) {
    throw unusableKey('its numbers are out of range', cause)
  }
  throw unusableKey('it does not sign what its public key verifies')
}

function schemes(): Readonly<Record<MlDsaName, MlDsa>> {
  return { 'ml-dsa-44': ml_dsa44, 'ml-dsa-65': ml_dsa65, 'ml-dsa-87': ml_dsa87 }
}

/** https://www.rfc-editor.org/rfc/rfc9881#section-4 */
export function mlDsaSpki(name: MlDsaName): SpkiForm {
  switch (name) {
    case 'ml-dsa-44':
      return spkiForm('300b0609608648016503040311', 1312)
    case 'ml-dsa-65':
      return spkiForm('300b0609608648016503040312', 1952)
    case 'ml-dsa-87':
      return spkiForm('300b0609608648016503040313', 2592)
  }
}
