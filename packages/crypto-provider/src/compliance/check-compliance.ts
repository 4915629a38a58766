import { cipherSuites } from '../cipher-suites.ts'
import { namedGroups } from '../named-groups.ts'
import type { CryptoProvider, Listed } from '../provider.ts'
import { signatureSchemes } from '../signature-schemes.ts'
import { checkAead } from './aead-checks.ts'
import { checkCbc } from './cbc-checks.ts'
import type { AlgorithmReport, CheckedList, ComplianceReport } from './compliance-report.ts'
import { checkHash } from './hash-checks.ts'
import { checkHkdf } from './hkdf-checks.ts'
import { checkHmac } from './hmac-checks.ts'
import { checkKeyExchange } from './key-exchange-checks.ts'
import { checkKeyTransport } from './key-transport-checks.ts'
import { checkKeyRefusals, checkPrivateKey } from './private-key-checks.ts'
import { Probe } from './probe.ts'
import { checkRandom } from './random-checks.ts'
import { checkSignature } from './signature-checks.ts'
import { testKeys } from './test-keys.ts'
import type { TestKey } from './test-keys.ts'

export interface ComplianceOptions {
  /**
   * What the backend leaves out on purpose, with the reason, for the report: names of algorithms (`aes-128-ccm`), of
   * groups (`x448`), of kinds of keys (`rsa-pss`). Names of what is there are no matter. Default none.
   */
  readonly leavesOut?: Readonly<Record<string, string>>
  /**
   * Signature algorithms that cannot sign, and key transports that cannot decrypt, with keys of the provider's
   * `importPrivateKey`, with the reason, as in a provider made of parts. Default none.
   */
  readonly verifiesOnly?: Readonly<Record<string, string>>
  /**
   * A backend to agree with: secrets are exchanged with its groups, signatures verified by its algorithms, and its
   * ciphertexts decrypted. What is
   * wrong in the same way on both sides of an exchange, only another implementation finds. Default none.
   */
  readonly reference?: CryptoProvider
}

/**
 * Looks at everything a provider lists: known answers, and each rule that its contract has. It takes any backend,
 * synchronous or not, and needs nothing of the platform. The promise is fulfilled also when much is wrong.
 *
 * It takes from a tenth of a second to several, by the backend. What it puts in are published vectors and keys and
 * made-up bytes, so a report holds no secret.
 *
 * @example
 * ```ts
 * import { nodeCrypto } from '@typetls/crypto-node'
 * import { checkCompliance, formatReport } from '@typetls/crypto-provider/compliance'
 *
 * const report = await checkCompliance(nodeCrypto)
 * if (!report.passed) throw new Error(formatReport(report))
 * ```
 */
