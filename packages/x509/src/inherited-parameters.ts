import { parseAsn1 } from './asn1.ts'
import { bitString, derElement, sequence } from '@typetls/wire/der'
import type { SubjectPublicKey } from './public-key.ts'
import { readAlgorithm } from './signature-algorithm.ts'

/** A DSA key whose parameters are those of its issuer's key. https://www.rfc-editor.org/rfc/rfc3279#section-2.3.2 */
export function inheritsParameters({ keyType, spki }: SubjectPublicKey): boolean {
  if (keyType !== 'dsa') return false
  return readAlgorithm(parseAsn1(spki, 'SubjectPublicKeyInfo').enter(sequence)).parameters === undefined
}

/**
 * The key with the parameters of its issuer's key: "if the subjectPublicKeyAlgorithm … are the same, … the
 * working_public_key_parameters … are unchanged". https://www.rfc-editor.org/rfc/rfc5280#section-6.1.4 (d) to (f)
 */
export function withInheritedParameters(key: SubjectPublicKey, issuer: SubjectPublicKey): SubjectPublicKey {
  if (!inheritsParameters(key) || issuer.keyType !== key.keyType || inheritsParameters(issuer)) return key
  const algorithm = parseAsn1(issuer.spki, 'SubjectPublicKeyInfo').enter(sequence).element(sequence)
  const spki = derElement(sequence, algorithm, derElement(bitString, Uint8Array.of(0), key.keyBytes))
  return { ...key, spki }
}
