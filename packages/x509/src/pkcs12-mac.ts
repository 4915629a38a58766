import { Secret } from '@typetls/crypto-provider'
import { equalBytes } from '@typetls/wire'
import { DerReader, integer, nullValue, octetString, sequence } from '@typetls/wire/der'
import type { PassphraseWork } from './passphrase.ts'
import { passphraseRequired, wrongPassphrase } from './passphrase.ts'
import { algorithmOf, countOf, derivedKey, hmacHashes, unsupported } from './pbes2.ts'
import { macKey, pkcs12Key } from './pkcs12-key.ts'
import type { Program } from './program.ts'
import { wait } from './program.ts'

/**
 * Checks that `contents` are what the passphrase was used on.
 *
 * @param macData DER. https://www.rfc-editor.org/rfc/rfc7292#section-4 and https://www.rfc-editor.org/rfc/rfc9579#section-4
 * @throws TlsError `ERR_TLS_PASSPHRASE`, `ERR_TLS_PASSPHRASE_REQUIRED`, `ERR_TLS_KEY_DERIVATION_LIMIT`,
 *   `ERR_TLS_UNSUPPORTED`, `ERR_TLS_KEY_PARSE` (all internal_error)
 */
export function* checkMac(work: PassphraseWork, macData: Uint8Array, contents: Uint8Array): Program<void> {
  const fields = new DerReader(macData, 'ERR_TLS_KEY_PARSE').enter(sequence, 'PFX.macData')
  const mac = fields.enter(sequence, 'mac')
  const { oid, reader } = algorithmOf(mac.element(sequence, 'digestAlgorithm'), 'digestAlgorithm')
  const digest = mac.content(octetString, 'digest')
  mac.finish()
  const salt = fields.content(octetString, 'macSalt')
  const iterations = fields.peek() === undefined ? 1 : countOf(fields, 'iterations')
  fields.finish()
  if (!work.given) return passphraseRequired()
  if (oid === pbmac1) {
    if (!(yield* matchesPbmac1(work, reader, digest, contents))) throw wrongPassphrase('PKCS#12 file')
    return
  }
  if (reader.peek() === nullValue) reader.content(nullValue, 'parameters')
  reader.finish()
  const name = digests[oid] ?? unsupported('the PKCS#12 file is authenticated with HMAC of', oid)
  const candidates = [work.utf16]
  // An empty passphrase is two zero octets to most, and nothing to some.
  if (candidates[0]?.length === 2) candidates.push(new Secret(new Uint8Array(0)))
  for (const password of candidates) {
    work.charge(iterations)
    const hash = work.listed(work.crypto.hash[name], name)
    const key = yield* pkcs12Key(hash, macKey, password, salt, iterations, hash.outputLength)
    if (yield* matches(work, name, key, digest, contents)) return
  }
  throw wrongPassphrase('PKCS#12 file')
}

function* matchesPbmac1(
  work: PassphraseWork,
  algorithm: DerReader,
  digest: Uint8Array,
  contents: Uint8Array,
): Program<boolean> {
  const parameters = algorithm.enter(sequence, 'parameters')
  const derivation = parameters.element(sequence, 'keyDerivationFunc')
  const { oid } = algorithmOf(parameters.element(sequence, 'messageAuthScheme'), 'messageAuthScheme')
  parameters.finish()
  const name = hmacHashes[oid] ?? unsupported('the PKCS#12 file is authenticated with', oid)
  const length = keyLengthOf(derivation)
  return yield* matches(work, name, yield* derivedKey(work, derivation, length), digest, contents)
}

/** "the keyLength field … MUST be present" RFC 9579 section 4: a MAC has no key length of its own. */
function keyLengthOf(derivation: Uint8Array): number {
  const parameters = algorithmOf(derivation, 'keyDerivationFunc').reader.enter(sequence, 'parameters')
  parameters.content(octetString, 'salt')
  parameters.content(integer, 'iterationCount')
  const length = countOf(parameters, 'keyLength')
  // "…keys shorter than 20 octets" are refused there; above 64 HMAC only hashes them.
  if (length < 20 || length > 128) parameters.fail('is not from 20 to 128', 'keyLength')
  return length
}

function* matches(
  work: PassphraseWork,
  name: string,
  key: Secret,
  digest: Uint8Array,
  contents: Uint8Array,
): Program<boolean> {
  try {
    const hmac = work.listed(work.crypto.hmac[name], `HMAC with ${name}`)
    return equalBytes(yield* wait(hmac.sign(key, contents)), digest)
  } finally {
    key.dispose()
  }
}

const pbmac1 = '1.2.840.113549.1.5.14'

const digests: Readonly<Record<string, string>> = {
  '1.3.14.3.2.26': 'sha1',
  '2.16.840.1.101.3.4.2.1': 'sha256',
  '2.16.840.1.101.3.4.2.2': 'sha384',
  '2.16.840.1.101.3.4.2.3': 'sha512',
}