export async function checkCompliance(
  provider: CryptoProvider,
  options: ComplianceOptions = {},
): Promise<ComplianceReport> {
  const { leavesOut = {}, verifiesOnly = {}, reference } = options
  const algorithms: AlgorithmReport[] = []

  const look = async (list: CheckedList, name: string, run: (probe: Probe) => Promise<void>): Promise<void> => {
    const probe = new Probe(provider.mode)
    // A list that is broken itself ends the looks at that algorithm only.
    await probe.check('every check can be made', name, async () => {
      await run(probe)
      return undefined
    })
    const { findings, checks } = probe
    const reason = Object.hasOwn(verifiesOnly, name) ? verifiesOnly[name] : undefined
    algorithms.push({ list, name, status: findings.length > 0 ? 'wrong' : 'supported', reason, checks, findings })
  }
  const leaveOut = (list: CheckedList, name: string): void => {
    const reason = Object.hasOwn(leavesOut, name) ? `on purpose: ${leavesOut[name]}` : undefined
    algorithms.push({ list, name, status: 'left out', reason, checks: 0, findings: [] })
  }
  const each = async <T>(
    list: CheckedList,
    listed: Listed<T>,
    known: readonly string[],
    check: (probe: Probe, name: string, algorithm: T) => Promise<void>,
  ): Promise<void> => {
    for (const name of new Set([...known, ...Object.keys(listed)])) {
      const algorithm = Object.hasOwn(listed, name) ? listed[name] : undefined
      if (algorithm === undefined) leaveOut(list, name)
      else await look(list, name, (probe) => check(probe, name, algorithm))
    }
  }

  await look('provider', 'name and mode', (probe) => checkFacts(probe, provider))
  await look('provider', 'random', (probe) => checkRandom(probe, provider))
  await look('provider', 'importPrivateKey', (probe) => checkKeyRefusals(probe, provider))
  await each('hash', provider.hash, hashes, checkHash)
  await each('hmac', provider.hmac, hashes, checkHmac)
  await each('hkdf', provider.hkdf, suiteHashes, checkHkdf)
  await each('aead', provider.aead, unique(cipherSuites.map((suite) => suite.aead)), checkAead)
  await each('cbc', provider.cbc, ['aes-128-cbc', 'aes-256-cbc'], checkCbc)
  await each('keyExchange', provider.keyExchange, Object.keys(namedGroups), (probe, name, group) =>
    checkKeyExchange(probe, name, group, reference?.keyExchange[name]),
  )

  // Some kinds of keys have the name of their algorithm, which may be there all the same.
  const withoutKeys = new Set(Object.keys(leavesOut).filter((name) => provider.signature[name] === undefined))
  const importable = new Set<string>()
  const keys: TestKey[] = []
  for (const key of testKeys()) {
    const uses = signatureSchemes.filter((row) => row.keyType === key.keyType).map((row) => row.algorithm)
    const usable = (name: string): boolean => !Object.hasOwn(verifiesOnly, name)
    const signs = uses.some((name) => provider.signature[name] !== undefined && usable(name))
    const decrypts = key.keyType === 'rsa' && provider.keyTransport['rsa-pkcs1'] !== undefined && usable('rsa-pkcs1')
    if ((signs || decrypts) && !withoutKeys.has(key.keyType)) {
      importable.add(key.keyType)
      await look('privateKey', key.keyType, (probe) => checkPrivateKey(probe, provider, key))
      keys.push(await withSpki(provider, key))
    } else {
      keys.push(key)
      leaveOut('privateKey', key.keyType)
    }
  }
  const known = unique(signatureSchemes.map((scheme) => scheme.algorithm))
  await each('signature', provider.signature, known, (probe, name, algorithm) =>
    checkSignature(probe, {
      provider,
      name,
      algorithm,
      reference: reference?.signature[name],
      verifiesOnly: Object.hasOwn(verifiesOnly, name),
      withoutKeys,
      keys: keys.filter((key) => key.spki.length > 0),
      importable,
    }),
  )
  await each('keyTransport', provider.keyTransport, ['rsa-pkcs1'], (probe, name, algorithm) =>
    checkKeyTransport(probe, {
      provider,
      name,
      algorithm,
      reference: reference?.keyTransport[name],
      encryptsOnly: Object.hasOwn(verifiesOnly, name),
      keys: keys.filter((key) => key.spki.length > 0),
      importable,
    }),
  )

  return {
    provider: provider.name,
    mode: provider.mode,
    passed: algorithms.every((one) => one.status !== 'wrong'),
    checks: algorithms.reduce((sum, one) => sum + one.checks, 0),
    algorithms,
  }
}

/** The public key as the provider has it, which was checked; or the key as it is. */
async function withSpki(provider: CryptoProvider, key: TestKey): Promise<TestKey> {
  if (key.spki.length > 0) return key
  try {
    const { spki } = await provider.importPrivateKey(key.pkcs8)
    return spki === undefined ? key : { ...key, spki }
  } catch {
    // That it cannot be imported is a finding already.
    return key
  }
}

async function checkFacts(probe: Probe, { name, mode }: CryptoProvider): Promise<void> {
  await probe.check('a provider has a name', 'name', () =>
    typeof name === 'string' && name.length > 0 ? undefined : `${typeof name}, not a name`,
  )
  await probe.check("the mode is 'sync' or 'async'", 'mode', () =>
    mode === 'sync' || mode === 'async' ? undefined : String(mode),
  )
}

function unique(names: readonly string[]): string[] {
  return [...new Set(names)]
}

// SHA-1 names certificates, in OCSP, and is in HMACs of TLS 1.2; no suite of TLS 1.3 has it, nor SHA-512, which other
// suites than ours may have.
const hashes: readonly string[] = ['sha256', 'sha384', 'sha512', 'sha1']
const suiteHashes: readonly string[] = ['sha256', 'sha384', 'sha512']
