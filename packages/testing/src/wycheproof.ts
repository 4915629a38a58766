import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { isPromiseLike, Secret } from '@typetls/crypto-provider'
import type { Answer, CryptoProvider, Mode } from '@typetls/crypto-provider'
import { concat, equalBytes, fromHex, TlsError } from '@typetls/wire'

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
  /**
   * The secret of a private key that the vectors give and a peer's share, by whatever back door the backend has.
   * Without it, files of key agreement are not supported.
   */
  readonly agree?: (group: string, privateKey: Uint8Array, share: Uint8Array) => Uint8Array | PromiseLike<Uint8Array>
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
  const every = options.every ?? 1
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

function montgomery(run: Run): Later<Outcome> {
  const group = String(run.group['curve']).replace('curve', 'x')
  return agreement(run, group, hex(run.test, 'private'), run.test.flags.includes('ZeroSharedSecret'))
}

function nistCurve(run: Run): Later<Outcome> {
  const group = String(run.group['curve'])
  const scalar = hex(run.test, 'private')
  const width = { secp256r1: 32, secp384r1: 48, secp521r1: 66 }[group] ?? 0
  // The numbers are written as signed: a zero in front, or too short.
  const privateKey = new Uint8Array(width)
  const digits = scalar.subarray(Math.max(0, scalar.length - width))
  privateKey.set(digits, width - digits.length)
  return agreement(run, group, privateKey, run.test.flags.includes('CompressedPoint'))
}

function agreement(
  { provider, test, options }: Run,
  group: string,
  privateKey: Uint8Array,
  refuse: boolean,
): Later<Outcome> {
  const { agree } = options
  if (agree === undefined || provider.keyExchange[group] === undefined) return 'not supported'
  const secret = (): Later<Uint8Array> => agree(group, privateKey, hex(test, 'public'))
  if (refuse || test.result === 'invalid') return refusal(secret, 'ERR_TLS_KEY_SHARE_INVALID')
  return after(secret(), (shared) => verdict(equalBytes(shared, hex(test, 'shared')), true))
}

function ecdsa(run: Run): Later<Outcome> {
  const curve = String((run.group['publicKey'] as Record<string, unknown>)['curve'])
  return signature(run, `ecdsa-${shaOf(run.group['sha'])}`, `ec-${curve}`, run.test.result === 'valid')
}

function eddsa(run: Run): Later<Outcome> {
  const curve = String((run.group['publicKey'] as Record<string, unknown>)['curve'])
  const name = curve.replace('edwards25519', 'ed25519').replace('edwards448', 'ed448')
  return signature(run, name, name, run.test.result === 'valid')
}

function rsaPkcs1(run: Run): Later<Outcome> {
  return signature(run, `rsa-pkcs1-${shaOf(run.group['sha'])}`, 'rsa', run.test.result === 'valid')
}

function rsaPss(run: Run): Later<Outcome> {
  const { group, test } = run
  const keyType = group.type === 'RsassaPssVerify' ? 'rsa' : 'rsa-pss'
  const hash = shaOf(group['sha'])
  const ofTls = group['mgfSha'] === group['sha'] && group['sLen'] === run.provider.hash[hash]?.outputLength
  return signature(run, `rsa-pss-${hash}`, keyType, ofTls && test.result === 'valid')
}

function signature({ provider, group, test }: Run, name: string, keyType: string, expected: boolean): Later<Outcome> {
  const algorithm = provider.signature[name]
  if (algorithm === undefined) return 'not supported'
  const key = { keyType, spki: hex(group, 'publicKeyDer') }
  return after(algorithm.verify(key, hex(test, 'msg'), hex(test, 'sig')), (verified) => verdict(verified, expected))
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

const runners: Readonly<Record<string, (run: Run) => Later<Outcome>>> = {
  AeadTest: aead,
  HkdfTest: hkdf,
  MacTest: hmac,
  XdhComp: montgomery,
  EcdhEcpointTest: nistCurve,
  EcdsaVerify: ecdsa,
  EddsaVerify: eddsa,
  RsassaPkcs1Verify: rsaPkcs1,
  RsassaPssVerify: rsaPss,
  RsassaPssWithParametersVerify: rsaPss,
}
