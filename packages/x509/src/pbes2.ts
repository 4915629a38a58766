import type { Secret } from '@typetls/crypto-provider'
import { TlsError } from '@typetls/wire'
import {
  DerReader,
  integer,
  nullValue,
  objectIdentifier,
  objectIdentifierText,
  octetString,
  sequence,
} from '@typetls/wire/der'
import type { PassphraseWork } from './passphrase.ts'
import { wrongPassphrase } from './passphrase.ts'
import type { Program } from './program.ts'
import { wait } from './program.ts'

/**
 * What was encrypted with a passphrase: by PBES2, or by what `dangerouslyAllow` allows.
 *
 * https://www.rfc-editor.org/rfc/rfc8018#section-6.2
 *
 * @param algorithm AlgorithmIdentifier, DER
 * @throws TlsError `ERR_TLS_PASSPHRASE`, `ERR_TLS_PASSPHRASE_REQUIRED`, `ERR_TLS_KEY_DERIVATION_LIMIT`,
 *   `ERR_TLS_UNSUPPORTED`, `ERR_TLS_KEY_PARSE` (all internal_error)
 */
export function* decryptWithPassphrase(
  work: PassphraseWork,
  algorithm: Uint8Array,
  ciphertext: Uint8Array,
  what: string,
): Program<Uint8Array> {
  const { oid, reader } = algorithmOf(algorithm, 'encryptionAlgorithm')
  const scheme = oid === pbes2 ? undefined : work.legacy?.schemes[oid]
  if (oid !== pbes2 && scheme === undefined) return unsupported(`the ${what} is encrypted with`, oid)
  const parameters = reader.element(sequence, 'parameters')
  reader.finish()
  const plaintext =
    scheme === undefined
      ? yield* decryptPbes2(work, parameters, ciphertext, what)
      : yield* scheme(work, parameters, ciphertext)
  if (plaintext === undefined) throw wrongPassphrase(what)
  return plaintext
}

function* decryptPbes2(
  work: PassphraseWork,
  der: Uint8Array,
  ciphertext: Uint8Array,
  what: string,
): Program<Uint8Array | undefined> {
  const parameters = new DerReader(der, 'ERR_TLS_KEY_PARSE').enter(sequence, 'PBES2-params')
  const derivation = parameters.element(sequence, 'keyDerivationFunc')
  const encryption = algorithmOf(parameters.element(sequence, 'encryptionScheme'), 'encryptionScheme')
  parameters.finish()
  const name = ciphers[encryption.oid] ?? work.legacy?.ciphers[encryption.oid]
  if (name === undefined) return unsupported(`the ${what} is encrypted with`, encryption.oid)
  const cipher = work.cipher(name)
  const iv = encryption.reader.content(octetString, 'iv')
  encryption.reader.finish()
  if (iv.length !== cipher.blockLength) encryption.reader.fail(`has not ${cipher.blockLength} bytes`, 'iv')
  const key = yield* derivedKey(work, derivation, cipher.keyLength)
  return yield* work.decrypt(cipher, key, iv, ciphertext)
}

/**
 * A key of `length` bytes, as the AlgorithmIdentifier `derivation` says. The caller disposes of it.
 *
 * @throws TlsError as `decryptWithPassphrase`
 */
export function* derivedKey(work: PassphraseWork, derivation: Uint8Array, length: number): Program<Secret> {
  const { oid, reader } = algorithmOf(derivation, 'keyDerivationFunc')
  if (oid !== pbkdf2 && oid !== scryptFunction) return unsupported('its key is derived with', oid)
  const parameters = reader.enter(sequence, 'parameters')
  reader.finish()
  const salt = parameters.content(octetString, 'salt')
  return oid === pbkdf2
    ? yield* fromPbkdf2(work, parameters, salt, length)
    : yield* fromScrypt(work, parameters, salt, length)
}

