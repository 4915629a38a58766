import type { ConnectionFacts } from '@typetls/connection'
import type { TestKeyType } from '@typetls/testing'

/** What a key may sign with: in TLS 1.2 the scheme of an ECDSA signature says nothing of the curve. */
export function schemesOf(keyType: TestKeyType, facts: ConnectionFacts | undefined): RegExp {
  return facts?.version === 'TLSv1.2' ? (older[keyType] ?? schemes[keyType]) : schemes[keyType]
}

const schemes: Readonly<Record<TestKeyType, RegExp>> = {
  'ec-secp256r1': /^ecdsa_secp256r1_sha256$/,
  'ec-secp384r1': /^ecdsa_secp384r1_sha384$/,
  'ec-secp521r1': /^ecdsa_secp521r1_sha512$/,
  rsa: /^rsa_pss_rsae_/,
  'rsa-pss': /^rsa_pss_pss_/,
  ed25519: /^ed25519$/,
  ed448: /^ed448$/,
}

const older: Readonly<Partial<Record<TestKeyType, RegExp>>> = {
  'ec-secp256r1': /^ecdsa_/,
  'ec-secp384r1': /^ecdsa_/,
  'ec-secp521r1': /^ecdsa_/,
  rsa: /^rsa_p/,
}
