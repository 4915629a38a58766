import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { isPromiseLike, Secret } from '@typetls/crypto-provider'
import type { Answer, CryptoProvider, KeyExchange, Mode, PasswordCrypto } from '@typetls/crypto-provider'
import { concat, equalBytes, fromHex, TlsError, toHex } from '@typetls/wire'
import { integer, sequence, tagged } from './der.ts'
import { base64url, fromPem, montgomeryPrivateKey, publicKeyBytes, scalarOf, widths } from './wycheproof-keys.ts'

/** How a provider fared with one file of vectors. */
export interface WycheproofReport {
  readonly passed: number
  /** Tests of an algorithm or a size that the provider, or TLS, does not have. */
  readonly notSupported: number
  /** One line for each test that went wrong. */
  readonly failures: readonly string[]
}

export interface WycheproofOptions {
  /** Runs each n-th test only, for slow backends. Default 1: all. */
  readonly every?: number
  /** Runs about this many tests, spread over the file. Default: no such limit. */
  readonly most?: number
  /**
   * The secret of a private key that the vectors give and a peer's share, by whatever back door the backend has.
   * Without it, files of key agreement are not supported.
   */
  readonly agree?: (group: string, privateKey: Uint8Array, share: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>
  /**
   * ML-KEM by `MLKEM768` and the like, with what back doors there are to its seeds and its randomness. Without it, files
   * of ML-KEM are not supported.
   */
  readonly kem?: (name: string) => WycheproofKem | undefined
  /**
   * What a call makes when the random bytes it draws are these: ML-DSA then signs as the vectors say. Without it, only
   * whether signatures verify is looked at.
   */
  readonly withRandomness?: <T>(bytes: Uint8Array, call: () => T) => T
  /** The backend's functions of passphrases. Without it, files of PBKDF2 and PBES2 are not supported. */
  readonly password?: PasswordCrypto
  /** Iterations above which a test of PBKDF2 is left out, for slow backends. Default: no such limit. */
  readonly maxIterations?: number
}

export interface WycheproofKem {
  readonly group: KeyExchange
  /** The encapsulation key of a seed. */
  readonly share?: (seed: Uint8Array) => Later<Uint8Array>
  /** What the key pair of a seed makes of a ciphertext. */
  readonly finish?: (seed: Uint8Array, ciphertext: Uint8Array) => Later<Secret>
  /** `group.respond` with this randomness. */
  readonly respond?: (randomness: Uint8Array, share: Uint8Array) => ReturnType<KeyExchange['respond']>
}

/**
 * Runs one file of vectors/wycheproof by its name without `_test.json.gz`: at once with a synchronous provider, else all
 * its tests at the same time.
 */
export function runWycheproof<M extends Mode>(
  provider: CryptoProvider<M>,
  file: string,
  options: WycheproofOptions = {},
): Answer<M, WycheproofReport> {
  const { algorithm, testGroups } = loadWycheproof(file)
  const count = testGroups.reduce((sum, group) => sum + group.tests.length, 0)
  const every = options.every ?? Math.max(1, Math.ceil(count / (options.most ?? count)))
  const run: { readonly test: WycheproofTest; readonly outcome: Later<Outcome> }[] = []
  let index = 0
  for (const group of testGroups) {
    const runner = runners[group.type]
    if (runner === undefined) throw new RangeError(`${file} has tests of unknown type ${group.type}`)
    for (const test of group.tests) {
      if (index++ % every !== 0) continue
      run.push({ test, outcome: attempt(() => runner({ provider, algorithm, group, test, options })) })
    }
  }
  const report = (outcomes: readonly Outcome[]): WycheproofReport => reportOf(file, outcomes, (i) => run[i]?.test)
  const outcomes = run.map(({ outcome }) => outcome)
  const answer = outcomes.some(isPromiseLike)
    ? Promise.all(outcomes.map(async (outcome) => outcome)).then(report)
    : report(outcomes as Outcome[])
  return answer as Answer<M, WycheproofReport>
}

function reportOf(
  file: string,
  outcomes: readonly Outcome[],
  testAt: (index: number) => WycheproofTest | undefined,
): WycheproofReport {
  const failures = outcomes.flatMap((outcome, i) => {
    const test = testAt(i)
    if (outcome === 'passed' || outcome === 'not supported' || test === undefined) return []
    return [`${file} ${test.tcId} (${test.result}: ${test.comment ?? ''} ${test.flags}): ${outcome}`]
  })
  return {
    passed: outcomes.filter((outcome) => outcome === 'passed').length,
    notSupported: outcomes.filter((outcome) => outcome === 'not supported').length,
    failures,
  }
}

/** The parsed file of vectors/wycheproof by its name without `_test.json.gz`. */
export function loadWycheproof(file: string): WycheproofFile {
  const path = new URL(`../vectors/wycheproof/${file}_test.json.gz`, import.meta.url)
  return JSON.parse(gunzipSync(readFileSync(path)).toString()) as WycheproofFile
}

export interface WycheproofFile {
  readonly algorithm: string
  readonly testGroups: readonly WycheproofGroup[]
}

/** Groups and tests have other members too, which depend on the algorithm: hex strings and sizes. */
export interface WycheproofGroup extends Readonly<Record<string, unknown>> {
  readonly type: string
  readonly tests: readonly WycheproofTest[]
}

export interface WycheproofTest extends Readonly<Record<string, unknown>> {
  readonly tcId: number
  readonly comment?: string
  readonly flags: readonly string[]
  readonly result: 'valid' | 'invalid' | 'acceptable'
}

interface Run {
  readonly provider: CryptoProvider
  readonly algorithm: string
  readonly group: WycheproofGroup
  readonly test: WycheproofTest
  readonly options: WycheproofOptions
}

type Outcome = 'passed' | 'not supported' | (string & {})

type Later<T> = T | PromiseLike<T>

function attempt(run: () => Later<Outcome>): Later<Outcome> {
  const threw = (error: unknown): Outcome => `threw ${String(error)}`
  try {
    const outcome = run()
    return isPromiseLike(outcome) ? outcome.then((value) => value, threw) : outcome
  } catch (error) {
    return threw(error)
  }
}

/** What comes of an answer, now or later. */
function after<T, R>(answer: Later<T>, next: (value: T) => Later<R>): Later<R> {
  return isPromiseLike(answer) ? answer.then(next) : next(answer)
}

function aead({ provider, algorithm, group, test }: Run): Later<Outcome> {
  const row = provider.aead[aeadName(algorithm, Number(group['keySize']), Number(group['tagSize']))]
  if (row === undefined || group['ivSize'] !== 96) return 'not supported'
  const [nonce, data, message] = [hex(test, 'iv'), hex(test, 'aad'), hex(test, 'msg')]
  const sealed = concat(hex(test, 'ct'), hex(test, 'tag'))
  return after(row.key(new Secret(hex(test, 'key'))), (key) =>
    after(key.open(nonce, data, sealed), (opened) => {
      if (test.result === 'invalid') return opened === undefined ? 'passed' : 'opened'
      if (opened === undefined || !equalBytes(opened, message)) return 'did not open to the message'
      const into = new Uint8Array(3 + sealed.length)
      const cut = message.length >> 1
      return after(key.seal(nonce, data, message.subarray(0, cut), message.subarray(cut), into, 3), () =>
        verdict(equalBytes(into.subarray(3), sealed), true),
      )
    }),
  )
}

function aeadName(algorithm: string, keyBits: number, tagBits: number): string {
  if (algorithm === 'CHACHA20-POLY1305') return 'chacha20-poly1305'
  const name = `${algorithm.toLowerCase().replace('-', `-${keyBits}-`)}`
  return tagBits === 128 ? name : `${name}-${tagBits / 8}`
}

function hkdf({ provider, algorithm, test }: Run): Later<Outcome> {
  const row = provider.hkdf[algorithm.replace('HKDF-SHA-', 'sha')]
  if (row === undefined) return 'not supported'
  return after(row.extract(hex(test, 'salt'), new Secret(hex(test, 'ikm'))), (pseudorandomKey) => {
    const expand = (): Later<Secret> => row.expand(pseudorandomKey, hex(test, 'info'), Number(test['size']))
    if (test.result === 'invalid') return refusal(expand, 'ERR_TLS_CRYPTO')
    return after(expand(), (output) => verdict(equalBytes(output.reveal(), hex(test, 'okm')), true))
  })
}

function hmac({ provider, algorithm, test }: Run): Later<Outcome> {
  const row = provider.hmac[algorithm.toLowerCase().replace('hmac', '')]
  if (row === undefined) return 'not supported'
  const tag = hex(test, 'tag')
  return after(row.sign(new Secret(hex(test, 'key')), hex(test, 'msg')), (mac) =>
    verdict(equalBytes(mac.subarray(0, tag.length), tag), test.result === 'valid'),
  )
}

/** The padding of PKCS#5 is ours to add and to take away: the provider has none. */
function cbc({ provider, group, test }: Run): Later<Outcome> {
  const row = provider.cbc[`aes-${Number(group['keySize'])}-cbc`]
  if (row === undefined) return 'not supported'
  const [iv, message, encrypted] = [hex(test, 'iv'), hex(test, 'msg'), hex(test, 'ct')]
  return after(row.key(new Secret(hex(test, 'key'))), (key) => {
    if (encrypted.length === 0) return refusal(() => key.decrypt(iv, encrypted), 'ERR_TLS_CRYPTO')
    return after(key.decrypt(iv, encrypted), (padded) => {
      const opened = withoutPadding(padded)
      if (test.result === 'invalid') return opened === undefined ? 'passed' : 'has valid padding'
      if (opened === undefined || !equalBytes(opened, message)) return 'did not decrypt to the message'
      const into = new Uint8Array(3 + padded.length)
      return after(key.encrypt(iv, padded, into, 3), () => verdict(equalBytes(into.subarray(3), encrypted), true))
    })
  })
}

function withoutPadding(padded: Uint8Array): Uint8Array | undefined {
  const length = padded[padded.length - 1] ?? 0
  const padding = padded.subarray(padded.length - length)
  if (length < 1 || length > 16 || padding.some((byte) => byte !== length)) return undefined
  return padded.subarray(0, padded.length - length)
}

function montgomery(run: Run): Later<Outcome> {
  return montgomeryAgreement(run, hex(run.test, 'private'), hex(run.test, 'public'))
}

function montgomeryAsn(run: Run): Later<Outcome> {
  const group = montgomeryGroup(run)
  const privateKey = montgomeryPrivateKey(group, hex(run.test, 'private'))
  return montgomeryAgreement(run, privateKey, publicKeyBytes(group, hex(run.test, 'public')))
}

function montgomeryJwk(run: Run): Later<Outcome> {
  const [publicKey, privateKey] = [jwk(run.test, 'public'), jwk(run.test, 'private')]
  const named = publicKey['kty'] === 'OKP' && String(publicKey['crv']).toLowerCase() === montgomeryGroup(run)
  return montgomeryAgreement(run, base64url(privateKey['d']), named ? base64url(publicKey['x']) : undefined)
}

function montgomeryAgreement(
  run: Run,
  privateKey: Uint8Array | undefined,
  share: Uint8Array | undefined,
): Later<Outcome> {
  if (privateKey === undefined || share === undefined) return notOfTls(run)
  return agreement(run, montgomeryGroup(run), privateKey, share, run.test.flags.includes('ZeroSharedSecret'))
}

function montgomeryGroup({ group }: Run): string {
  return String(group['curve']).replace('curve', 'x')
}

function nistCurve(run: Run): Later<Outcome> {
  return nistAgreement(run, hex(run.test, 'private'), hex(run.test, 'public'))
}

/** TLS has uncompressed points: those are taken out of SPKI that says a curve by name, the one of the group. */
function nistCurveSpki(run: Run): Later<Outcome> {
  const inPem = run.group['encoding'] === 'pem'
  const spki = inPem ? fromPem(run.test['public']) : hex(run.test, 'public')
  const scalar = inPem ? scalarOf(fromPem(run.test['private'])) : hex(run.test, 'private')
  return nistAgreement(run, scalar, spki && publicKeyBytes(String(run.group['curve']), spki))
}

function nistCurveJwk(run: Run): Later<Outcome> {
  const curve = { 'P-256': 'secp256r1', 'P-384': 'secp384r1', 'P-521': 'secp521r1' }[String(run.group['curve'])] ?? ''
  const [publicKey, privateKey] = [jwk(run.test, 'public'), jwk(run.test, 'private')]
  const named = publicKey['kty'] === 'EC' && publicKey['crv'] === run.group['curve']
  const [x, y] = [base64url(publicKey['x']), base64url(publicKey['y'])]
  const point = named && x && y ? concat(Uint8Array.of(4), x, y) : undefined
  return nistAgreement(run, base64url(privateKey['d']), point, curve)
}

/** @param point the share, or `undefined` when the key is not of a form that TLS has */
function nistAgreement(
  run: Run,
  scalar: Uint8Array | undefined,
  point: Uint8Array | undefined,
  group = String(run.group['curve']),
): Later<Outcome> {
  if (point === undefined || scalar === undefined) return notOfTls(run)
  // The numbers are written as signed: a zero in front, or too short.
  const width = widths[group] ?? 0
  const privateKey = new Uint8Array(width)
  const digits = scalar.subarray(Math.max(0, scalar.length - width))
  privateKey.set(digits, width - digits.length)
  const refuse = point[0] !== 4 || run.test.flags.some((flag) => stricter.has(flag))
  return agreement(run, group, privateKey, point, refuse)
}

/**
 * Flags of acceptable ECDH tests that TLS refuses: compressed points, and SPKI whose point was changed to one that is not
 * on the curve. https://www.rfc-editor.org/rfc/rfc9846#section-4.3.8.2
 */
const stricter: ReadonlySet<string> = new Set(['CompressedPoint', 'InvalidAsn', 'InvalidPem'])

/** A form of key that TLS has not is refused where it must be; where it may be taken, it does not apply. */
function notOfTls({ test }: Run): Outcome {
  return test.result === 'invalid' ? 'passed' : 'not supported'
}

function agreement(
  { provider, test, options }: Run,
  group: string,
  privateKey: Uint8Array,
  share: Uint8Array,
  refuse: boolean,
): Later<Outcome> {
  const { agree } = options
  if (agree === undefined || provider.keyExchange[group] === undefined) return 'not supported'
  const secret = (): Later<Uint8Array> => agree(group, privateKey, share)
  if (refuse || test.result === 'invalid') return refusal(secret, 'ERR_TLS_KEY_SHARE_INVALID')
  return after(secret(), (shared) => verdict(equalBytes(shared, hex(test, 'shared')), true))
}

function ecdsa(run: Run): Later<Outcome> {
  const curve = String((run.group['publicKey'] as Record<string, unknown>)['curve'])
  return signature(run, `ecdsa-${shaOf(run.group['sha'])}`, `ec-${curve}`, run.test.result === 'valid')
}

/** r and s one behind the other, which TLS writes in DER. */
function ecdsaP1363(run: Run): Later<Outcome> {
  const curve = String((run.group['publicKey'] as Record<string, unknown>)['curve'])
  const [raw, width] = [hex(run.test, 'sig'), widths[curve] ?? 0]
  if (raw.length !== 2 * width) return notOfTls(run)
  const der = sequence(integer(number(raw.subarray(0, width))), integer(number(raw.subarray(width))))
  const name = `ecdsa-${shaOf(run.group['sha'])}`
  return signature(run, name, `ec-${curve}`, run.test.result === 'valid', der)
}

function eddsa(run: Run): Later<Outcome> {
  const curve = String((run.group['publicKey'] as Record<string, unknown>)['curve'])
  const name = curve.replace('edwards25519', 'ed25519').replace('edwards448', 'ed448')
  return signature(run, name, name, run.test.result === 'valid')
}

function rsaPkcs1(run: Run): Later<Outcome> {
  return signature(run, `rsa-pkcs1-${shaOf(run.group['sha'])}`, 'rsa', run.test.result === 'valid')
}

/** PKCS#1 v1.5 signs the same each time. */
function rsaPkcs1Generate({ provider, group, test }: Run): Later<Outcome> {
  const algorithm = provider.signature[`rsa-pkcs1-${shaOf(group['sha'])}`]
  if (algorithm === undefined) return 'not supported'
  return after(provider.importPrivateKey(hex(group, 'privateKeyPkcs8')), (key) =>
    after(algorithm.sign(key, hex(test, 'msg')), (made) => verdict(equalBytes(made, hex(test, 'sig')), true)),
  )
}

/**
 * The salt length is no parameter in TLS: it is that of the hash. So signatures by a scheme with another salt are refused,
 * and one whose salt was changed to TLS's is right, though the vectors, which want theirs, call it invalid.
 * https://www.rfc-editor.org/rfc/rfc9846#section-4.3.3
 */
function rsaPss(run: Run): Later<Outcome> {
  const { group, test } = run
  const keyType = group.type === 'RsassaPssVerify' ? 'rsa' : 'rsa-pss'
  const hash = shaOf(group['sha'])
  const changed = /^s_len changed to (\d+)$/.exec(test.comment ?? '')?.[1]
  const saltLength = Number(changed ?? group['sLen'])
  const ofTls = group['mgfSha'] === group['sha'] && saltLength === run.provider.hash[hash]?.outputLength
  const right = changed === undefined ? test.result === 'valid' : true
  return signature(run, `rsa-pss-${hash}`, keyType, ofTls && right)
}

function signature(
  { provider, group, test }: Run,
  name: string,
  keyType: string,
  expected: boolean,
  bytes: Uint8Array = hex(test, 'sig'),
): Later<Outcome> {
  const algorithm = provider.signature[name]
  if (algorithm === undefined) return 'not supported'
  const key = { keyType, spki: hex(group, 'publicKeyDer') }
  return after(algorithm.verify(key, hex(test, 'msg'), bytes), (verified) => verdict(verified, expected))
}

/** TLS signs with an empty context. */
function hasContext(test: WycheproofTest): boolean {
  return (test['ctx'] ?? '') !== '' || test['msg'] === undefined
}

function mlDsaVerify(run: Run): Later<Outcome> {
  if (hasContext(run.test)) return 'not supported'
  const name = run.algorithm.toLowerCase()
  const key = hex(run.group, 'publicKey')
  const group = { ...run.group, publicKeyDer: run.group['publicKeyDer'] ?? toHex(mlDsaSpki(name, key)) }
  return signature({ ...run, group }, name, name, run.test.result === 'valid')
}

function mlDsaSign({ provider, algorithm, group, test, options }: Run): Later<Outcome> {
  const name = algorithm.toLowerCase()
  const row = provider.signature[name]
  if (row === undefined || hasContext(test)) return 'not supported'
  const der = mlDsaPrivateKey(name, group)
  if (test.result === 'invalid') return refusal(() => provider.importPrivateKey(der), 'ERR_TLS_KEY_PARSE')
  return after(provider.importPrivateKey(der), (key) => {
    const data = hex(test, 'msg')
    if (options.withRandomness !== undefined) {
      // FIPS 204 section 3.4: deterministic signing is with zeros for randomness.
      const randomness = test['rnd'] === undefined ? new Uint8Array(32) : hex(test, 'rnd')
      return after(
        options.withRandomness(randomness, () => row.sign(key, data)),
        (made) => verdict(equalBytes(made, hex(test, 'sig')), true),
      )
    }
    const publicKey = { keyType: name, spki: key.spki ?? new Uint8Array() }
    return after(row.sign(key, data), (made) =>
      after(row.verify(publicKey, data, made), (own) =>
        after(row.verify(publicKey, data, hex(test, 'sig')), (given) => verdict(own && given, true)),
      ),
    )
  })
}

function mlDsaSpki(name: string, key: Uint8Array): Uint8Array {
  return sequence(mlDsaIdentifier(name), tagged(0x03, Uint8Array.of(0), key))
}

/** PKCS#8, if not given then made of the expanded key or of the seed. https://www.rfc-editor.org/rfc/rfc9881#section-6 */
function mlDsaPrivateKey(name: string, group: WycheproofGroup): Uint8Array {
  if (group['privateKeyPkcs8'] !== undefined) return hex(group, 'privateKeyPkcs8')
  const expanded = group['privateKey'] !== undefined
  const key = expanded ? tagged(0x04, hex(group, 'privateKey')) : tagged(0x80, hex(group, 'privateSeed'))
  return sequence(integer(0), mlDsaIdentifier(name), tagged(0x04, key))
}

function mlDsaIdentifier(name: string): Uint8Array {
  const last = { 'ml-dsa-44': 0x11, 'ml-dsa-65': 0x12, 'ml-dsa-87': 0x13 }[name] ?? 0
  return sequence(tagged(0x06, fromHex('6086480165030403'), Uint8Array.of(last)))
}

function kemOf({ group, options }: Run): WycheproofKem | undefined {
  return options.kem?.(String(group['parameterSet']).replaceAll('-', ''))
}

/** Decapsulation. Seeds of another length are not ours to take: a private key is always one that we made. */
function kemTest(run: Run): Later<Outcome> {
  const { test } = run
  const kem = kemOf(run)
  const seed = hex(test, 'seed')
  if (kem?.finish === undefined || seed.length !== 64) return 'not supported'
  const finish = (): Later<Secret> => (kem.finish as NonNullable<typeof kem.finish>)(seed, hex(test, 'c'))
  if (test.result === 'invalid') return refusal(finish, 'ERR_TLS_KEY_SHARE_INVALID')
  return after(finish(), (secret) => verdict(equalBytes(secret.reveal(), hex(test, 'K')), true))
}

function kemKeyGeneration(run: Run): Later<Outcome> {
  const share = kemOf(run)?.share
  if (share === undefined) return 'not supported'
  return after(share(hex(run.test, 'seed')), (made) => verdict(toHex(made) === run.test['ek'], true))
}

function kemEncapsulation(run: Run): Later<Outcome> {
  const { test } = run
  const kem = kemOf(run)
  if (kem === undefined) return 'not supported'
  const { group, respond = (_, share) => group.respond(share) } = kem
  const answer = (): ReturnType<KeyExchange['respond']> => respond(hex(test, 'm'), hex(test, 'ek'))
  if (test.result === 'invalid') return refusal(answer, 'ERR_TLS_KEY_SHARE_INVALID')
  return after(answer(), ({ share, secret }) => {
    if (kem.respond === undefined) return verdict(share.length === group.serverShareLength, true)
    return verdict(toHex(share) === test['c'] && toHex(secret.reveal()) === test['K'], true)
  })
}

function pbkdf2({ algorithm, test, options }: Run): Later<Outcome> {
  const iterations = Number(test['iterationCount'])
  const row = options.password?.pbkdf2[algorithm.replace('PBKDF2-HMAC', '').toLowerCase()]
  if (row === undefined || iterations > (options.maxIterations ?? Infinity)) return 'not supported'
  const password = new Secret(hex(test, 'password'))
  return after(row.derive(password, hex(test, 'salt'), iterations, Number(test['dkLen'])), (derived) =>
    verdict(toHex(derived.reveal()) === test['dk'], test.result === 'valid'),
  )
}

function pbes2({ algorithm, test, options }: Run): Later<Outcome> {
  const [, hash, bits] = /^PbeWithHmac(Sha\d+)AndAes_(\d+)$/.exec(algorithm) ?? []
  const row = options.password?.pbkdf2[String(hash).toLowerCase()]
  const cipher = options.password?.cbc[`aes-${bits}-cbc`]
  if (row === undefined || cipher === undefined) return 'not supported'
  const password = new Secret(hex(test, 'password'))
  const derived = row.derive(password, hex(test, 'salt'), Number(test['iterationCount']), cipher.keyLength)
  return after(derived, (key) =>
    after(cipher.decrypt(key, hex(test, 'iv'), hex(test, 'ct')), (plaintext) =>
      verdict(plaintext !== undefined && toHex(plaintext) === test['msg'], test.result === 'valid'),
    ),
  )
}

/**
 * TLS asks for a secret of a length it knows, and gets random bytes where there is none: what the vectors call invalid may
 * not give a secret of any length.
 */
function rsaPkcs1Decrypt({ provider, group, test }: Run): Later<Outcome> {
  const algorithm = provider.keyTransport['rsa-pkcs1']
  if (algorithm === undefined) return 'not supported'
  const message = test.result === 'valid' ? hex(test, 'msg') : undefined
  const longest = Number(group['keySize']) / 8 - 11
  const lengths = message === undefined ? [0, 1, 4, 48, longest] : [message.length]
  return after(provider.importPrivateKey(hex(group, 'privateKeyPkcs8')), (key) => {
    const next = (left: readonly number[]): Later<Outcome> => {
      const [length, ...others] = left
      if (length === undefined) return 'passed'
      const fallback = message?.map((byte) => byte ^ 0xff) ?? new Uint8Array(length).fill(0xa5)
      return after(algorithm.decrypt(key, hex(test, 'ct'), new Secret(fallback)), (secret) =>
        equalBytes(secret.reveal(), message ?? fallback) ? next(others) : 'did not come out as given',
      )
    }
    return next(lengths)
  })
}

/** `SHA-256` to `sha256` */
function shaOf(name: unknown): string {
  return String(name).toLowerCase().replace('-', '')
}

function verdict(result: boolean, expected: boolean): Outcome {
  if (result === expected) return 'passed'
  return result ? 'was accepted' : 'did not come out as given'
}

function refusal(call: () => Later<unknown>, code: string): Later<Outcome> {
  const refused = (error: unknown): Outcome =>
    error instanceof TlsError && error.code === code ? 'passed' : `threw ${String(error)}`
  try {
    const value = call()
    return isPromiseLike(value) ? value.then(() => 'was accepted', refused) : 'was accepted'
  } catch (error) {
    return refused(error)
  }
}

function hex(from: Readonly<Record<string, unknown>>, member: string): Uint8Array {
  return fromHex(String(from[member]))
}

/** Big-endian. */
function number(bytes: Uint8Array): bigint {
  return BigInt(`0x${toHex(bytes)}`)
}

function jwk(test: WycheproofTest, member: string): Readonly<Record<string, unknown>> {
  return test[member] as Readonly<Record<string, unknown>>
}

const runners: Readonly<Record<string, (run: Run) => Later<Outcome>>> = {
  AeadTest: aead,
  HkdfTest: hkdf,
  IndCpaTest: cbc,
  PbkdfTest: pbkdf2,
  PbeTest: pbes2,
  MacTest: hmac,
  XdhComp: montgomery,
  XdhAsnComp: montgomeryAsn,
  XdhJwkComp: montgomeryJwk,
  EcdhEcpointTest: nistCurve,
  EcdhTest: nistCurveSpki,
  EcdhPemTest: nistCurveSpki,
  EcdhWebcryptoTest: nistCurveJwk,
  EcdsaVerify: ecdsa,
  EcdsaP1363Verify: ecdsaP1363,
  EddsaVerify: eddsa,
  RsassaPkcs1Verify: rsaPkcs1,
  RsassaPkcs1Generate: rsaPkcs1Generate,
  RsaesPkcs1Decrypt: rsaPkcs1Decrypt,
  RsassaPssVerify: rsaPss,
  RsassaPssWithParametersVerify: rsaPss,
  MlDsaVerify: mlDsaVerify,
  MlDsaSign: mlDsaSign,
  MLKEMTest: kemTest,
  MLKEMKeyGen: kemKeyGeneration,
  MLKEMEncapsTest: kemEncapsulation,
}