/** PBKDF2-params behind the salt. https://www.rfc-editor.org/rfc/rfc8018#appendix-A.2 */
function* fromPbkdf2(work: PassphraseWork, parameters: DerReader, salt: Uint8Array, length: number): Program<Secret> {
  const iterations = countOf(parameters, 'iterationCount')
  checkKeyLength(parameters, length)
  let hash = 'sha1'
  if (parameters.peek() === sequence) {
    const prf = algorithmOf(parameters.element(sequence, 'prf'), 'prf')
    if (prf.reader.peek() === nullValue) prf.reader.content(nullValue, 'parameters')
    prf.reader.finish()
    hash = hmacHashes[prf.oid] ?? unsupported('its key is derived with PBKDF2 and', prf.oid)
  }
  parameters.finish()
  work.charge(iterations)
  const row = work.listed(work.crypto.pbkdf2[hash], `PBKDF2 with ${hash}`)
  return yield* wait(row.derive(work.utf8, salt, iterations, length))
}

/** scrypt-params behind the salt. https://www.rfc-editor.org/rfc/rfc7914#section-7.1 */
function* fromScrypt(work: PassphraseWork, parameters: DerReader, salt: Uint8Array, length: number): Program<Secret> {
  const N = countOf(parameters, 'costParameter')
  const r = countOf(parameters, 'blockSize')
  const p = countOf(parameters, 'parallelizationParameter')
  checkKeyLength(parameters, length)
  parameters.finish()
  if (N < 2 || (N & (N - 1)) !== 0) parameters.fail('is not a power of two', 'costParameter')
  work.charge(2 * N * r * p)
  const scrypt = work.listed(work.crypto.scrypt, 'scrypt')
  return yield* wait(scrypt.derive(work.utf8, salt, { N, r, p }, length))
}

function checkKeyLength(parameters: DerReader, length: number): void {
  if (parameters.peek() !== integer) return
  if (countOf(parameters, 'keyLength') !== length) parameters.fail(`is not the cipher's, ${length}`, 'keyLength')
}

/** A number from 1 to 2^31 - 1. @throws TlsError `ERR_TLS_KEY_PARSE`, or `ERR_TLS_KEY_DERIVATION_LIMIT` above */
export function countOf(reader: DerReader, step: string): number {
  const content = reader.content(integer, step)
  if ((content[0] as number) >= 0x80) reader.fail('is negative', step)
  if (content.length > 4) {
    throw new TlsError('ERR_TLS_KEY_DERIVATION_LIMIT', `${reader.path}.${step} is above 2^31`, { path: reader.path })
  }
  const count = content.reduce((sum, byte) => 0x100 * sum + byte, 0)
  if (count === 0) reader.fail('is zero', step)
  return count
}

/** The object identifier of an AlgorithmIdentifier, and a reader before its parameters. */
export function algorithmOf(der: Uint8Array, path: string): { readonly oid: string; readonly reader: DerReader } {
  const reader = new DerReader(der, 'ERR_TLS_KEY_PARSE').enter(sequence, path)
  return { oid: objectIdentifierText(reader.content(objectIdentifier, 'algorithm')), reader }
}

export function unsupported(problem: string, oid: string): never {
  const known = legacyNames[oid]
  const hint = known === undefined ? '' : ` (${known}): only with dangerouslyAllow`
  throw new TlsError('ERR_TLS_UNSUPPORTED', `${problem} ${oid}${hint}, which is not read`, { received: oid })
}

const pbes2 = '1.2.840.113549.1.5.13'
const pbkdf2 = '1.2.840.113549.1.5.12'
const scryptFunction = '1.3.6.1.4.1.11591.4.11'

/** By object identifier. */
export const hmacHashes: Readonly<Record<string, string>> = {
  '1.2.840.113549.2.7': 'sha1',
  '1.2.840.113549.2.9': 'sha256',
  '1.2.840.113549.2.10': 'sha384',
  '1.2.840.113549.2.11': 'sha512',
}

const ciphers: Readonly<Record<string, string>> = {
  '2.16.840.1.101.3.4.1.2': 'aes-128-cbc',
  '2.16.840.1.101.3.4.1.22': 'aes-192-cbc',
  '2.16.840.1.101.3.4.1.42': 'aes-256-cbc',
}

/** What legacy-encryption.ts reads, for messages. */
const legacyNames: Readonly<Record<string, string>> = {
  '1.2.840.113549.3.7': '3DES',
  '1.2.840.113549.1.12.1.3': 'SHA-1 and 3DES',
  '1.2.840.113549.1.12.1.4': 'SHA-1 and 3DES with two keys',
  '1.2.840.113549.1.12.1.5': 'SHA-1 and RC2 with 128 bits',
  '1.2.840.113549.1.12.1.6': 'SHA-1 and RC2 with 40 bits',
}
