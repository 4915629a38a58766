import type { SignatureScheme } from '@typetls/crypto-provider'
import { defaultSignatureSchemes } from '@typetls/crypto-provider'
import { cryptoError } from './openssl-error.ts'

/**
 * Our names of groups for a list of OpenSSL's, such as `X25519MLKEM768:P-256`; of those we do not have one must stand
 * beside another that we have.
 *
 * @returns `undefined` for `auto`
 * @throws Error `ERR_CRYPTO_OPERATION_FAILED` for a name that nobody knows
 */
export function groupsOf(list: string): readonly string[] | undefined {
  if (list === 'auto' || list === '') return undefined
  // Since 3.5: groups of equal worth between slashes, `*` for a key share, `?` for a name that need not be known.
  const names = list
    .split(/[:/]/)
    .map((name) => ({ name: name.trim().replace(/^[?*]+/, ''), optional: /^\*?\?/.test(name.trim()) }))
  const found = names.flatMap(({ name, optional }) => {
    const group = groups[name.toLowerCase()]
    if (group === undefined && !optional && !otherCurves.test(name)) throw failed('ECDH curve')
    return group ?? []
  })
  if (found.length === 0) throw failed('ECDH curve')
  return [...new Set(found)]
}

/**
 * Signature schemes for a list of OpenSSL's names, such as `RSA-PSS+SHA256:ECDSA+SHA384`, or IANA's.
 *
 * @throws Error `ERR_CRYPTO_OPERATION_FAILED` for a name that nobody knows
 */
export function schemesOf(list: string): SignatureScheme[] {
  return list.split(':').map((name) => {
    const wanted = schemes[name.toLowerCase()] ?? name.toLowerCase()
    const scheme = defaultSignatureSchemes.find((row) => row.name === wanted)
    if (scheme === undefined) throw failed('sigalgs')
    return scheme
  })
}

/** OpenSSL's name of a scheme, as `getSharedSigalgs` has it: `RSA-PSS+SHA256`. */
export function openSslSchemeName(name: string): string {
  const [, hash] = /sha(\d+)$/.exec(name) ?? []
  const kind = Object.entries(schemeKinds).find(([start]) => name.startsWith(start))?.[1] ?? name
  return `${kind}+${hash === undefined ? 'UNDEF' : `SHA${hash}`}`
}

function failed(what: string): Error {
  return cryptoError('ERR_CRYPTO_OPERATION_FAILED', `Failed to set ${what}`)
}

const groups: Readonly<Record<string, string>> = {
  prime256v1: 'secp256r1',
  'p-256': 'secp256r1',
  secp256r1: 'secp256r1',
  'p-384': 'secp384r1',
  secp384r1: 'secp384r1',
  'p-521': 'secp521r1',
  secp521r1: 'secp521r1',
  x25519: 'x25519',
  x448: 'x448',
  x25519mlkem768: 'X25519MLKEM768',
  secp256r1mlkem768: 'SecP256r1MLKEM768',
}

/** Curves of OpenSSL's that we do not speak. */
const otherCurves = /^(?:brainpool|sect|secp|c2|prime|wap|oakley|sm2|b-|k-|p-|ffdhe|ml-?kem|secp384r1mlkem)/i

const schemes: Readonly<Record<string, string>> = {
  'ecdsa+sha256': 'ecdsa_secp256r1_sha256',
  'ecdsa+sha384': 'ecdsa_secp384r1_sha384',
  'ecdsa+sha512': 'ecdsa_secp521r1_sha512',
  'rsa-pss+sha256': 'rsa_pss_rsae_sha256',
  'rsa-pss+sha384': 'rsa_pss_rsae_sha384',
  'rsa-pss+sha512': 'rsa_pss_rsae_sha512',
  'rsa+sha256': 'rsa_pkcs1_sha256',
  'rsa+sha384': 'rsa_pkcs1_sha384',
  'rsa+sha512': 'rsa_pkcs1_sha512',
}

const schemeKinds: Readonly<Record<string, string>> = {
  rsa_pss: 'RSA-PSS',
  rsa_pkcs1: 'RSA',
  ecdsa: 'ECDSA',
  ed25519: 'Ed25519',
  ed448: 'Ed448',
}
